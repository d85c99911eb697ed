"""What a worker does, wherever it runs: list the records of files, make batches of them rows. Without Prefect."""
