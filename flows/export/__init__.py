"""Tables as files that other programs take: CSV, Excel, JSON lines, Parquet, SQLite, DuckDB."""
