"""Which bytes a Range header asks for, what bytes are, and which format an Accept header likes."""

from __future__ import annotations

import pytest

from vaultweb.kinds import raster_type
from vaultweb.ranges import Beyond, Part, asked_part
from vaultweb.routes.thumbnails import accepted_format

ETAG = '"abc"'


@pytest.mark.parametrize(
    ("wanted", "part"),
    [
        ("bytes=0-3", (0, 4)),
        ("bytes=2-", (2, 10)),
        ("bytes=-3", (7, 10)),
        ("bytes=-30", (0, 10)),
        ("bytes=5-500", (5, 10)),
        ("bytes=9-9", (9, 10)),
        (" BYTES = 0 - 3 ", (0, 4)),
        ("", None),
        ("bytes=-", None),
        ("bytes=5-2", None),
        ("bytes=0-1,4-5", None),
        ("lines=0-1", None),
        ("bytes=a-b", None),
        ("bytes=0-99999999999999999999", None),
        ("bytes=٣-٤", None),
    ],
)
def test_a_range_is_the_part_it_names_and_what_is_none_is_all_of_it(wanted: str, part: tuple[int, int] | None) -> None:
    assert asked_part(wanted, "", ETAG, 10) == (None if part is None else Part(*part))


@pytest.mark.parametrize(
    ("wanted", "size"), [("bytes=10-", 10), ("bytes=10-20", 10), ("bytes=-0", 10), ("bytes=0-", 0)]
)
def test_a_range_without_a_byte_of_the_file_is_beyond_it(wanted: str, size: int) -> None:
    with pytest.raises(Beyond):
        asked_part(wanted, "", ETAG, size)


def test_a_part_is_sent_only_of_the_state_that_if_range_names() -> None:
    assert asked_part("bytes=0-3", ETAG, ETAG, 10) == Part(0, 4)
    assert asked_part("bytes=0-3", '"other"', ETAG, 10) is None
    assert asked_part("bytes=0-3", f"W/{ETAG}", ETAG, 10) is None
    assert asked_part("bytes=0-3", "Sat, 29 Oct 1994 19:43:31 GMT", ETAG, 10) is None


@pytest.mark.parametrize(
    ("head", "media"),
    [
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x20ftypavif\0\0\0\0", "image/avif"),
        (b"\0\0\0\x20ftypmif1\0\0\0\0avifmif1", "image/avif"),
        (b"\0\0\0\x20ftypheic\0\0\0\0mif1heic", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", None),
        (b"<!doctype html><script>", None),
        (b"RIFF\x10\0\0\0WAVEfmt ", None),
        (b"II*\0", None),
        (b"", None),
    ],
)
def test_only_what_begins_as_a_raster_picture_is_one(head: bytes, media: str | None) -> None:
    assert raster_type(head) == media


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("image/avif,image/webp,image/apng,*/*;q=0.8", "webp"),
        ("image/avif,image/webp;q=0.5", "avif"),
        ("image/webp;q=0,image/avif", "avif"),
        ("image/png,image/*;q=0.8", "jpeg"),
        ("*/*", "jpeg"),
        ("", "jpeg"),
        ("text/html;q=x,,;", "jpeg"),
        ("IMAGE/WEBP", "webp"),
    ],
)
def test_a_format_is_only_sent_to_who_names_it_and_jpeg_to_everybody_else(accept: str, form: str) -> None:
    assert accepted_format(accept) == form
