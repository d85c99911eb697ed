"""Entities of the whole data set, made from those of its articles."""
