"""The reading page: the latest snapshot of a data set in a browser, read-only and offline."""
