"""Where raw input lies: arguments to files, and which records the files hold."""
