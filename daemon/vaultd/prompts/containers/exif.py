"""EXIF: the texts of its first directory and of the Exif directory (TIFF 6.0 section 2; Exif 3.0 4.6).

Cameras write numbers, and few texts; programs that generate pictures write their parameters into any text there is.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from vaultd.prompts.containers.usercomment import comment
from vaultd.prompts.texts import LONGEST, MOST_BYTES, Text

PREFIX = b"Exif\0\0"
KEYS = {0x010E: "ImageDescription", 0x0131: "Software", 0x9286: "UserComment", 0x9C9C: "XPComment"}
_MAKER_NOTE, _USER_COMMENT, _EXIF_DIRECTORY = 0x927C, 0x9286, 0x8769
_WINDOWS = range(0x9C9B, 0x9CA0)
_BYTES, _ASCII, _UNDEFINED, _UTF_8 = 1, 2, 7, 129
_MOST_ENTRIES = 512
_LABELLED = re.compile(r"([A-Za-z_]\w{0,63}):\s{0,8}(?=[{\[])")


def texts(data: bytes) -> Iterator[Text]:
    """All texts, those of the first directory before those of the Exif directory."""
    data = data.removeprefix(PREFIX)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None or len(data) < 8:
        return
    room = MOST_BYTES
    directories = [struct.unpack_from(order + "I", data, 4)[0]]
    for at in directories:
        for tag, kind, count, where in _entries(data, order, at):
            if tag == _EXIF_DIRECTORY and len(directories) == 1:
                directories.append(struct.unpack_from(order + "I", data, where)[0])
            elif kind in (_BYTES, _ASCII, _UNDEFINED, _UTF_8) and tag != _MAKER_NOTE and count <= LONGEST:
                offset = where if count <= 4 else struct.unpack_from(order + "I", data, where)[0]
                value = data[offset : offset + count]
                room -= len(value)
                if room < 0:  # entries may all name the same bytes
                    return
                yield _text(tag, kind, value)


def _entries(data: bytes, order: str, at: int) -> Iterator[tuple[int, int, int, int]]:
    """Tag, type, count, and where the value or its offset stands."""
    if at + 2 > len(data):
        return
    count = struct.unpack_from(order + "H", data, at)[0]
    for where in range(at + 2, min(at + 2 + 12 * min(count, _MOST_ENTRIES), len(data) - 11), 12):
        yield *struct.unpack_from(order + "HHI", data, where), where + 8


def _text(tag: int, kind: int, value: bytes) -> Text:
    """ComfyUI writes `prompt:{...}` into Model, `workflow:{...}` into Make and tags before it: the label is the key."""
    if tag in _WINDOWS:
        said = value.decode("utf-16-le", "replace")
    elif tag == _USER_COMMENT and kind != _ASCII:
        said = comment(value)
    else:
        said = comment(value, has_prefix=tag == _USER_COMMENT)
    said = said.strip("\0 \r\n\t")
    labelled = _LABELLED.match(said)
    if labelled:
        return Text(labelled[1], said[labelled.end() :])
    return Text(KEYS.get(tag, f"exif:{tag:04x}"), said)
