"""Where file managers look for thumbnails.

freedesktop.org Thumbnail Managing Standard 0.9: `<cache>/thumbnails/{normal,large}/<md5 of the URI>.png`.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from urllib.parse import quote

SIZES = {"large": 256, "normal": 128}
"""The folders, and the pixels of the longer side in each."""

SOFTWARE = "Visionary Vault"
"""What ours say of who made them."""

_UNQUOTED = "!$&'()*+,-./:=@_~"
"""What GLib leaves as it is when it makes a URI of a file name; the hash depends on it."""


def uri(path: bytes) -> str:
    """The file URI of an absolute path, of whatever bytes."""
    return "file://" + quote(path, safe=_UNQUOTED)


def place(folder: Path, size: str, path: bytes) -> Path:
    """Where the thumbnail of a file belongs."""
    return folder / size / (hashlib.md5(uri(path).encode(), usedforsecurity=False).hexdigest() + ".png")


def home() -> Path:
    """$XDG_CACHE_HOME/thumbnails; a cache folder that is not absolute does not count (XDG Base Directory 0.8)."""
    cache = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(cache) if cache.startswith("/") else Path("~/.cache").expanduser()) / "thumbnails"


def remove(path: bytes, folder: Path) -> None:
    """Deletes both sizes, whoever wrote them. Raises OSError where that cannot be done."""
    for size in SIZES:
        place(folder, size, path).unlink(missing_ok=True)


def put(target: Path, png: bytes) -> None:
    """Writes a thumbnail, for the user alone: under another name first, so that nobody ever sees half of one.

    Raises OSError where that cannot be done.
    """
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as file:
            file.write(png)
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
