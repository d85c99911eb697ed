"""The trained network as an int8 ONNX graph: written node by node, so that nothing in it is an exporter's accident.

Every matrix product quantises its input to 8 bits as it comes (one range a window) and holds its weights in 7 bits
with one scale a column: 8 would overflow the 16-bit sums of processors without VNNI, and results would differ between
machines. Word vectors have one scale a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor

from training.network import Network
from transforms.annotate.labels import ENTITY_LABELS, ROLE_LABELS

Array = npt.NDArray[np.generic]
WEIGHT_LEVELS, ROW_LEVELS = 63, 127
FUSED = "com.microsoft"


def column_quantised(weight: npt.NDArray[np.float32], levels: int) -> tuple[Array, Array]:
    """``weight`` [in, out] as int8 and its scales [out]."""
    scale = np.maximum(np.abs(weight).max(axis=0), 1e-8) / levels
    return np.round(weight / scale).astype(np.int8), scale.astype(np.float32)


class GraphBuilder:
    """Collects nodes and stored tensors; every method returns the name of the value it makes."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.stored: list[TensorProto] = []

    def store(self, name: str, values: Array) -> str:
        """A stored tensor."""
        self.stored.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def add(self, kind: str, inputs: list[str], name: str, *, domain: str = "", **attributes: Any) -> str:
        """A node with one output that is named like the node."""
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, domain=domain, **attributes))
        return name

    def linear(self, value: str, weight: Tensor, bias: Tensor, name: str) -> str:
        """``value @ weight.T + bias`` in int8; ``weight`` is [out, in]."""
        integers, scale = column_quantised(array(weight).T, WEIGHT_LEVELS)
        zero = np.zeros(len(scale), dtype=np.int8)
        inputs = [
            value,
            self.store(f"{name}.weight", integers),
            self.store(f"{name}.scale", scale),
            self.store(f"{name}.zero", zero),
            self.store(f"{name}.bias", array(bias)),
        ]
        return self.add("DynamicQuantizeMatMul", inputs, name, domain=FUSED)

    def float_linear(self, value: str, weight: Tensor, bias: Tensor, name: str) -> str:
        """``value @ weight.T + bias`` in float32, for the small heads whose scores decide."""
        product = self.add("MatMul", [value, self.store(f"{name}.weight", array(weight).T)], f"{name}.product")
        return self.add("Add", [product, self.store(f"{name}.bias", array(bias))], name)

    def add_and_norm(self, value: str, other: str, norm: Mapping[str, Tensor], name: str, eps: float) -> str:
        """Layer normalisation of a sum."""
        inputs = [
            value,
            other,
            self.store(f"{name}.weight", array(norm["weight"])),
            self.store(f"{name}.bias", array(norm["bias"])),
        ]
        return self.add("SkipLayerNormalization", inputs, name, domain=FUSED, epsilon=eps)


def array(tensor: Tensor) -> npt.NDArray[np.float32]:
    """A tensor's values in float32."""
    return tensor.detach().float().cpu().numpy().astype(np.float32)


def embeddings(builder: GraphBuilder, network: Network, max_pieces: int) -> str:
    """The sum of word, position and feature vectors, normalised: [1, N, width]."""
    encoder = network.encoder
    integers, scale = column_quantised(array(encoder.words.weight).T, ROW_LEVELS)
    rows = builder.add("Gather", [builder.store("words", integers.T), "ids"], "word_integers")
    scales = builder.add("Gather", [builder.store("word_scales", scale[:, None]), "ids"], "word_scale")
    floats = builder.add("Cast", [rows], "word_floats", to=TensorProto.FLOAT)
    words = builder.add("Mul", [floats, scales], "word_vectors")
    table = array(encoder.features.weight) + array(encoder.kinds)
    features = builder.add("Gather", [builder.store("features", table), "codes"], "feature_vectors")
    places = builder.store("positions", array(encoder.positions.weight)[:max_pieces])
    shape = builder.add("Shape", ["ids"], "length", start=1, end=2)
    start = builder.store("zero", np.zeros(1, dtype=np.int64))
    positions = builder.add("Slice", [places, start, shape], "position_vectors")
    placed = builder.add("Add", [features, positions], "placed_features")
    norm = {"weight": encoder.norm.weight, "bias": encoder.norm.bias}
    return builder.add_and_norm(words, placed, norm, "embedded", encoder.shape.norm_eps)


def layer(builder: GraphBuilder, network: Network, number: int, value: str) -> str:
    """One transformer layer."""
    module = network.encoder.layers[number]
    shape, name = network.encoder.shape, f"layer{number}"
    qkv = builder.linear(value, module.qkv.weight, module.qkv.bias, f"{name}.qkv")  # type: ignore[arg-type, union-attr]
    parts = [f"{name}.{part}" for part in ("query", "key", "value")]
    sizes = builder.store(f"{name}.sizes", np.full(3, shape.width, dtype=np.int64))
    builder.nodes.append(helper.make_node("Split", [qkv, sizes], parts, axis=2))
    attended = builder.add("MultiHeadAttention", parts, f"{name}.attended", domain=FUSED, num_heads=shape.heads)
    out = builder.linear(attended, module.out.weight, module.out.bias, f"{name}.out")  # type: ignore[arg-type, union-attr]
    value = builder.add_and_norm(value, out, norm_of(module, "out_norm"), f"{name}.between", shape.norm_eps)
    up = builder.linear(value, module.up.weight, module.up.bias, f"{name}.up")  # type: ignore[arg-type, union-attr]
    inner = builder.add("Gelu", [up], f"{name}.inner", domain=FUSED)
    down = builder.linear(inner, module.down.weight, module.down.bias, f"{name}.down")  # type: ignore[arg-type, union-attr]
    return builder.add_and_norm(value, down, norm_of(module, "down_norm"), f"{name}.hidden", shape.norm_eps)


def norm_of(module: object, name: str) -> dict[str, Tensor]:
    """The weight and bias of a layer's normalisation."""
    norm = getattr(module, name)
    return {"weight": norm.weight, "bias": norm.bias}


def build_model(network: Network, max_pieces: int) -> onnx.ModelProto:
    """The graph: ids and codes [1, N] int64 to hidden, roles and entities [1, N, ...] float32."""
    builder = GraphBuilder()
    value = embeddings(builder, network, max_pieces)
    for number in range(network.encoder.shape.layers):
        value = layer(builder, network, number, value)
    builder.add("Identity", [value], "hidden")
    builder.float_linear(value, network.roles.weight, network.roles.bias, "roles")
    builder.float_linear(value, network.entities.weight, network.entities.bias, "entities")
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, [1, "pieces"]) for name in ("ids", "codes")]
    sizes = {"hidden": network.encoder.shape.width, "roles": len(ROLE_LABELS), "entities": len(ENTITY_LABELS)}
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, "pieces", size]) for name, size in sizes.items()
    ]
    graph = helper.make_graph(builder.nodes, "newsmill", inputs, outputs, builder.stored)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def export_network(network: Network, path: Path, max_pieces: int) -> None:
    """Write the graph; raises onnx.checker.ValidationError where it is no valid one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(build_model(network.eval(), max_pieces), str(path))
