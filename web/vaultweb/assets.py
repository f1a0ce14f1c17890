"""The gallery's built files as they are sent: held in memory, small, and compressed for those who take it.

A file that lies compressed beside itself (`x.js.br`, `x.js.gz`) is sent as it lies there; what does not is compressed
by gzip when it is first asked for.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import trio
from fastapi import Request, Response

from vaultweb.asking import is_named
from vaultweb.problems import ProblemError

_SUFFIXES = {"br": ".br", "gzip": ".gz"}
"""By what Accept-Encoding calls them, the smallest first."""
_WORTH = 0.9
"""What does not get smaller than this is sent as it is; pictures do not."""
_WEIGHT = re.compile(r"q\s*=\s*([01](?:\.\d{0,3})?)\s*$")


class Asset(NamedTuple):
    """A file. `encoded`: its bytes by encoding, as they are under `""`; `state`: what it was when it was read."""

    state: tuple[int, int, int]
    media: str
    digest: str
    encoded: Mapping[str, bytes]


class Assets:
    """Each file is read once, and again when it has changed."""

    def __init__(self) -> None:
        self._read: dict[Path, Asset] = {}

    async def get(self, path: Path) -> Asset:
        """Raises a problem 404 if there is no such file."""
        try:
            state = _state(path)
            found = self._read.get(path)
            if found is None or found.state != state:
                found = self._read[path] = await trio.to_thread.run_sync(_asset, path, state)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            self._read.pop(path, None)
            raise ProblemError(404, "There is no such file.") from None
        return found


def answer(request: Request, asset: Asset, headers: Mapping[str, str], status: int = 200) -> Response:
    """The file in the smallest encoding that the asker takes; 304 where it is known."""
    encoding = _taken(asset, ",".join(request.headers.getlist("accept-encoding")))
    # The bytes differ by encoding, and so does what names them (RFC 9110, 8.8.3.3).
    told = {**headers, "ETag": f'"{asset.digest}-{encoding}"' if encoding else f'"{asset.digest}"'}
    told["Vary"] = ", ".join(filter(None, (headers.get("Vary"), "Accept-Encoding")))
    if status == 200 and is_named(told["ETag"], request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=told)
    if encoding:
        told["Content-Encoding"] = encoding
    return Response(asset.encoded[encoding], status, told, asset.media)


def _taken(asset: Asset, accepted: str) -> str:
    """The encoding to send (RFC 9110, 12.5.3)."""
    liked: dict[str, float] = {}
    for one in accepted.lower().split(","):
        name, _, parameters = one.partition(";")
        weight = _WEIGHT.search(parameters)
        liked[name.strip()] = float(weight[1]) if weight else 1.0
    anything = liked.get("*", 0.0)
    return next((name for name in _SUFFIXES if name in asset.encoded and liked.get(name, anything) > 0), "")


def _asset(path: Path, state: tuple[int, int, int]) -> Asset:
    data = path.read_bytes()
    encoded = {"": data}
    for encoding, suffix in _SUFFIXES.items():
        beside = path.with_name(path.name + suffix)
        if beside.is_file():
            encoded[encoding] = beside.read_bytes()
    if "gzip" not in encoded:
        encoded["gzip"] = gzip.compress(data, 9, mtime=0)
    worth = {name: made for name, made in encoded.items() if not name or len(made) < len(data) * _WORTH}
    return Asset(state, _media(path), hashlib.blake2b(data, digest_size=12).hexdigest(), worth)


def _state(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _media(path: Path) -> str:
    if path.suffix == ".webmanifest":
        return "application/manifest+json"
    return mimetypes.guess_type(path.name)[0] or "application/octet-stream"
