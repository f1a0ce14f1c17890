"""Whether the files of a Tantivy index are there and whole. Tantivy does not look when it opens them."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path
from typing import Any

from vaultd.index.kept import Unusable

_FOOTER = struct.Struct("<II")
_MAGIC = 1337


def check_segments(folder: Path) -> None:
    """Raises Unusable unless every file of every segment is there and whole."""
    try:
        segments = json.loads((folder / "meta.json").read_bytes())["segments"]
        names = [name for segment in segments for name in _files_of(segment)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unusable("the description of the text index is missing or damaged") from error
    for name in names:
        _check_file(folder / name)


def _files_of(segment: dict[str, Any]) -> list[str]:
    """The files of a segment, by tantivy's src/index/segment_component.rs."""
    stem, deletes = segment["segment_id"].replace("-", ""), segment["deletes"]
    names = [f"{stem}.{part}" for part in ("idx", "pos", "term", "store", "fast", "fieldnorm")]
    return names if deletes is None else [*names, f"{stem}.{deletes['opstamp']}.del"]


def _check_file(path: Path) -> None:
    """Raises Unusable unless a file has the checksum that its footer names.

    The footer (tantivy's src/directory/footer.rs): a JSON object with the CRC-32 of everything before it, then its
    length as u32, and the magic number 1337 as u32, little endian.
    """
    try:
        data = path.read_bytes()
        length, magic = _FOOTER.unpack(data[-_FOOTER.size :])
        body = data[: -_FOOTER.size - length]
        crc = json.loads(data[len(body) : -_FOOTER.size])["crc"]
    except (OSError, struct.error, ValueError, KeyError, TypeError) as error:
        raise Unusable(f"the text index lacks {path.name}, or it is torn") from error
    if magic != _MAGIC or zlib.crc32(body) != crc:
        raise Unusable(f"the text index has a damaged file {path.name}")
