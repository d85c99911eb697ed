"""A finished model's files back as a network to train on: the inverse of ``training/export.py``.

The weights come back as the int8 file holds them: rounded to 7 bits, which further training takes as noise. Word
vectors are the base's own, since training never moves them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from training.network import Network, PairScorer
from transforms.annotate.model_files import CHAIN_FIELDS, HEADS_FILE, NETWORK_FILE

Stored = dict[str, npt.NDArray[np.float32]]


def restore_network(network: Network, folder: Path) -> None:
    """Give ``network``, in place, all of ``folder``'s model but its word vectors.

    What was chosen on dev about how readily spans begin comes along in the chain. Raises KeyError or RuntimeError
    where the files are those of a network of another shape.
    """
    graph = onnx.load(str(folder / NETWORK_FILE)).graph
    stored = {item.name: numpy_helper.to_array(item).astype(np.float32) for item in graph.initializer}
    encoder = network.encoder
    for number, layer in enumerate(encoder.layers):
        for name in ("qkv", "out", "up", "down"):
            restore_linear(getattr(layer, name), stored, f"layer{number}.{name}")
        restore_pair(layer.out_norm, stored, f"layer{number}.between")
        restore_pair(layer.down_norm, stored, f"layer{number}.hidden")
    restore_pair(encoder.norm, stored, "embedded")
    restore_pair(network.roles, stored, "roles")
    restore_pair(network.entities, stored, "entities")
    # The file adds the one vector of all wordpieces' kind to every row of the features.
    put(encoder.features.weight, stored["features"] - encoder.kinds.detach().cpu().numpy())
    put(encoder.positions.weight[: len(stored["positions"])], stored["positions"])
    restore_heads(network, folder)


def put(parameter: torch.Tensor, values: npt.NDArray[np.float32]) -> None:
    """Write ``values`` into a parameter of the same shape, in place."""
    with torch.no_grad():
        parameter.copy_(torch.from_numpy(np.ascontiguousarray(values)))


def restore_linear(module: nn.Linear, stored: Stored, name: str) -> None:
    """Undo rounding and smoothing of one int8 product, in place."""
    weight = stored[f"{name}.weight"] * stored[f"{name}.scale"]
    if f"{name}.smoothing" in stored:
        weight = weight * stored[f"{name}.smoothing"][:, None]
    put(module.weight, weight.T)
    put(module.bias, stored[f"{name}.bias"])


def restore_pair(module: nn.Linear | nn.LayerNorm, stored: Stored, name: str) -> None:
    """Weight and bias of a module that the file holds in float32, in place."""
    weight = stored[f"{name}.weight"]
    put(module.weight, weight.T if isinstance(module, nn.Linear) else weight)
    put(module.bias, stored[f"{name}.bias"])


def restore_heads(network: Network, folder: Path) -> None:
    """The chain and the pair scorers, in place; what the label set forbids stands in the network's own masks."""
    with np.load(folder / HEADS_FILE) as arrays:
        heads = {name: arrays[name].astype(np.float32) for name in arrays.files}
    for field, allowed in zip(CHAIN_FIELDS, ("allowed", "allowed_starts", "allowed_ends"), strict=True):
        is_allowed = getattr(network.crf, allowed).numpy() == 0
        put(getattr(network.crf, field), np.where(is_allowed, heads[f"role_{field}"], 0.0))
    for name, scorer in (("content", network.content_pairs), ("source", network.source_pairs)):
        restore_scorer(scorer, heads, name)


def restore_scorer(scorer: PairScorer, heads: Stored, name: str) -> None:
    """The two projections and the biases of one pair scorer, in place."""
    for side in ("cue", "other"):
        module: nn.Linear = getattr(scorer, side)
        put(module.weight, heads[f"{name}_{side}"].T)
        put(module.bias, heads[f"{name}_{side}_bias"])
    put(scorer.biases.weight[:, 0], heads[f"{name}_biases"])
