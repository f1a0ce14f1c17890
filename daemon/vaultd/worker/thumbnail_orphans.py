"""Thumbnails that nothing leads to: drafts of workers that were killed, and those of files that are no more."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote_to_bytes

from vaultd.worker.thumbnail_copies import original, read
from vaultd.worker.thumbnail_files import SIZES

_SCHEME = "file://"


def clear_drafts(folder: Path) -> int:
    """Deletes what killed processes had begun to write below `folder`; returns how many. Raises OSError."""
    drafts = list(_abandoned(folder))
    for draft in drafts:
        draft.unlink(missing_ok=True)
    return len(drafts)


def find(folder: Path, unsaid: Iterable[bytes] = ()) -> list[Path]:
    """The abandoned drafts, and our thumbnails whose file is not there. `unsaid`: absolute folders that are away or
    answer too slowly, of whose files nothing is said. Raises OSError."""
    above = tuple(place.rstrip(b"/") + b"/" for place in unsaid)
    finished = (place for size in SIZES for place in (folder / size).glob("[!.]*.png"))
    return [*_abandoned(folder), *(place for place in finished if _is_orphan(place, above))]


def _abandoned(folder: Path) -> Iterator[Path]:
    """`.<md5>.png.<pid>` of processes that live no more."""
    for size in SIZES:
        for draft in (folder / size).glob(".*.png.*"):
            pid = draft.suffix.removeprefix(".")
            if pid.isdecimal() and not Path(f"/proc/{pid}").exists():
                yield draft


def _is_orphan(place: Path, above: tuple[bytes, ...]) -> bool:
    uri = original(read(place))
    if uri is None or not uri.startswith(_SCHEME):
        return False
    path = unquote_to_bytes(uri.removeprefix(_SCHEME))
    return not path.startswith(above) and not os.path.lexists(path)
