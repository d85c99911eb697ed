"""Copies of articles, as far as it is pure: fingerprints, aligned words, clusters, and rows that say so."""
