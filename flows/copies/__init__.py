"""Copies of articles over the whole data set, and the boilerplate that articles of one source share."""
