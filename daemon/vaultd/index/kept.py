"""A vector index on disk: one file, replaced as a whole, that tells whether it is what it should be.

The file: a line of JSON (a `Header`), then the images as little-endian int64 [rows], then their vectors as
little-endian half floats [rows, dimension].
"""

from __future__ import annotations

import hashlib
import mmap
import os
from pathlib import Path

import msgspec
import numpy as np

from vaultd.index.vector import Halves, Ids

FORMAT = 1
LONGEST_HEADER = 4096


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file is of. `digest`: BLAKE2b-256, in hex, of everything after the line."""

    format: int
    generation: str
    position: int
    model: str
    dimension: int
    rows: int
    digest: str


class Unusable(Exception):
    """The file is missing, damaged, or of another catalog, model or version: the sentence says which."""


def keep(path: Path, images: Ids, halves: Halves, *, generation: str, position: int, model: str) -> None:
    """Writes the file durably. It is replaced whole: after a crash there is the old one or the new one."""
    parts = [_bytes_of(images.astype("<i8", copy=False)), _bytes_of(halves.astype("<f2", copy=False))]
    header = Header(FORMAT, generation, position, model, halves.shape[1], len(images), _digest(parts))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(path.name + ".partial")
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(msgspec.json.encode(header) + b"\n")
        file.writelines(parts)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read(path: Path, *, generation: str, model: str, dimension: int) -> tuple[int, Ids, Halves]:
    """The position the file stands at, its images and vectors: views of the file. Raises Unusable where it must be
    rebuilt.
    """
    try:
        with path.open("rb") as file:
            line = file.readline(LONGEST_HEADER)
            header = msgspec.json.decode(line, type=Header)
            mapped = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except OSError as error:
        raise Unusable(f"{path.name} cannot be read ({error.strerror})") from error
    except msgspec.MsgspecError as error:
        raise Unusable(f"{path.name} has a damaged or unknown header ({error})") from error
    if (header.format, header.generation, header.model, header.dimension) != (FORMAT, generation, model, dimension):
        raise Unusable(f"{path.name} is of another version, catalog or model")
    body = mapped[len(line) :]
    if len(body) != header.rows * (8 + 2 * dimension) or _digest([body]) != header.digest:
        raise Unusable(f"{path.name} is damaged")
    images = np.frombuffer(body, "<i8", header.rows).astype(np.int64)
    halves = np.frombuffer(body, "<f2", offset=header.rows * 8).reshape(header.rows, dimension)
    return header.position, images, halves


def _bytes_of(array: Ids | Halves) -> memoryview:
    """The array's own memory: a large index is not copied to be written."""
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def _digest(parts: list[memoryview]) -> str:
    hasher = hashlib.blake2b(digest_size=32)
    for part in parts:
        hasher.update(part)
    return hasher.hexdigest()
