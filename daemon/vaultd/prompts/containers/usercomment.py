"""EXIF UserComment: eight bytes that should name the character set, then text, in every way programs write it.

piexif's helper (A1111, Easy Diffusion) writes UNICODE and UTF-16BE, ImageSharp (SwarmUI) UNICODE and UTF-16LE, others a
byte order mark, UTF-8 after any prefix, or no prefix at all.
"""

from __future__ import annotations

_UNICODE = b"UNICODE\0"
_NARROW = (b"ASCII\0\0\0", b"\0" * 8)
_MARKS = (b"\xff\xfe", b"\xfe\xff")


def comment(value: bytes, has_prefix: bool = True) -> str:
    """The text of a value. Without a prefix that is known, all of it is text."""
    if has_prefix and value.startswith(_UNICODE):
        return _wide(value[8:])
    if has_prefix and value[:8] in _NARROW:
        value = value[8:]
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _wide(data: bytes) -> str:
    """UTF-16 by its mark, or in the order in which more of its letters are ASCII; or UTF-8 after the wrong prefix.

    In the other order of bytes ASCII letters become Chinese ones, so the count decides unless the text has hardly any.
    """
    if data[:2] in _MARKS:
        return data.decode("utf-16", "replace")
    if b"\0" not in data[:4096]:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:  # so it is UTF-16 without one ASCII letter
            pass
    both = [data.decode(order, "replace") for order in ("utf-16-be", "utf-16-le")]
    return max(both, key=lambda text: len(text.encode("ascii", "ignore")))
