"""The trained network as an int8 ONNX graph: written node by node, so that nothing in it is an exporter's accident.

Every matrix product quantises its input to 8 bits as it comes (one range a window) and holds its weights in 7 bits
with one scale a column: 8 would overflow the 16-bit sums of processors without VNNI, and results would differ between
machines. Word vectors have one scale a row.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from training.encoder import EncoderShape, Layer
from training.network import Network
from training.smoothing import Scales
from transforms.annotate.sequence import ENTITY_LABELS, ROLE_LABELS

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

    def linear(self, value: str, module: nn.Linear, name: str, scale: npt.NDArray[np.float32] | None = None) -> str:
        """``module`` applied to ``value`` in int8, its input divided by ``scale`` [in] first where there is one."""
        weight = array(module.weight).T
        if scale is not None:
            value = self.add("Mul", [value, self.store(f"{name}.smoothing", 1.0 / scale)], f"{name}.smoothed")
            weight = weight * scale[:, None]
        integers, steps = column_quantised(weight, WEIGHT_LEVELS)
        stored = {"weight": integers, "scale": steps, "zero": np.zeros(len(steps), np.int8), "bias": array(module.bias)}
        inputs = [value, *(self.store(f"{name}.{part}", values) for part, values in stored.items())]
        return self.add("DynamicQuantizeMatMul", inputs, name, domain=FUSED)

    def float_linear(self, value: str, weight: Tensor, bias: Tensor, name: str) -> str:
        """``value @ weight.T + bias`` in float32, for the small heads whose scores decide."""
        product = self.add("MatMul", [value, self.store(f"{name}.weight", array(weight).T)], f"{name}.product")
        return self.add("Add", [product, self.store(f"{name}.bias", array(bias))], name)

    def add_and_norm(self, value: str, other: str, norm: nn.LayerNorm, name: str) -> str:
        """Layer normalisation of a sum; the fused operator for both is far slower on a CPU than the two."""
        total = self.add("Add", [value, other], f"{name}.sum")
        weight, bias = self.store(f"{name}.weight", array(norm.weight)), self.store(f"{name}.bias", array(norm.bias))
        return self.add("LayerNormalization", [total, weight, bias], name, axis=-1, epsilon=norm.eps)


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
    return builder.add_and_norm(words, placed, encoder.norm, "embedded")


def layer(builder: GraphBuilder, module: Layer, shape: EncoderShape, name: str, value: str, scales: Scales) -> str:
    """One transformer layer."""
    qkv = builder.linear(value, module.qkv, f"{name}.qkv", scales.get(f"{name}.qkv"))
    parts = [f"{name}.{part}" for part in ("query", "key", "value")]
    sizes = builder.store(f"{name}.sizes", np.full(3, shape.heads * shape.head_size, dtype=np.int64))
    builder.nodes.append(helper.make_node("Split", [qkv, sizes], parts, axis=2))
    attended = builder.add("MultiHeadAttention", parts, f"{name}.attended", domain=FUSED, num_heads=shape.heads)
    out = builder.linear(attended, module.out, f"{name}.out")
    value = builder.add_and_norm(value, out, module.out_norm, f"{name}.between")
    up = builder.linear(value, module.up, f"{name}.up", scales.get(f"{name}.up"))
    inner = builder.add("Gelu", [up], f"{name}.inner", domain=FUSED)
    down = builder.linear(inner, module.down, f"{name}.down", scales.get(f"{name}.down"))
    return builder.add_and_norm(value, down, module.down_norm, f"{name}.hidden")


def build_model(network: Network, max_pieces: int, scales: Scales) -> onnx.ModelProto:
    """The graph: ids and codes [1, N] int64 to hidden, roles and entities [1, N, ...] float32."""
    builder = GraphBuilder()
    value = embeddings(builder, network, max_pieces)
    shape = network.encoder.shape
    for number, module in enumerate(network.encoder.layers):
        value = layer(builder, module, shape, f"layer{number}", value, scales)
    builder.add("Identity", [value], "hidden")
    builder.float_linear(value, network.roles.weight, network.roles.bias, "roles")
    builder.float_linear(value, network.entities.weight, network.entities.bias, "entities")
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, [1, "pieces"]) for name in ("ids", "codes")]
    sizes = {"hidden": shape.width, "roles": len(ROLE_LABELS), "entities": len(ENTITY_LABELS)}
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, "pieces", size]) for name, size in sizes.items()
    ]
    graph = helper.make_graph(builder.nodes, "newsmill", inputs, outputs, builder.stored)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def export_network(network: Network, path: Path, max_pieces: int, scales: Scales) -> None:
    """Write the graph; raises onnx.checker.ValidationError where it is no valid one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(build_model(network.eval(), max_pieces, scales), str(path))
