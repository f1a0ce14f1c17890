"""Pictures made smaller: the daemon's workers make them, this process opens the files and keeps what was sent last.

Nothing is decoded here. Of many that are asked for at once, so many are asked of the daemon, and the others wait a
while: a page that is scrolled through wants a thousand and looks at thirty.
"""

from __future__ import annotations

import base64
from collections import OrderedDict
from typing import NamedTuple

import trio

from vaultipc.messages import Preview, PreviewParams
from vaultipc.messages.gallery import PreviewFormat, PreviewSize
from vaultweb.connections import Connections
from vaultweb.kinds import raster_type
from vaultweb.problems import ProblemError

MOST_BYTES = 64 << 20
"""Of the previews that are kept in memory."""
LARGEST = 16 << 20
"""Of one preview; a picture of 1024 pixels takes a tenth of it at worst."""
AT_ONCE = 32
PATIENCE_S = 20.0
AGAIN = 2
"""Times that a preview is asked for anew when its file was cleared away before it was opened."""


class Small(NamedTuple):
    """A preview: its bytes, what they are, of which content, and for how many pixels it was made: fewer than were asked
    for where the original is away."""

    data: bytes
    media: str
    content: str
    size: int


class Previews:
    def __init__(self, daemon: Connections) -> None:
        self._daemon = daemon
        self._kept: OrderedDict[PreviewKey, Small] = OrderedDict()
        self._bytes = 0
        self._places = trio.CapacityLimiter(AT_ONCE)

    async def get(self, key: PreviewKey) -> Small:
        """Raises what the daemon answers, and a problem 503 when it takes too long."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        with trio.move_on_after(PATIENCE_S):
            async with self._places:
                return self._kept.get(key) or await self._made(key)
        raise ProblemError(503, "This preview takes longer to make.", headers={"Retry-After": "2"})

    async def _made(self, key: PreviewKey) -> Small:
        for _ in range(AGAIN):
            told: Preview = await self._daemon.call("preview", key.params())
            path = base64.b64decode(told.path_b64) if isinstance(told.path_b64, str) else told.path.encode()
            try:
                data = await trio.to_thread.run_sync(_read, path, abandon_on_cancel=True)
            except FileNotFoundError:
                continue
            except OSError as error:
                raise ProblemError(503, f"The preview cannot be read: {error.strerror or error}") from error
            small = Small(data, raster_type(data) or "application/octet-stream", told.content, told.size)
            return small if small.size < key.size else self._keep(key, small)
        raise ProblemError(503, "The preview went before it was read.", headers={"Retry-After": "1"})

    def _keep(self, key: PreviewKey, small: Small) -> Small:
        self._bytes += len(small.data) - len(self._kept[key].data if key in self._kept else b"")
        self._kept[key] = small
        while self._bytes > MOST_BYTES:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= len(oldest.data)
        return small


class PreviewKey(NamedTuple):
    """Which preview: of a content, or of an image's id, which is one content for ever."""

    content: str
    image: str
    size: PreviewSize
    format: PreviewFormat

    def params(self) -> PreviewParams:
        return PreviewParams(content=self.content, image=self.image, size=self.size, format=self.format)


def _read(path: bytes) -> bytes:
    """In a thread, once: thousands of these are small and near."""
    with open(path, "rb") as file:
        return file.read(LARGEST)
