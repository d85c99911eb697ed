"""What the command ends with."""

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_STOPPED = 130
EXIT_PIPE = 141
