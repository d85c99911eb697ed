"""What does the batches: processes of this machine."""
