"""From the public repositories of the gold corpora to the folder of gold data that the training reads."""
