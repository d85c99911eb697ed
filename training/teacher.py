"""The teacher reads all texts: its labels stand for attributions where only names were annotated."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from tokenizers import Tokenizer

from training.evaluate import torch_annotator
from training.fit import Recipe
from training.gold import GoldText
from training.network import Network
from training.soft_labels import SoftLabels
from transforms.annotate.sequence import decode_sequences

TEACHER_RECIPE = Recipe(epochs=4, encoder_rate=8e-5)
WINDOW, CONTEXT = 320, 48


def read_soft_labels(teacher: Network, golds: Sequence[GoldText], tokenizer: Tokenizer) -> list[SoftLabels]:
    """The teacher's labels of each text, in order."""
    annotator = torch_annotator(teacher, tokenizer, max_pieces=WINDOW, context=CONTEXT)
    found = []
    for encoded, scores in ((item.encoded, item.scores) for item in annotator.read([gold.text for gold in golds])):
        cuts = 1 + np.flatnonzero(np.diff(encoded.paragraphs))
        paths = decode_sequences(np.split(scores.roles, cuts), annotator.heads.role_chain)
        roles, entities = scores.roles.astype(np.float16), scores.entities.astype(np.float16)
        found.append(SoftLabels(encoded.starts, roles, entities, np.concatenate(paths)))
    return found
