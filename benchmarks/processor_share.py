"""How much of a core's int8 peak the network reaches: ``python -m benchmarks.processor_share TEXTS.jsonl``.

The peak is that of one large product of unsigned by signed 8-bit integers in ONNX Runtime on one thread, in 7-bit
weights as the network has them. Times are processor times, the best of several, since a busy machine shares its caches.
Needs ``onnx`` (the extra ``training``).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from transforms.annotate.model import CONTEXT, MAX_PIECES, WEIGHTS_FOLDER
from transforms.annotate.model_files import NETWORK_FILE, load_reader, load_tokenizer
from transforms.annotate.windows import plan_windows
from transforms.annotate.wordpieces import encode

PEAK_SHAPES = ((240, 384, 1536), (256, 384, 1536), (512, 512, 2048), (1024, 1024, 1024), (2048, 2048, 2048))
REPEATS = 15


def seconds_of(act: Callable[[], object]) -> float:
    """The least processor time of a call."""
    act()
    found = []
    for _ in range(REPEATS):
        started = time.process_time()
        act()
        found.append(time.process_time() - started)
    return min(found)


def peak_of(rows: int, inner: int, columns: int) -> float:
    """Multiplications and additions a second of one product [rows, inner] x [inner, columns] in int8."""
    draw = np.random.default_rng(0)
    weight = numpy_helper.from_array(draw.integers(-63, 64, (inner, columns)).astype(np.int8), "weight")
    given = helper.make_tensor_value_info("value", TensorProto.UINT8, [rows, inner])
    made = helper.make_tensor_value_info("product", TensorProto.INT32, [rows, columns])
    node = helper.make_node("MatMulInteger", ["value", "weight"], ["product"])
    graph = helper.make_graph([node], "peak", [given], [made], [weight])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    value = draw.integers(0, 255, (rows, inner)).astype(np.uint8)
    return 2 * rows * inner * columns / seconds_of(lambda: session.run(None, {"value": value}))


def operations_of(network: Path, n_pieces: int) -> tuple[int, int]:
    """Multiplications and additions a wordpiece in int8 and in float32, in a window of so many."""
    graph = onnx.load(str(network)).graph
    shapes = {tensor.name: list(tensor.dims) for tensor in graph.initializer}
    whole = sum(int(np.prod(shapes[node.input[1]])) for node in graph.node if node.op_type == "DynamicQuantizeMatMul")
    floats = sum(int(np.prod(shapes[node.input[1]])) for node in graph.node if node.op_type == "MatMul")
    widths = [shapes[node.input[1]][1] for node in graph.node if node.op_type == "DynamicQuantizeMatMul"]
    n_layers = sum(node.op_type == "MultiHeadAttention" for node in graph.node)
    # Each piece is compared with all of its window, and their values are added up: twice the width of the layer.
    attention = n_layers * 2 * n_pieces * min(widths)
    return 2 * whole, 2 * (floats + attention)


def measure(texts: list[str]) -> dict[str, Any]:
    """The figures of the network that is installed, on the windows of these texts."""
    tokenizer, read = load_tokenizer(WEIGHTS_FOLDER), load_reader(WEIGHTS_FOLDER)
    encoded = [encode(text, tokenizer) for text in texts]
    windows = [
        window.stop - window.start + 2
        for item in encoded
        for window in plan_windows(item.paragraphs, max_pieces=MAX_PIECES, context=CONTEXT)
    ]
    n_words = sum(len(text.split()) for text in texts)
    pieces_a_word = sum(windows) / n_words
    draw = np.random.default_rng(0)
    usual = round(float(np.mean(windows)))
    ids, codes = draw.integers(1_000, 20_000, usual), draw.integers(0, 300, usual)
    second_a_piece = seconds_of(lambda: read(ids, codes)) / usual
    integers, floats = operations_of(WEIGHTS_FOLDER / NETWORK_FILE, usual)
    peak = max(peak_of(*shape) for shape in PEAK_SHAPES)
    return {
        "wordpieces_a_word": round(sum(len(item.ids) for item in encoded) / n_words, 2),
        "wordpieces_read_a_word": round(pieces_a_word, 2),
        "window": usual,
        "int8_operations_a_word_m": round(integers * pieces_a_word / 1e6, 1),
        "float_operations_a_word_m": round(floats * pieces_a_word / 1e6, 1),
        "us_a_word": round(second_a_piece * pieces_a_word * 1e6),
        "int8_peak_gops": round(peak / 1e9),
        "share_of_int8_peak": round((integers + floats) / second_a_piece / peak, 2),
    }


def main() -> int:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", type=Path, help="JSON lines with a text each")
    arguments = parser.parse_args()
    with arguments.texts.open(encoding="utf-8") as lines:
        print(json.dumps(measure([json.loads(line)["text"] for line in lines]), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
