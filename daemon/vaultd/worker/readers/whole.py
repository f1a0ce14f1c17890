"""A picture that a library decodes all at once, as Pillow sees one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image, ImageFile

if TYPE_CHECKING:
    from PIL._imaging import PixelAccess


class WholeImageFile(ImageFile.ImageFile):
    """A subclass sets `_size` and `_mode` in `_open`, and decodes in `_decoded`. What it decodes is upright."""

    wanted: int | None = None
    """Pixels that the shorter side needs, where that was said: what more there is may be left out."""

    def draft(self, mode: str | None, size: tuple[int, int] | None) -> None:
        """Says how large the picture is needed at least."""
        self.wanted = None if size is None else min(size)

    def load(self) -> PixelAccess | None:
        """Decodes it, once. Raises what the library does, and Pillow's errors of bombs."""
        if self._im is None:
            picture = self._decoded()
            picture.load()
            self.im, self._mode, self._size = picture.im, picture.mode, picture.size
        return super().load()

    def _decoded(self) -> Image.Image:
        raise NotImplementedError
