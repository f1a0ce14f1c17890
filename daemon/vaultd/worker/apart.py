"""`python -m vaultd.worker.apart PACK ENGINE THREADS TIMEOUT_S NICENESS`: the image tower in a process of its own.

An accelerator's driver maps more address space than a process that decodes may have, and its memory on the device
should be taken once, not by each worker. Standard input is a Unix socket of packets: one `Opened` goes out; each
packet that comes in brings a worker's end of a connection; when it is closed, the process ends. On a connection a
worker sends the pixels of a batch and gets its vectors, both float32, little endian, each behind its length.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import traceback
from multiprocessing.connection import Connection
from pathlib import Path
from typing import cast

import msgspec
import numpy as np

from vaultd.models.encoder import ImageEncoder
from vaultd.models.engines import Wanted, open_encoders
from vaultd.models.pack import Manifest, PackError, load_pack
from vaultd.worker.limits import bound_time, give_way


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What runs the tower, on what, and a sentence if that is not what was asked for; or `problem`, why nothing can."""

    engine: str = ""
    device: str = ""
    note: str = ""
    problem: str = ""


def main(folder: str, engine: str, threads: str, timeout_s: str, niceness: str) -> int:
    """The exit status: 0 when the daemon hung up, 1 if the pack cannot be used."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the daemon, which ends its children itself
    with socket.socket(fileno=sys.stdin.fileno()) as control:
        control.setblocking(True)
        try:
            encoders = open_encoders(load_pack(Path(folder)), cast("Wanted", engine), int(threads))
            manifest = encoders.pack.manifest
            encoders.image.embed(np.zeros((1, 3, *manifest.image_size), np.float32))
        except PackError as error:
            control.send(msgspec.json.encode(Opened(problem=error.message)))
            return 1
        give_way(int(niceness))
        control.send(msgspec.json.encode(Opened(engine=encoders.name, device=encoders.device, note=encoders.note)))
        _accept(control, _Tower(encoders.image, manifest, int(timeout_s)))
    return 0


def _accept(control: socket.socket, tower: _Tower) -> None:
    """Gives each connection a thread, until the daemon hangs up."""
    while True:
        packet, ends, _, _ = socket.recv_fds(control, 1, 1)
        if not packet:
            return
        for end in ends:
            threading.Thread(target=tower.answer, args=(Connection(end),), daemon=True).start()


class _Tower:
    """The tower, for one batch at a time."""

    def __init__(self, encoder: ImageEncoder, manifest: Manifest, timeout_s: int) -> None:
        self._encoder = encoder
        self._shape = (-1, 3, *manifest.image_size)
        self._timeout_s = timeout_s
        self._turn = threading.Lock()

    def answer(self, worker: Connection) -> None:
        """Serves one worker until it hangs up. What goes wrong ends the process: a device may not recover from it."""
        with worker:
            while True:
                try:
                    batch = np.frombuffer(worker.recv_bytes(), "<f4").reshape(self._shape)
                    worker.send_bytes(self._embed(batch))
                except (EOFError, ConnectionError):
                    return
                except Exception:
                    traceback.print_exc()
                    os._exit(1)

    def _embed(self, batch: np.ndarray) -> bytes:
        with self._turn:
            bound_time(self._timeout_s)
            vectors = self._encoder.embed(batch)
            bound_time(0)
        return vectors.astype("<f4").tobytes()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
