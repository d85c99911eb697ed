"""One run: the plan, its batches, and how far it is."""
