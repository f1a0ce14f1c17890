"""Where a worker does what it is asked: one open file at a time, and the pixels that wait to be embedded."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray
from PIL import Image

from vaultd.domain.looks import Looks
from vaultd.models.encoder import ImageEncoder, opaque, preprocess
from vaultd.models.engines import open_encoders
from vaultd.models.pack import Pack, PackError, load_pack
from vaultd.worker import decoding, looks, metadata, previews, reading, remade, thumbnail_files, thumbnails
from vaultd.worker.messages import (
    Answer,
    Compare,
    Compared,
    Decode,
    Decoded,
    Describe,
    Discard,
    Discarded,
    Embed,
    Embedded,
    Failed,
    HasRead,
    Read,
    Render,
    Rendered,
    Request,
    Setup,
    Unreadable,
)
from vaultd.worker.remote import RemoteImageEncoder

SIDE_WITHOUT_MODEL = 256


class Desk:
    """`answer` turns each request into its answer; what goes wrong with a file becomes `Failed`.

    Raises PackError if the model pack cannot be used.
    """

    def __init__(self, setup: Setup) -> None:
        decoding.limit_pixels(setup.max_pixels)
        decoding.use_installed()
        self._pack: Pack | None = load_pack(Path(os.fsdecode(setup.pack))) if setup.pack else None
        self._encoder = _encoder(self._pack, setup.tower) if self._pack else None
        self._thumbnails = Path(os.fsdecode(setup.thumbnails)) if setup.thumbnails else None
        self._file: BinaryIO | None = None
        self._path = b""
        self._read: HasRead | None = None
        self._waiting: list[NDArray[np.float32]] = []
        self._warm_up(setup.trial)

    def _warm_up(self, trial: bool) -> None:
        """Loads the model now, so that its memory is not counted as that of the first picture."""
        if self._pack is None or self._encoder is None:
            return
        height, width = self._pack.manifest.image_size
        seen = self._encoder.embed(np.zeros((1, 3, height, width), np.float32))
        if trial:
            said = open_encoders(self._pack, "onnx").text.embed(["a photograph"])
            if not (np.isfinite(seen).all() and np.isfinite(said).all()):
                raise PackError(f"The model pack {self._pack.folder} makes no finite vectors.")

    def answer(self, request: Request) -> Answer:
        """Does what is asked. Raises TypeError for a request that has no place here."""
        try:
            match request:
                case Read():
                    return self._open(request.path)
                case Describe():
                    return self._describe()
                case Decode():
                    return self._decode(request)
                case Embed():
                    return self._embed()
                case Render():
                    return self._render(request)
                case Compare():
                    return self._compare(request.other)
                case Discard():
                    self._waiting.clear()
                    return Discarded()
        except Unreadable as problem:
            return Failed(problem.kind, problem.reason)
        except MemoryError:
            return Failed("memory", "reading the picture takes more memory than a worker may use")
        raise TypeError(f"a worker that is set up was asked for {type(request).__name__}")

    def _open(self, path: bytes) -> HasRead:
        if self._file is not None:
            self._file.close()
        self._file, self._path, self._read = None, path, None
        file = reading.open_file(path)
        self._file = file
        self._read = reading.digest(file)
        return self._read

    def _describe(self) -> Decoded:
        if self._file is None or self._read is None:
            raise TypeError("there is no file to describe")
        with self._file, decoding.identify(self._file) as picture:
            upright = decoding.upright_size(picture)
            if picture.format in metadata.BEHIND_PIXELS:
                decoding.load(picture, self._side())
            found = metadata.content(picture, self._file, self._read, upright, None)
            reading.check_unchanged(self._file, self._read.facts.size, self._read.facts.mtime_ns)
        self._file = None
        return Decoded(found, "")

    def _decode(self, wanted: Decode) -> Decoded:
        if self._file is None or self._read is None:
            raise TypeError("there is no file to decode")
        with self._file, decoding.identify(self._file) as picture:
            upright = decoding.upright_size(picture)
            small = decoding.load(picture, self._side())
            seen = opaque(small)
            found = metadata.content(picture, self._file, self._read, upright, self._looks(picture, seen))
            reading.check_unchanged(self._file, self._read.facts.size, self._read.facts.mtime_ns)
        self._file = None
        if self._pack is not None and wanted.keep:
            self._waiting.append(preprocess(seen, self._pack.manifest))
        if not wanted.thumbnail or self._thumbnails is None:
            return Decoded(found, "")
        try:
            thumbnails.write(small, self._path, self._read.facts.mtime_ns, self._thumbnails)
        except (OSError, ValueError) as error:
            return Decoded(found, str(error))
        return Decoded(found, "")

    def _render(self, wanted: Render) -> Rendered:
        if self._file is None or self._read is None:
            raise TypeError("there is no file to render")
        with self._file, decoding.identify(self._file) as picture:
            made = previews.render(picture, wanted.side, wanted.format)
            reading.check_unchanged(self._file, self._read.facts.size, self._read.facts.mtime_ns)
        self._file = None
        try:
            thumbnail_files.put(Path(os.fsdecode(wanted.target)), made)
        except OSError as error:
            return Rendered(0, error.strerror or str(error))
        return Rendered(len(made))

    def _compare(self, path: bytes) -> Compared:
        if self._file is None:
            raise TypeError("there is no file to compare")
        with self._file, decoding.identify(self._file) as picture:
            ours = decoding.fingerprint(picture)
        self._file = None
        with reading.open_file(path) as file, decoding.identify(file) as picture:
            return Compared(ours == decoding.fingerprint(picture))

    def _looks(self, picture: Image.Image, seen: Image.Image) -> Looks:
        seen_at = looks.look(seen)
        return replace(seen_at, frames=decoding.frames_of(picture), was_jpeg=remade.was_jpeg(picture))

    def _embed(self) -> Embedded | Failed:
        waiting, self._waiting = self._waiting, []
        if self._encoder is None or not waiting:
            return Embedded([])
        try:
            vectors = self._encoder.embed(np.stack(waiting))
        except PackError as error:
            return Failed("encoder", error.message)
        if not np.isfinite(vectors).all():
            return Failed("encoder", "the model made no finite vector of the picture")
        return Embedded([vector.astype("<f4").tobytes() for vector in vectors])

    def _side(self) -> int:
        """The shorter side that a decoded picture must keep: twice what the model sees, and enough for thumbnails."""
        seen = 2 * max(self._pack.manifest.image_size) if self._pack is not None else SIDE_WITHOUT_MODEL
        return max(seen, SIDE_WITHOUT_MODEL)


def _encoder(pack: Pack, tower: int) -> ImageEncoder:
    """The pack's image tower: at the other end of the descriptor `tower`, or in this process where that is none."""
    if tower >= 0:
        return RemoteImageEncoder(tower, pack.manifest.dimension)
    return open_encoders(pack, "onnx").image
