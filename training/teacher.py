"""How the teacher is trained, and how it reads: wider windows than the model's, for it may take its time."""

from __future__ import annotations

from training.fit import Recipe

TEACHER_RECIPE = Recipe(epochs=2, encoder_rate=8e-5, frozen_layers=4, only_gaps=True, names_every=2)
WINDOW, CONTEXT = 320, 48
