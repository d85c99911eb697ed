"""How the annotation model is made: gold data in, model files out. Not installed with newsmill."""
