"""Linking, as far as it is pure: where links end, what the user corrects, and rows under their final ids."""
