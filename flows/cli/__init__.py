"""The command `newsmill`."""
