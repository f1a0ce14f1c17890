"""Raw files of cameras, by rawpy (MIT, with LibRaw, LGPL-2.1 or CDDL).

Nearly all hold a preview, developed by the camera as its owner saw it. It is taken where it is large enough: of 24
megapixels it takes 0.09 s of processor time, and 0.6 to develop the sensor's values even at half their size.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vaultd.worker.readers import raw_exif
from vaultd.worker.readers.whole import WholeImageFile

if TYPE_CHECKING:
    import rawpy

TURNS = {3: Image.Transpose.ROTATE_180, 5: Image.Transpose.ROTATE_90, 6: Image.Transpose.ROTATE_270}
"""LibRaw's `flip` to what makes the picture upright."""
_SIDEWAYS = 5


class RawImageFile(WholeImageFile):
    format = "RAW"
    format_description = "Camera raw"

    def _open(self) -> None:
        file = cast("BinaryIO", self.fp)
        if not raw_exif.is_raw(file):
            raise SyntaxError("no raw file")
        import rawpy

        file.seek(0)
        try:
            self._raw = rawpy.imread(file)
        except rawpy.LibRawError as error:
            raise OSError(f"LibRaw: {_said(error)}") from None
        sizes = self._raw.sizes
        self._flip = sizes.flip
        self._size = (sizes.height, sizes.width) if self._flip >= _SIDEWAYS else (sizes.width, sizes.height)
        self._mode = "RGB"

    def getexif(self) -> Image.Exif:
        """What the camera wrote, but for the orientation, which is heeded already. Raises Pillow's errors."""
        if self._exif is None:
            self._exif = raw_exif.read(cast("BinaryIO", self.fp))
        return self._exif

    def _decoded(self) -> Image.Image:
        import rawpy

        with self._raw as raw:
            preview = self._preview(raw)
            if preview is not None:
                return preview
            try:
                return Image.fromarray(raw.postprocess(half_size=True, use_camera_wb=True))
            except rawpy.LibRawError as error:
                raise OSError(f"LibRaw: {_said(error)}") from None

    def _preview(self, raw: rawpy.RawPy) -> Image.Image | None:
        """The camera's own picture, upright; None where there is none that is large enough and whole."""
        import rawpy

        try:
            preview = _picture(raw.extract_thumb().data)
            if min(preview.size) < min(self.wanted or 0, *self._size) // 2:
                return None
            if self.wanted is not None:
                preview.draft(None, (self.wanted, self.wanted))
            preview.load()
        except (rawpy.LibRawError, OSError, SyntaxError):
            return None
        self.info.update((key, value) for key, value in preview.info.items() if key == "icc_profile")
        return self._upright(preview)

    def _upright(self, preview: Image.Image) -> Image.Image:
        """Some cameras keep the preview upright already; then its shape is not that of the sensor."""
        turn = TURNS.get(self._flip)
        sensor = self._size[::-1] if self._flip >= _SIDEWAYS else self._size
        is_turned = self._flip >= _SIDEWAYS and (preview.width < preview.height) != (sensor[0] < sensor[1])
        return preview if turn is None or is_turned else preview.transpose(turn)


def _picture(preview: bytes | NDArray[np.uint8]) -> Image.Image:
    """What is a JPEG, or pixels. Raises Pillow's errors."""
    return Image.open(io.BytesIO(preview), formats=["JPEG"]) if isinstance(preview, bytes) else Image.fromarray(preview)


def _said(error: rawpy.LibRawError) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("ascii", "replace") if isinstance(said, bytes) else str(said)


def _accept(prefix: bytes) -> bool:
    starts = (*raw_exif.TIFF, *raw_exif.DISGUISED, raw_exif.FUJIFILM)
    return prefix.startswith(starts) or prefix[4:12] == raw_exif.CANON


def register() -> None:
    """Makes Pillow read it."""
    Image.register_open(RawImageFile.format, RawImageFile, _accept)
