"""From a trained network to the model's files: averaged, quantised, calibrated, and checked against its origin."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from training.calibrate import calibrate
from training.evaluate import head_arrays, torch_reader
from training.export import export_network
from training.network import Network
from transforms.annotate.calibration import Calibration
from transforms.annotate.encoding import encode
from transforms.annotate.model import MAX_PIECES, load_annotator
from transforms.annotate.weights import (
    HEADS_FILE,
    NETWORK_FILE,
    TOKENIZER_FILE,
    Card,
    load_reader,
    save_card,
)

MODEL_NAME = "newsmill-minilm"
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


def write_model(network: Network, base: Path, folder: Path) -> None:
    """The network, its heads and the vocabulary, still without calibration; the version is a hash of the weights."""
    export_network(network, folder / NETWORK_FILE, MAX_PIECES)
    arrays = {name: values.astype(np.float16) for name, values in head_arrays(network).items()}
    np.savez(folder / HEADS_FILE, **arrays)  # type: ignore[arg-type]
    tokenizer = Tokenizer.from_file(str(base / TOKENIZER_FILE))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.save(str(folder / TOKENIZER_FILE), pretty=False)
    save_card(Card(MODEL_NAME, weights_version(folder), Calibration()), folder)


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


def measure_agreement(network: Network, folder: Path, texts: Sequence[str], tokenizer: Tokenizer) -> Agreement:
    """How often both networks prefer the same labels on the first window of each text."""
    exported, trained = load_reader(folder), torch_reader(network)
    same: list[tuple[np.ndarray, np.ndarray]] = []
    for text in texts:
        encoded = encode(text, tokenizer)
        ids = np.concatenate([[101], encoded.ids[: MAX_PIECES - 2], [102]])
        codes = np.concatenate([[0], encoded.features[: MAX_PIECES - 2], [0]])
        pairs = zip(exported(ids, codes)[1:], trained(ids, codes)[1:], strict=True)
        roles, entities = (ours.argmax(-1) == theirs.argmax(-1) for ours, theirs in pairs)
        same.append((roles, entities))
    return Agreement(*(float(np.concatenate(parts).mean()) for parts in zip(*same, strict=True)))


def finish(network: Network, base: Path, gold_folder: Path, folder: Path, texts: Sequence[str]) -> dict[str, object]:
    """Write all files of the model; raises ValueError where the export does not agree with the trained network."""
    folder.mkdir(parents=True, exist_ok=True)
    write_model(network, base, folder)
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
    agreement = measure_agreement(network, folder, texts, tokenizer)
    if min(agreement.roles, agreement.entities) < MIN_AGREEMENT:
        raise ValueError(f"the exported model disagrees with the trained one: {agreement}")
    errors = calibrate_model(folder, gold_folder)
    report: dict[str, object] = {"agreement": asdict(agreement), "calibration_error": errors}
    print(json.dumps(report), flush=True)
    return report


def install(folder: Path, target: Path) -> None:
    """Copy the finished files to where the package keeps them."""
    target.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.suffix in (".onnx", ".npz", ".json") and path.name != "report.json":
            shutil.copy(path, target / path.name)
