"""The engine of the default install: ONNX Runtime, on the CPU or through CUDA.

Each tower opens its session at its first use and keeps it until `unload`, so that a process that only answers queries
never holds the image tower.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from vaultd.domain.memory import trim
from vaultd.models import cuda
from vaultd.models.encoder import Device, normalise
from vaultd.models.pack import Pack, PackError
from vaultd.models.tokens import PackTokenizer


class _Tower:
    """One ONNX file, its session opened lazily."""

    def __init__(self, path: Path, threads: int, device: Device) -> None:
        self._path = path
        self._threads = threads
        self._device = device
        self._session: ort.InferenceSession | None = None

    def run(self, feed: NDArray[np.float32] | NDArray[np.int64], dimension: int) -> NDArray[np.float32]:
        """The tower's embeddings, float32 [n, dimension], rows of length one."""
        if len(feed) == 0:
            return np.empty((0, dimension), np.float32)
        session = self._opened()
        try:
            (found,) = session.run(None, {session.get_inputs()[0].name: feed})
        except Exception as error:  # of classes without a narrower base; a graph may open and still fail
            raise PackError(f"{self._path} cannot be computed: {_first_line(error)}.") from error
        if found.shape != (len(feed), dimension):
            raise PackError(f"{self._path} answers with the shape {found.shape}, expected {(len(feed), dimension)}.")
        return normalise(found)

    def unload(self) -> None:
        """Frees the session; the next use opens it again."""
        self._session = None

    @property
    def any_length(self) -> bool:
        """Whether the second dimension of what it takes is free."""
        return not isinstance(self._opened().get_inputs()[0].shape[1], int)

    def _opened(self) -> ort.InferenceSession:
        return self._session or self._open()

    def _open(self) -> ort.InferenceSession:
        options = ort.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Threads that spin while they wait would take the processor from the rest of the machine.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            session = ort.InferenceSession(self._path, options, providers=_providers(self._device), enable_fallback=0)
        except Exception as error:  # onnxruntime raises classes of its own that share no narrower base
            raise PackError(f"ONNX Runtime cannot open {self._path}: {_first_line(error)}.") from error
        self._session = session
        trim()  # what opening a graph took and freed is, of a large text tower, the size of its word table
        return session


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__).rstrip(".")


def _providers(device: Device) -> list[str | tuple[str, dict[str, str]]]:
    """Where the nodes of a graph run; the CPU takes those that CUDA has no kernel for."""
    return [cuda.CPU] if device == "cpu" else [(cuda.PROVIDER, cuda.OPTIONS), cuda.CPU]


class OnnxImageEncoder:
    """The image tower of a pack. `threads` is the number of cores one call may use."""

    def __init__(self, pack: Pack, threads: int = 1, device: Device = "cpu") -> None:
        self._tower = _Tower(pack.image_onnx, threads, device)
        self._dimension = pack.manifest.dimension

    def embed(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `ImageEncoder.embed`. Raises PackError where the tower cannot be opened."""
        return self._tower.run(batch, self._dimension)

    def unload(self) -> None:
        """Frees the tower's memory; the next `embed` loads it again."""
        self._tower.unload()


class OnnxTextEncoder:
    """The text tower of a pack, and its tokenizer."""

    def __init__(self, pack: Pack, threads: int = 1, device: Device = "cpu") -> None:
        self._tower = _Tower(pack.text_onnx, threads, device)
        self._dimension = pack.manifest.dimension
        self._tokenizer = PackTokenizer(pack)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `TextEncoder.embed`. Raises PackError where the tower cannot be opened."""
        return self._tower.run(self._tokenizer.tokens(texts, whole=not self._tower.any_length), self._dimension)
