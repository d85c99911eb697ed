"""The annotators: one pass over a text gives its sentences, mentions and attributions."""
