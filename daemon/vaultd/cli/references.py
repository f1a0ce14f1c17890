"""What a person names on the command line, as the daemon is told: absolute, exact, never a guess.

An image is an id if it is all digits, else a path (a file called `123` is `./123`). Links are followed, so that the
entries of the mount stand for the pictures they lead to.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable
from typing import Any

from vaultipc.errors import QueryError

ORIGINALS = b"/.originals/"
"""Folder of the mount whose subfolders are named by image id; entries of `tags/` lead there."""
IDENTIFIER = b"user.vault.id"
"""Extended attribute by which a file of a mount tells which image it is; no program copies it along."""


def folder(path: str) -> bytes:
    """The absolute path of a folder, as it is called by the user: `.` and `..` resolved, links kept."""
    return os.path.abspath(os.fsencode(path))


def image(given: str) -> str | bytes:
    """An id as text, or the real absolute path of a file as bytes."""
    if given.isascii() and given.isdecimal():
        return given
    path = os.path.realpath(os.fsencode(given))
    identifier = path.rpartition(ORIGINALS)[2].partition(b"/")[0]
    if ORIGINALS in path and identifier.isdigit():
        return identifier.decode()
    return _told_by_mount(path) or path


def _told_by_mount(path: bytes) -> str:
    """The id of the picture that an entry of a mount is, where entries are files; empty for any other file."""
    try:
        identifier = os.getxattr(path, IDENTIFIER)
    except OSError:
        return ""
    return identifier.decode() if identifier.isdigit() else ""


def image_param(given: str) -> dict[str, Any]:
    return one("image", image(given))


def images_params(given: Iterable[str]) -> dict[str, Any]:
    return several("images", map(image, given))


def one(key: str, value: str | bytes) -> dict[str, Any]:
    """A parameter for one path: `key`, or `key_b64` if it is not UTF-8."""
    text = _text(value)
    return {key: text} if text is not None else {f"{key}_b64": _base64(value)}


def several(key: str, values: Iterable[str | bytes]) -> dict[str, Any]:
    """Parameters for several paths: those that are UTF-8 in `key`, the others in `key_b64`."""
    sorted_values: dict[str, list[str]] = {key: [], f"{key}_b64": []}
    for value in values:
        text = _text(value)
        if text is not None:
            sorted_values[key].append(text)
        else:
            sorted_values[f"{key}_b64"].append(_base64(value))
    return {name: found for name, found in sorted_values.items() if found}


def told(record: dict[str, Any], key: str = "path") -> bytes:
    """The exact bytes of a path that the daemon told."""
    encoded = record.get(f"{key}_b64")
    return base64.b64decode(encoded) if encoded else os.fsencode(record[key])


def query(words: Iterable[str]) -> str:
    """A query typed as one or several words. Raises QueryError if it is not UTF-8."""
    text = " ".join(words)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise QueryError("The query is not valid UTF-8.", position=error.start) from None
    return text


def _text(value: str | bytes) -> str | None:
    if isinstance(value, str):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None


def _base64(value: str | bytes) -> str:
    return base64.b64encode(value if isinstance(value, bytes) else os.fsencode(value)).decode("ascii")
