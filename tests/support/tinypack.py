"""A whole model pack of a few kilobytes, written without any library of models: it knows colours and nothing else.

    write_pack(folder / "colours", "colours", dimension=8)

Its image tower is the mean colour of a picture, its text tower the mean of the words' colours; the rest of the
dimensions are empty. The graphs are ONNX's protobuf (onnx.proto of IR version 8, opset 13), written by hand.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, pre_tokenizers

from vaultd.models.bundled import BUNDLED
from vaultd.models.pack import BACKGROUND, FORMAT, MANIFEST, Cut, CutLevel, Manifest

SIDE = 8
WORDS = {"red": (1, 0, 0), "green": (0, 1, 0), "blue": (0, 0, 1), "white": (1, 1, 1), "yellow": (1, 1, 0)}
PAD, UNKNOWN, FIRST = 0, 1, 2
LENGTH = 4
FLOAT, INT64 = 1, 7


def write_pack(folder: Path, name: str, *, revision: str = "1", dimension: int = 8) -> Path:
    """Writes a pack that can be used; returns its folder."""
    folder.mkdir(parents=True)
    (folder / "image.onnx").write_bytes(_image_tower(dimension))
    (folder / "text.onnx").write_bytes(_text_tower(dimension))
    _tokenizer().save(str(folder / "tokenizer.json"))
    colours = np.zeros((64, dimension), np.float16)
    colours[:, :3] = np.random.default_rng(0).random((64, 3)) + 0.01
    np.save(folder / BACKGROUND, colours)
    level = CutLevel(z=0.5, similarity=0.2, probability=0.5)
    manifest = Manifest(
        format=FORMAT, name=name, revision=revision, dimension=dimension, image_size=(SIDE, SIDE), resize="squash",
        interpolation="bilinear", mean=(0, 0, 0), std=(1, 1, 1), context_length=LENGTH, pad_token=PAD,
        languages=("en",), licence="CC0-1.0", logit_scale=10, logit_bias=-5,
        cut=Cut(strict=level, default=level, loose=level), files=_hashes(folder),
    )  # fmt: skip
    (folder / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    return folder


def copy_of_mini(folder: Path, name: str) -> Path:
    """The bundled pack under another name; returns its folder."""
    shutil.copytree(BUNDLED / "mini", folder)
    edit(folder, name=name)
    return folder


def edit(folder: Path, **changes: Any) -> None:
    """Changes fields of a pack's manifest."""
    path = folder / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def replace_file(folder: Path, name: str, content: bytes) -> None:
    """Puts other bytes under an honest hash."""
    (folder / name).write_bytes(content)
    edit(folder, files=_hashes(folder))


def _hashes(folder: Path) -> dict[str, str]:
    listed = json.loads((folder / MANIFEST).read_text())["files"] if (folder / MANIFEST).exists() else {}
    names = listed or {file.name for file in folder.iterdir()}
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}


def _tokenizer() -> Tokenizer:
    words = {"[PAD]": PAD, "[UNK]": UNKNOWN} | {word: FIRST + place for place, word in enumerate(WORDS)}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return tokenizer


def _image_tower(dimension: int) -> bytes:
    """The mean of each channel: pixels [n, 3, SIDE, SIDE], flattened, times a matrix."""
    weights = np.zeros((3, SIDE * SIDE, dimension), np.float32)
    for channel in range(3):
        weights[channel, :, channel] = 1 / SIDE**2
    nodes = _node("Flatten", ["pixels"], "flat") + _node("MatMul", ["flat", "weights"], "embedding")
    kind = _value("pixels", FLOAT, ["n", 3, SIDE, SIDE]), _value("embedding", FLOAT, ["n", dimension])
    return _model(nodes, _tensor("weights", weights.reshape(-1, dimension)), *kind)


def _text_tower(dimension: int) -> bytes:
    """The mean of the words' colours: rows of a table, picked by tokens [n, LENGTH]. What is no colour is grey."""
    table = np.zeros((FIRST + len(WORDS), dimension), np.float32)
    table[UNKNOWN, :3] = 0.1
    table[FIRST:, :3] = list(WORDS.values())
    axes = _message(5, _text(1, "axes") + b"\x40\x01" + b"\xa0\x01\x07") + _message(
        5, _text(1, "keepdims") + b"\x18\x00" + b"\xa0\x01\x02"
    )
    nodes = _node("Gather", ["table", "tokens"], "rows") + _node("ReduceMean", ["rows"], "embedding", axes)
    kind = _value("tokens", INT64, ["n", LENGTH]), _value("embedding", FLOAT, ["n", dimension])
    return _model(nodes, _tensor("table", table), *kind)


# ---- protobuf ----------------------------------------------------------------------------------------------------


def _model(nodes: bytes, initializer: bytes, taken: bytes, given: bytes) -> bytes:
    graph = nodes + _text(2, "tiny") + initializer + _message(11, taken) + _message(12, given)
    return b"\x08\x08" + _message(7, graph) + _message(8, b"\x10\x0d")


def _node(kind: str, taken: list[str], given: str, attributes: bytes = b"") -> bytes:
    names = b"".join(_text(1, name) for name in taken) + _text(2, given)
    return _message(1, names + _text(4, kind) + attributes)


def _tensor(name: str, values: NDArray[np.float32]) -> bytes:
    dims = b"".join(b"\x08" + _varint(size) for size in values.shape)
    return _message(5, dims + b"\x10\x01" + _text(8, name) + _message(9, values.tobytes()))


def _value(name: str, kind: int, shape: list[str | int]) -> bytes:
    dims = b"".join(_message(1, _text(2, size) if isinstance(size, str) else b"\x08" + _varint(size)) for size in shape)
    return _text(1, name) + _message(2, _message(1, b"\x08" + _varint(kind) + _message(2, dims)))


def _text(field: int, text: str) -> bytes:
    return _message(field, text.encode())


def _message(field: int, body: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(body)) + body


def _varint(number: int) -> bytes:
    head = b""
    while number > 127:
        head += bytes([number & 127 | 128])
        number >>= 7
    return head + bytes([number])
