"""The model's files: a folder with the network, the heads around it, the vocabulary and a card of settings.

``network.onnx`` takes wordpiece ids and feature codes [1, N] to hidden [1, N, width], roles and entities;
``heads.npz`` holds the role chain and the pair weights, ``tokenizer.json`` the vocabulary as the tokenizers library
writes it, ``model.json`` name, version and calibration.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from transforms.annotate.calibration import Calibration
from transforms.annotate.decoding import Heads
from transforms.annotate.pairing import PairWeights
from transforms.annotate.scores import Reader
from transforms.annotate.sequence import ENTITY_CHAIN, Chain
from transforms.annotate.wordpieces import FloatArray, IntArray

NETWORK_FILE, HEADS_FILE, TOKENIZER_FILE, CARD_FILE = "network.onnx", "heads.npz", "tokenizer.json", "model.json"
WEIGHT_FILES = (NETWORK_FILE, HEADS_FILE, TOKENIZER_FILE, CARD_FILE)
PAIR_FIELDS = ("cue", "cue_bias", "other", "other_bias", "biases")
CHAIN_FIELDS = ("transitions", "starts", "ends")


@dataclass(frozen=True, slots=True)
class Card:
    """The settings beside the weights."""

    name: str
    version: str
    calibration: Calibration


def load_card(folder: Path) -> Card:
    """The model's name, version and calibration."""
    values = json.loads((folder / CARD_FILE).read_text(encoding="utf8"))
    calibration = Calibration(**{name: tuple(weights) for name, weights in values["calibration"].items()})
    return Card(values["name"], values["version"], calibration)


def save_card(card: Card, folder: Path) -> None:
    """Write the settings."""
    (folder / CARD_FILE).write_text(json.dumps(asdict(card), indent=2) + "\n", encoding="utf8")


def load_heads(folder: Path) -> Heads:
    """The role chain and the pair weights, with the card's calibration."""
    with np.load(folder / HEADS_FILE) as stored:
        arrays = {name: stored[name].astype(np.float32) for name in stored.files}
    return heads_from_arrays(arrays, load_card(folder).calibration)


def heads_from_arrays(arrays: dict[str, FloatArray], calibration: Calibration) -> Heads:
    """Heads from arrays named ``role_<field>``, ``content_<field>`` and ``source_<field>``."""
    return Heads(
        role_chain=Chain(*(arrays[f"role_{name}"] for name in CHAIN_FIELDS)),
        entity_chain=ENTITY_CHAIN,
        content_pairs=PairWeights(*(arrays[f"content_{name}"] for name in PAIR_FIELDS)),
        source_pairs=PairWeights(*(arrays[f"source_{name}"] for name in PAIR_FIELDS)),
        calibration=calibration,
    )


def load_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer, without the truncation and padding that a published one may carry."""
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def load_reader(folder: Path, *, n_threads: int = 1) -> Reader:
    """The network as a function of one window; FileNotFoundError where there is none.

    It is loaded when first used: a process that only asks for the annotator's version needs none of its memory.
    """
    network = (folder / NETWORK_FILE).resolve(strict=True)

    @cache
    def session() -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = n_threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(str(network), options, providers=["CPUExecutionProvider"])

    def read(ids: IntArray, codes: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        wanted, given = ["hidden", "roles", "entities"], {"ids": ids[None], "codes": codes[None]}
        hidden, roles, entities = session().run(wanted, given)
        return hidden[0], roles[0], entities[0]

    return read
