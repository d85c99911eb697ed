"""A model of a few words for tests: scores depend on the words alone, so that results can be foreseen."""

from __future__ import annotations

import numpy as np
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from transforms.annotate.calibration import Calibration
from transforms.annotate.decoding import Heads
from transforms.annotate.model import ModelAnnotator
from transforms.annotate.pair_features import N_DISTANCES, N_PAIR_FEATURES
from transforms.annotate.pairing import PairWeights
from transforms.annotate.sequence import ENTITY_CHAIN, ENTITY_LABELS, ROLE_LABELS, chain_of
from transforms.annotate.wordpieces import FloatArray, IntArray

WIDTH = 4
SPECIAL = ["[PAD]", *(f"[unused{n}]" for n in range(99)), "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
ROLE_WORDS = {"ann": "S-source", "he": "S-source", "said": "S-cue", "rain": "B-content", "falls": "E-content"}
ENTITY_WORDS = {"ann": "B-person", "lee": "I-person", "porto": "B-place"}
WORDS = [*SPECIAL, *dict.fromkeys([*ROLE_WORDS, *ENTITY_WORDS, "it", "rained", ",", ".", "“", "”"])]


def small_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(models.WordLevel({word: n for n, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer


def read(ids: IntArray, codes: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    roles, entities = np.zeros((len(ids), len(ROLE_LABELS))), np.zeros((len(ids), len(ENTITY_LABELS)))
    for place, number in enumerate(ids.tolist()):
        roles[place, ROLE_LABELS.index(ROLE_WORDS.get(WORDS[number], "O"))] = 9.0
        entities[place, ENTITY_LABELS.index(ENTITY_WORDS.get(WORDS[number], "O"))] = 9.0
    hidden = np.zeros((len(ids), WIDTH), dtype=np.float32)
    return hidden, roles.astype(np.float32), entities.astype(np.float32)


def nearest_first() -> PairWeights:
    biases = np.zeros(N_PAIR_FEATURES, dtype=np.float32)
    half = N_DISTANCES // 2
    biases[:N_DISTANCES] = [5.0 - bucket % half for bucket in range(N_DISTANCES)]
    nothing = np.zeros((2 * WIDTH, 1), dtype=np.float32)
    return PairWeights(nothing, np.zeros(1, np.float32), nothing, np.zeros(1, np.float32), biases)


def small_annotator(**options: int) -> ModelAnnotator:
    heads = Heads(chain_of(ROLE_LABELS), ENTITY_CHAIN, nearest_first(), nearest_first(), Calibration())
    return ModelAnnotator(small_tokenizer(), read, heads, name="small", weights_version="0", **options)
