"""A JPEG that Pillow takes for none because of what Photoshop left in it.

Pillow 12 reads the image resources of an APP13 segment while it opens a file, and gives up the whole picture where they
end within an entry (JpegImagePlugin.APP). Nothing in them is needed to see the picture.
"""

from __future__ import annotations

import io
from typing import BinaryIO

_JPEG = b"\xff\xd8\xff"
_RESOURCES, _PASSED_OVER = b"Photoshop 3.0\0", b"Photoshop 3.x\0"
_MOST_BYTES = 256 * 1024 * 1024


def without_resources(file: BinaryIO) -> io.BytesIO | None:
    """The same JPEG with its resources under a name that nobody reads; None if it is none, or has none."""
    file.seek(0)
    content = file.read(_MOST_BYTES + 1)
    file.seek(0)
    if not content.startswith(_JPEG) or len(content) > _MOST_BYTES or _RESOURCES not in content:
        return None
    return io.BytesIO(content.replace(_RESOURCES, _PASSED_OVER))
