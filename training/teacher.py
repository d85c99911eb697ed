"""The teacher reads all texts: its labels stand for attributions where only names were annotated."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from tokenizers import Tokenizer

from training.evaluate import head_arrays, torch_reader
from training.fit import Recipe
from training.gold import GoldText
from training.network import Network
from training.soft_labels import SoftLabels
from transforms.annotate.calibration import Calibration
from transforms.annotate.encoding import encode
from transforms.annotate.scores import score_pieces
from transforms.annotate.sequence import decode_sequences
from transforms.annotate.weights import heads_from_arrays

TEACHER_RECIPE = Recipe(epochs=4, encoder_rate=8e-5)
WINDOW, CONTEXT = 320, 48


def read_soft_labels(teacher: Network, golds: Sequence[GoldText], tokenizer: Tokenizer) -> list[SoftLabels]:
    """The teacher's labels of each text, in order."""
    read = torch_reader(teacher)
    chain = heads_from_arrays(head_arrays(teacher), Calibration()).role_chain
    found = []
    for gold in golds:
        encoded = encode(gold.text, tokenizer)
        scores = score_pieces(encoded, read, max_pieces=WINDOW, context=CONTEXT)
        cuts = 1 + np.flatnonzero(np.diff(encoded.paragraphs))
        paths = decode_sequences(np.split(scores.roles, cuts), chain)
        roles, entities = scores.roles.astype(np.float16), scores.entities.astype(np.float16)
        found.append(SoftLabels(encoded.starts, roles, entities, np.concatenate(paths)))
    return found
