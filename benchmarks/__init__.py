"""Speed and quality, each one command. Not installed with newsmill."""
