"""From an open file to an upright picture, no larger than the model and the thumbnails need."""

from __future__ import annotations

import hashlib
import struct
import warnings
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageFile, UnidentifiedImageError

from vaultd.worker import profiles
from vaultd.worker.formats import NAMES, OPENED
from vaultd.worker.mending import without_resources
from vaultd.worker.messages import Unreadable
from vaultd.worker.optional_formats import OPTIONAL

ORIENTATION = 274
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation to what makes the picture upright."""

SIDEWAYS = 5
"""Orientations from this one on swap width and height."""

DAMAGE = (
    *(OSError, EOFError, SyntaxError, ValueError, TypeError, AttributeError, AssertionError),
    *(LookupError, ArithmeticError, RuntimeError, struct.error),
)
"""What Pillow's readers and the libraries below them raise when a file is not what it claims to be: anything."""
PAGED = frozenset({"TIFF"})
ANIMATED = frozenset({"GIF", "WEBP", "PNG", "AVIF"})
"""Formats whose further pictures are later moments of the first; of others they are pages, or what belongs to it."""
UPRIGHT = frozenset({"TIFF", *(optional.pillow for optional in OPTIONAL)})
"""Formats whose pictures are upright once they are decoded, and whose size is that of the upright picture."""
MOST_COMPARED = 20
"""Frames of a film, or pages, of which every pixel is compared."""
FARTHEST_FRAME = 100
"""Each frame before the one that is shown has to be decoded, too."""
_BOMB = (Image.DecompressionBombWarning, Image.DecompressionBombError)


def limit_pixels(most: int) -> None:
    """Refuses, in this process, to decode pictures of more pixels: what a header claims is checked before anything."""
    Image.MAX_IMAGE_PIXELS = most
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def use_installed() -> None:
    """Reads also, in this process, what packages are installed for. They come first: raw files look like TIFF."""
    _opened[:0] = [one.pillow for one in OPTIONAL if one.pillow not in _opened and one.register()]


_opened = list(OPENED)


def identify(file: BinaryIO) -> ImageFile.ImageFile:
    """The picture of an open file, its header read and its pixels not yet. Raises Unreadable."""
    if not file.read(1):
        raise Unreadable("not-an-image", "the file is empty")
    file.seek(0)
    try:
        return _opened_as(file)
    except UnidentifiedImageError:
        raise Unreadable("not-an-image", f"the file is not a {_known()} picture, or its start is damaged") from None
    except _BOMB:
        raise _too_large() from None
    except MemoryError:
        raise Unreadable("memory", "reading the picture takes more memory than a worker may use") from None
    except DAMAGE as error:
        raise Unreadable("truncated", f"the picture is damaged or ends too early ({error})") from None


def _opened_as(file: BinaryIO) -> ImageFile.ImageFile:
    try:
        return Image.open(file, formats=_opened)
    except UnidentifiedImageError:
        mended = without_resources(file)
        if mended is None:
            raise
        return Image.open(mended, formats=_opened)


def _known() -> str:
    optional = [one.name for one in OPTIONAL if one.pillow in _opened]
    *most, last = [*NAMES, *optional]
    return f"{', '.join(most)} or {last}"


def _too_large() -> Unreadable:
    most = Image.MAX_IMAGE_PIXELS or 0
    return Unreadable("too-large", f"the picture has more than {most:,} pixels ([ingest] max_pixels)")


def upright_size(picture: Image.Image) -> tuple[int, int]:
    """Width and height as the picture is meant to be seen; to be asked before `load`, which may make it smaller."""
    width, height = picture.size
    return (height, width) if orientation(picture) >= SIDEWAYS else (width, height)


def orientation(picture: Image.Image) -> int:
    """The EXIF orientation, 1 where it is absent, nonsense or heeded already."""
    if picture.format in UPRIGHT:
        return 1
    try:
        value = picture.getexif().get(ORIENTATION, 1)
    except DAMAGE:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def frames_of(picture: Image.Image) -> int:
    """How many frames of a film a picture that was loaded has; 2 if it has pages, as what they are takes long to count.

    The further images of a JPEG (MPO) belong to the first. Where the file is damaged behind the first, that is all.
    """
    try:
        if picture.format in ANIMATED:
            return int(getattr(picture, "n_frames", 1))
        return 2 if picture.format in PAGED and getattr(picture, "is_animated", False) else 1
    except DAMAGE:
        return 1


def fingerprint(picture: Image.Image) -> tuple[object, ...]:
    """Equal for pictures that show the same: size, mode, turn and every pixel, of films those of the first frames.

    Raises Unreadable.
    """
    turned, frames = orientation(picture), frames_of(picture)
    try:
        hasher = hashlib.blake2b()
        for frame in range(min(frames, MOST_COMPARED)):
            if frames > 1:
                picture.seek(frame)
            hasher.update(np.ascontiguousarray(picture).data)
    except MemoryError:
        raise Unreadable("memory", "decoding the picture takes more memory than a worker may use") from None
    except _BOMB:
        raise _too_large() from None
    except DAMAGE as error:
        raise Unreadable("truncated", f"the picture is damaged or ends too early ({error})") from None
    return picture.size, picture.mode, turned, frames, hasher.digest()


def load(picture: Image.Image, side: int) -> Image.Image:
    """The picture upright, in mode RGB or RGBA, its shorter side at least `side` if it was. Raises Unreadable.

    Of an animation it is the middle frame, of several pages the first. JPEGs are decoded at a fraction of their size,
    which is several times faster and almost exact.
    """
    turn = TURNS.get(orientation(picture))
    try:
        frames = getattr(picture, "n_frames", 1) if picture.format in ANIMATED else 1
        if frames > 1:
            picture.seek(min(frames // 2, FARTHEST_FRAME))
        picture.draft(None, (side, side))
        picture.load()
        small = profiles.in_srgb(_shrink(_plain(picture), side))
    except MemoryError:
        raise Unreadable("memory", "decoding the picture takes more memory than a worker may use") from None
    except _BOMB:  # what the header claims was small, but a frame or a tile is not
        raise _too_large() from None
    except DAMAGE as error:
        raise Unreadable("truncated", f"the picture is damaged or ends too early ({error})") from None
    return small if turn is None else small.transpose(turn)


def _shrink(picture: Image.Image, side: int) -> Image.Image:
    """Averages whole blocks of pixels together while the result stays larger than `side`, as a JPEG's draft does."""
    factor = min(picture.width // side, picture.height // side)
    return picture.reduce(factor) if factor > 1 else picture


def _plain(picture: Image.Image) -> Image.Image:
    """The picture in RGB, RGBA where parts of it are transparent, or still in L or CMYK."""
    if picture.mode.startswith("I") or picture.mode == "F":
        return Image.fromarray(_eight_bits(picture)).convert("RGB")
    transparent = "A" in picture.getbands() or "a" in picture.getbands() or "transparency" in picture.info
    if picture.mode in ("L", "CMYK") and not transparent:
        return picture
    return picture.convert("RGBA" if transparent else "RGB")


def _eight_bits(picture: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Grey levels of deeper pictures: 16 bits by their range, others by the range they use."""
    levels = np.asarray(picture).astype(np.float32)
    if picture.mode.startswith("I;16"):
        return (levels / 257).astype(np.uint8)
    low, high = float(levels.min()), float(levels.max())
    return ((levels - low) * (255 / max(high - low, 1e-12))).astype(np.uint8)
