"""From a trained network to the model's files: averaged, quantised, calibrated, and checked against its origin."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from torch import Tensor

from training.calibrate import calibrate
from training.evaluate import head_arrays, torch_reader
from training.export import export_network
from training.network import Network
from training.smoothing import Scales, channel_scales
from training.tune import biased, choose_bias
from transforms.annotate.calibration import Calibration
from transforms.annotate.model import MAX_PIECES, load_annotator
from transforms.annotate.model_files import (
    CHAIN_FIELDS,
    HEADS_FILE,
    NETWORK_FILE,
    TOKENIZER_FILE,
    Card,
    load_reader,
    load_tokenizer,
    save_card,
)
from transforms.annotate.scores import CLS, SEP
from transforms.annotate.sequence import Chain
from transforms.annotate.wordpieces import FloatArray, IntArray, encode

BoolArray = npt.NDArray[np.bool_]
# Of the best labels of all wordpieces; int8 moves some that were close to call.
MIN_AGREEMENT = 0.97


@dataclass(frozen=True, slots=True)
class Agreement:
    """The share of wordpieces whose best label is the same in the exported as in the trained network."""

    roles: float
    entities: float


def average_states(states: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    """The mean of several checkpoints' weights (Izmailov et al., 2018)."""
    return {
        name: torch.stack([state[name].float() for state in states]).mean(0).to(value.dtype)
        for name, value in states[0].items()
    }


def write_model(network: Network, name: str, base: Path, folder: Path, scales: Scales) -> None:
    """The network, its heads and the vocabulary, still without calibration; the version is a hash of the weights."""
    export_network(network, folder / NETWORK_FILE, MAX_PIECES, scales)
    save_heads(head_arrays(network), folder)
    tokenizer = load_tokenizer(base)
    tokenizer.save(str(folder / TOKENIZER_FILE), pretty=False)
    save_card(Card(name, weights_version(folder), Calibration()), folder)


def save_heads(arrays: dict[str, FloatArray], folder: Path) -> None:
    """Write the heads in half precision."""
    halves = {name: values.astype(np.float16) for name, values in arrays.items()}
    np.savez(folder / HEADS_FILE, **halves)  # type: ignore[arg-type]


def tune_model(folder: Path, gold_folder: Path) -> dict[str, float]:
    """Choose on dev how readily spans are begun, and write it into the heads."""
    bias, _ = choose_bias(load_annotator(folder), gold_folder / "polnear" / "dev.jsonl")
    load_annotator.cache_clear()
    with np.load(folder / HEADS_FILE) as stored:
        arrays = {name: stored[name].astype(np.float32) for name in stored.files}
    chain = biased(Chain(*(arrays[f"role_{name}"] for name in CHAIN_FIELDS)), bias)
    arrays |= {f"role_{name}": getattr(chain, name) for name in CHAIN_FIELDS}
    save_heads(arrays, folder)
    return asdict(bias)


def weights_version(folder: Path) -> str:
    """The first digits of a hash over the network's bytes and the heads' values."""
    digest = hashlib.sha256((folder / NETWORK_FILE).read_bytes())
    with np.load(folder / HEADS_FILE) as heads:
        for name in sorted(heads.files):
            digest.update(name.encode() + heads[name].tobytes())
    return digest.hexdigest()[:12]


def calibrate_model(folder: Path, gold_folder: Path) -> dict[str, float]:
    """Fit the confidences on dev and write them into the card; returns the cross-fitted calibration errors."""
    annotator = load_annotator(folder)
    calibration, errors = calibrate(annotator, gold_folder)
    save_card(Card(annotator.name, weights_version(folder), calibration), folder)
    load_annotator.cache_clear()
    return errors


def first_windows(texts: Sequence[str], tokenizer: Tokenizer) -> list[tuple[IntArray, IntArray]]:
    """Ids and feature codes of the first window of each text."""
    size = MAX_PIECES - 2
    encoded = [encode(text, tokenizer) for text in texts]
    return [
        (np.concatenate([[CLS], item.ids[:size], [SEP]]), np.concatenate([[0], item.features[:size], [0]]))
        for item in encoded
    ]


def measure_agreement(network: Network, folder: Path, windows: Sequence[tuple[IntArray, IntArray]]) -> Agreement:
    """How often both networks prefer the same labels."""
    exported, trained = load_reader(folder), torch_reader(network)
    same: tuple[list[BoolArray], list[BoolArray]] = ([], [])
    for ids, codes in windows:
        for layer, ours, theirs in zip(same, exported(ids, codes)[1:], trained(ids, codes)[1:], strict=True):
            layer.append(ours.argmax(-1) == theirs.argmax(-1))
    return Agreement(*(float(np.concatenate(layer).mean()) for layer in same))


def finish(
    network: Network, name: str, base: Path, gold_folder: Path, folder: Path, texts: Sequence[str]
) -> dict[str, object]:
    """Write all files of the model called ``name``.

    Raises ValueError where the exported network does not agree with the trained one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    windows = first_windows(texts, load_tokenizer(base))
    write_model(network, name, base, folder, channel_scales(network, windows))
    agreement = measure_agreement(network, folder, windows)
    if min(agreement.roles, agreement.entities) < MIN_AGREEMENT:
        raise ValueError(f"the exported model disagrees with the trained one: {agreement}")
    bias = tune_model(folder, gold_folder)
    errors = calibrate_model(folder, gold_folder)
    report: dict[str, object] = {"agreement": asdict(agreement), "bias": bias, "calibration_error": errors}
    print(json.dumps(report), flush=True)
    return report
