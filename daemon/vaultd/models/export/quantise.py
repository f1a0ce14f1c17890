"""A tower with int8 weights: a quarter of the size, and on most processors faster.

Matrix products compute in int8, each picture's or text's range taken as it comes (dynamic quantisation, a scale for
each column). Convolutions stay as they are: their int8 kernels are slower than float32's. A table of token embeddings,
often half of a text tower, keeps a scale for each row and is widened only where it is read.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from vaultd.models.export.quiet import quiet
from vaultd.models.export.towers import LARGEST, files_of, save

TABLE = 1_000_000
"""Numbers in a table from which on it is worth storing in int8."""


def quantise(path: Path, into: Path) -> None:
    """Writes the int8 form of a tower beside it. `path` stays as it is."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    half = into.with_name("half." + into.name)
    with quiet():  # it advises to optimise the graph first; ONNX Runtime does so when it opens the file
        quantize_dynamic(
            path,
            half,
            op_types_to_quantize=["MatMul", "Gemm"],
            per_channel=True,
            weight_type=QuantType.QInt8,
            use_external_data_format=sum(file.stat().st_size for file in files_of(path)) > LARGEST,
            extra_options={"MatMulConstBOnly": True},
        )
    graph = onnx.load(half)
    for file in files_of(half):
        file.unlink()
    _narrow_tables(graph.graph)
    save(graph, into)


def _narrow_tables(graph: onnx.GraphProto) -> None:
    """Stores each large table that rows are gathered from as int8 with a scale for each row."""
    weights = {weight.name: weight for weight in graph.initializer}
    readers = [name for node in graph.node for name in node.input]
    for node in list(graph.node):
        table = weights.get(node.input[0]) if node.op_type == "Gather" else None
        if table is None or len(table.dims) != 2 or table.data_type != TensorProto.FLOAT or _axis(node) != 0:
            continue
        if np.prod(table.dims) >= TABLE and readers.count(table.name) == 1:
            _narrow(graph, node, table)


def _narrow(graph: onnx.GraphProto, node: onnx.NodeProto, table: onnx.TensorProto) -> None:
    """Puts two gathers, of int8 rows and of their scales, in the place of one."""
    rows, scales = by_row(numpy_helper.to_array(table))
    name, found, row = table.name, node.output[0], node.output[0] + ".row"
    place = list(graph.node).index(node)
    graph.initializer.remove(table)
    graph.initializer.extend([
        numpy_helper.from_array(rows, name + ".int8"),
        numpy_helper.from_array(scales, name + ".scale"),
    ])  # fmt: skip
    gathers = [
        helper.make_node("Gather", [name + ".int8", node.input[1]], [row + ".int8"], axis=0),
        helper.make_node("Cast", [row + ".int8"], [row], to=TensorProto.FLOAT),
        helper.make_node("Gather", [name + ".scale", node.input[1]], [row + ".scale"], axis=0),
        helper.make_node("Mul", [row, row + ".scale"], [found]),
    ]
    graph.node.remove(node)
    for offset, gather in enumerate(gathers):
        graph.node.insert(place + offset, gather)


def by_row(table: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """int8 rows and float32 scales [n, 1] whose product is the table, to half a step of each row's largest number."""
    scales = np.maximum(np.abs(table).max(axis=1, keepdims=True) / 127, 1e-12).astype(np.float32)
    return np.round(table / scales).astype(np.int8), scales


def _axis(node: onnx.NodeProto) -> int:
    return next((int(attribute.i) for attribute in node.attribute if attribute.name == "axis"), 0)
