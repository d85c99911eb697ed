"""The data folder: snapshots, staging, the lock, and the one place that writes Parquet."""
