"""Where a worker that finds words does what it is asked: one open file at a time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO, Protocol

from PIL import Image

from vaultd.models.encoder import opaque
from vaultd.worker import decoding, reading
from vaultd.worker.messages import Answer, Failed, HasRead, Read, Request, Tell, TellSetup, Told, Unreadable
from vaultd.worker.telling.offline import stay_offline


class WordFinder(Protocol):
    """Finds words for one picture. `side`: what the shorter side of a decoded picture must keep, in pixels."""

    side: int

    def find(self, picture: Image.Image) -> Told:
        """The words for an upright picture in RGB. Raises MemoryError, and whatever its library likes."""
        ...


class TellingDesk:
    """`answer` turns each request into its answer; what goes wrong with a file becomes `Failed`.

    Raises PackError if the model, or the library that runs it, cannot be used.
    """

    def __init__(self, setup: TellSetup) -> None:
        stay_offline()
        decoding.limit_pixels(setup.max_pixels)
        decoding.use_installed()
        self._finder = _finder(setup)
        self._file: BinaryIO | None = None
        self._read: HasRead | None = None

    def answer(self, request: Request) -> Answer:
        """Does what is asked. Raises TypeError for a request that has no place here."""
        try:
            match request:
                case Read():
                    return self._open(request.path)
                case Tell():
                    return self._tell()
        except Unreadable as problem:
            return Failed(problem.kind, problem.reason)
        except MemoryError:
            return Failed("memory", "finding words for the picture takes more memory than a worker may use")
        raise TypeError(f"a worker that finds words was asked for {type(request).__name__}")

    def _open(self, path: bytes) -> HasRead:
        if self._file is not None:
            self._file.close()
        self._read = None
        self._file = reading.open_file(path)
        self._read = reading.digest(self._file)
        return self._read

    def _tell(self) -> Told:
        if self._file is None or self._read is None:
            raise TypeError("there is no file to find words for")
        file, self._file = self._file, None
        with file, decoding.identify(file) as picture:
            seen = opaque(decoding.load(picture, self._finder.side))
            reading.check_unchanged(file, self._read.facts.size, self._read.facts.mtime_ns)
        try:
            return self._finder.find(seen)
        except MemoryError:
            raise
        except Exception as error:  # the libraries below raise what they like, and it is one picture's fault
            raise Unreadable("encoder", f"no words could be found for the picture ({_first_line(error)})") from error


def _finder(setup: TellSetup) -> WordFinder:
    """Imports only the library that is needed. Raises PackError."""
    if setup.task == "ocr":
        from vaultd.worker.telling.recognising import Recogniser

        return Recogniser(setup.threads)
    from vaultd.worker.telling.captioning import Captioner

    return Captioner(Path(os.fsdecode(setup.folder)), setup.threads)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
