"""What every engine offers, and how a picture is prepared for it."""

from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vaultd.models.pack import Manifest

Device = Literal["cpu", "cuda"]

_FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


class ImageEncoder(Protocol):
    """Turns prepared pictures into vectors."""

    def embed(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """float32 [n, dimension] of length one, for float32 [n, 3, height, width] from `preprocess`; n may be 0."""
        ...


class TextEncoder(Protocol):
    """Turns texts into vectors of the same space."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32 [n, dimension] of length one; n may be 0. A text longer than the model's context is cut."""
        ...


def preprocess(image: Image.Image, manifest: Manifest) -> NDArray[np.float32]:
    """float32 [3, height, width] of an upright picture of any mode and size; transparency becomes white."""
    sized = _resize(opaque(image), manifest)
    pixels = np.asarray(sized, np.float32) / 255
    mean, std = np.asarray(manifest.mean, np.float32), np.asarray(manifest.std, np.float32)
    return np.ascontiguousarray(((pixels - mean) / std).transpose(2, 0, 1))


def normalise(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The rows at length one; a row of zeros stays one."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: NDArray[np.float32] = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return scaled


def opaque(image: Image.Image) -> Image.Image:
    """The picture in RGB as it looks on white paper."""
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    paper = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(paper, layer).convert("RGB")


def _resize(image: Image.Image, manifest: Manifest) -> Image.Image:
    """The picture at the image tower's size."""
    height, width = manifest.image_size
    way = _FILTERS[manifest.interpolation]
    if manifest.resize == "squash":
        return image.resize((width, height), way)
    across, down = width / image.width, height / image.height
    if manifest.resize == "longest":
        scale = min(across, down)
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        paper = Image.new("RGB", (width, height), tuple(round(255 * m) for m in manifest.mean))
        paper.paste(image.resize(size, way), ((width - size[0]) // 2, (height - size[1]) // 2))
        return paper
    return image.resize((width, height), way, box=_middle(image.size, max(across, down), (width, height)))


def _middle(size: tuple[int, int], scale: float, wanted: tuple[int, int]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the middle that fills `wanted` when it is scaled."""
    # width / (width / size) may be a hair larger than size, and Pillow takes no box that reaches out of the picture.
    left, top = (max(0.0, (whole - side / scale) / 2) for whole, side in zip(size, wanted, strict=True))
    return left, top, size[0] - left, size[1] - top
