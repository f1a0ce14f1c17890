"""The image tower of another process, as a worker uses it."""

from __future__ import annotations

from multiprocessing.connection import Connection

import numpy as np
from numpy.typing import NDArray


class EncoderLost(Exception):
    """The process that runs the model ended. A worker that meets it has nothing left to do."""


class RemoteImageEncoder:
    """An `ImageEncoder` at the other end of a connection to `vaultd.worker.apart`, given by its descriptor."""

    def __init__(self, descriptor: int, dimension: int) -> None:
        self._connection = Connection(descriptor)
        self._dimension = dimension

    def embed(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `ImageEncoder.embed`. Raises EncoderLost."""
        if len(batch) == 0:
            return np.empty((0, self._dimension), np.float32)
        try:
            self._connection.send_bytes(np.ascontiguousarray(batch, "<f4").data.cast("B"))
            answer = self._connection.recv_bytes()
        except (EOFError, OSError):
            raise EncoderLost("the process that runs the model ended") from None
        return np.frombuffer(answer, "<f4").astype(np.float32).reshape(len(batch), self._dimension)
