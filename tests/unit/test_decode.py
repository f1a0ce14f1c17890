"""A file becomes an upright picture and its facts, or a sentence that says why not."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image, TiffImagePlugin
from PIL.PngImagePlugin import PngInfo

from vaultd.worker import decoding
from vaultd.worker.desk import Desk
from vaultd.worker.exif import words as exif_words
from vaultd.worker.messages import Answer, Decode, Decoded, Embed, Embedded, Failed, HasRead, Read, Setup

MOST_PIXELS = 1_000_000


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(Setup(pack=b"", max_pixels=MOST_PIXELS, memory_mb=512, timeout_s=9, thumbnails=b"", niceness=0))


@pytest.fixture(autouse=True)
def pixels_unlimited_again() -> Iterator[None]:
    most = Image.MAX_IMAGE_PIXELS
    yield
    Image.MAX_IMAGE_PIXELS = most


def read(desk: Desk, path: Path | bytes) -> Answer:
    answer = desk.answer(Read(bytes(path)))
    return desk.answer(Decode(thumbnail=False)) if isinstance(answer, HasRead) else answer


def decoded(desk: Desk, path: Path) -> Decoded:
    answer = read(desk, path)
    assert isinstance(answer, Decoded), answer
    return answer


def failed(desk: Desk, path: Path | bytes) -> Failed:
    answer = read(desk, path)
    assert isinstance(answer, Failed), answer
    assert answer.reason
    return answer


@pytest.mark.parametrize(
    ("kind", "mime"),
    [
        ("JPEG", "image/jpeg"),
        ("MPO", "image/jpeg"),
        ("PNG", "image/png"),
        ("WEBP", "image/webp"),
        ("GIF", "image/gif"),
        ("TIFF", "image/tiff"),
        ("BMP", "image/bmp"),
        ("AVIF", "image/avif"),
    ],
)
def test_every_format_is_known_by_its_bytes_not_its_name(desk: Desk, tmp_path: Path, kind: str, mime: str) -> None:
    Image.new("RGB", (60, 40), "red").save(tmp_path / "wrong.bmp", kind)
    content = decoded(desk, tmp_path / "wrong.bmp").content
    assert (content.type, content.width, content.height) == (mime, 60, 40)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_made_upright(tmp_path: Path, kind: str, orientation: int) -> None:
    upright = Image.new("RGB", (400, 200), "white")
    upright.paste("blue", (0, 0, 200, 100))
    turn = decoding.TURNS.get(orientation)
    back = {
        Image.Transpose.ROTATE_90: Image.Transpose.ROTATE_270,
        Image.Transpose.ROTATE_270: Image.Transpose.ROTATE_90,
    }
    stored = upright if turn is None else upright.transpose(back.get(turn, turn))
    exif = Image.Exif()
    exif[decoding.ORIENTATION] = orientation
    stored.save(tmp_path / "a", kind, exif=exif)
    with (tmp_path / "a").open("rb") as file:
        picture = decoding.identify(file)
        assert decoding.upright_size(picture) == (400, 200)
        found = decoding.load(picture, 100)
    assert found.size[0] == 2 * found.size[1]
    colour = found.resize((4, 2)).getpixel((0, 0))
    assert isinstance(colour, tuple)
    assert colour[2] > 200 > 60 > colour[0]


def test_large_jpegs_are_decoded_small_and_tell_their_true_size(desk: Desk, tmp_path: Path) -> None:
    Image.new("RGB", (1200, 800), "green").save(tmp_path / "a.jpg")
    content = decoded(desk, tmp_path / "a.jpg").content
    assert (content.width, content.height) == (1200, 800)
    with (tmp_path / "a.jpg").open("rb") as file:
        assert decoding.load(decoding.identify(file), 100).size == (150, 100)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "I", "F", "CMYK"])
def test_every_mode_becomes_colours(tmp_path: Path, mode: str) -> None:
    kind = "TIFF" if mode in ("CMYK", "F", "I") else "PNG"
    Image.new("L", (30, 20), 128).convert("RGB" if mode == "P" else "L").convert(mode).save(tmp_path / "a", kind)
    with (tmp_path / "a").open("rb") as file:
        assert decoding.load(decoding.identify(file), 256).mode in ("RGB", "RGBA")


def test_sixteen_bits_of_grey_keep_their_light(tmp_path: Path) -> None:
    Image.new("I;16", (30, 20), 32896).save(tmp_path / "a.png")
    with (tmp_path / "a.png").open("rb") as file:
        assert decoding.load(decoding.identify(file), 256).getpixel((3, 3)) == (128, 128, 128)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
def test_an_animation_is_its_middle_frame(tmp_path: Path, kind: str) -> None:
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue", "black")]
    frames[0].save(tmp_path / "a", kind, save_all=True, append_images=frames[1:])
    with (tmp_path / "a").open("rb") as file:
        red, green, blue = decoding.load(decoding.identify(file), 256).convert("RGB").tobytes()[:3]
    assert blue > 240
    assert max(red, green) < 10


def test_a_document_is_its_first_page(tmp_path: Path) -> None:
    pages = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue", "black")]
    pages[0].save(tmp_path / "a", "TIFF", save_all=True, append_images=pages[1:])
    with (tmp_path / "a").open("rb") as file:
        assert decoding.load(decoding.identify(file), 256).getpixel((3, 3)) == (255, 0, 0)


def test_what_is_no_picture_is_refused_with_a_reason(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("hello " * 100)
    assert failed(desk, tmp_path / "empty.jpg") == Failed("not-an-image", "the file is empty")
    assert failed(desk, tmp_path / "text.jpg").kind == "not-an-image"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF"])
def test_a_truncated_picture_fails(desk: Desk, tmp_path: Path, kind: str) -> None:
    buffer = io.BytesIO()
    Image.effect_noise((300, 200), 50).convert("RGB").save(buffer, kind)
    (tmp_path / "a").write_bytes(buffer.getvalue()[: buffer.tell() // 2])
    assert failed(desk, tmp_path / "a").kind in ("truncated", "not-an-image")


def test_a_bomb_is_refused_by_what_its_header_claims(desk: Desk, tmp_path: Path) -> None:
    for side in (1100, 50_000):  # a little and a lot beyond the limit
        data = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
        chunk = struct.pack(">I", 13) + b"IHDR" + data + struct.pack(">I", zlib.crc32(b"IHDR" + data))
        body = zlib.compress(b"\0" * 1000)
        (tmp_path / "a.png").write_bytes(
            b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", len(body)) + b"IDAT" + body + b"\0" * 4
        )
        assert failed(desk, tmp_path / "a.png").kind == "too-large"


def test_a_missing_file_and_a_folder_are_gone_and_an_unreadable_one_says_so(desk: Desk, tmp_path: Path) -> None:
    assert failed(desk, tmp_path / "none.jpg").kind == "gone"
    assert failed(desk, tmp_path).kind == "gone"
    (tmp_path / "link.jpg").symlink_to("link.jpg")
    assert failed(desk, tmp_path / "link.jpg").kind == "unreadable"


def test_a_file_that_changes_while_it_is_read_is_not_believed(desk: Desk, tmp_path: Path) -> None:
    Image.new("RGB", (60, 40), "red").save(tmp_path / "a.png")
    assert isinstance(desk.answer(Read(bytes(tmp_path / "a.png"))), HasRead)
    with (tmp_path / "a.png").open("ab") as file:
        file.write(b"more")
    answer = desk.answer(Decode(thumbnail=False))
    assert isinstance(answer, Failed)
    assert answer.kind == "changed"


def test_without_a_model_nothing_is_embedded(desk: Desk, tmp_path: Path) -> None:
    Image.new("RGB", (60, 40), "red").save(tmp_path / "a.png")
    decoded(desk, tmp_path / "a.png")
    assert desk.answer(Embed()) == Embedded([])


def exif() -> Image.Exif:
    found = Image.Exif()
    for tag, value in ((271, "Canon"), (272, "Canon EOS R5"), (270, "Two boats at the quay")):
        found[tag] = value
    details = found.get_ifd(34665)
    details[36867] = "2021:05:06 07:08:09"
    details[37510] = b"UNICODE\0" + "seen at d\u00e4mmerung".encode("utf-16")
    found[40094] = "boats; harbour".encode("utf-16-le") + b"\0\0"
    return found


XMP = """<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>
<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:dc='http://purl.org/dc/elements/1.1/'>
<rdf:Description><dc:subject><rdf:Bag><rdf:li>boats</rdf:li><rdf:li>AC/DC</rdf:li></rdf:Bag></dc:subject>
<dc:title><rdf:Alt><rdf:li xml:lang='de'>Zwei Boote</rdf:li><rdf:li xml:lang='x-default'>Two boats</rdf:li></rdf:Alt>
</dc:title></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"""


@pytest.mark.parametrize("order", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_comment_is_read_in_either_byte_order(order: str) -> None:
    for comment in ("a poster", "seen at d\u00e4mmerung", "\u6d77 \u8fb9, 2023"):
        found = Image.Exif()
        found.get_ifd(34665)[37510] = b"UNICODE\0" + comment.encode(order)
        assert [words.text for words in exif_words(found)] == [comment]


def test_what_the_camera_and_programs_wrote_is_read(desk: Desk, tmp_path: Path) -> None:
    Image.new("RGB", (60, 40), "red").save(tmp_path / "a.jpg", exif=exif(), xmp=XMP.encode())
    content = decoded(desk, tmp_path / "a.jpg").content
    assert content.camera == "Canon EOS R5"
    assert content.taken_at == datetime(2021, 5, 6, 7, 8, 9, tzinfo=UTC).timestamp() * 1000
    assert [(said.source, said.names) for said in content.keywords] == [("xmp", ["boats", "harbour", "AC/DC"])]
    assert {(said.kind, said.source): said.text for said in content.texts} == {
        ("description", "exif"): "Two boats at the quay",
        ("comment", "exif"): "seen at d\u00e4mmerung",
        ("title", "xmp"): "Two boats",
    }


def iptc(*entries: tuple[int, bytes]) -> bytes:
    """IPTC-IIM records of dataset 2 (IIM 4.2, chapter 1.6)."""
    return b"".join(b"\x1c\x02" + bytes([number]) + struct.pack(">H", len(value)) + value for number, value in entries)


def test_iptc_keywords_are_read_from_jpeg_and_tiff(desk: Desk, tmp_path: Path) -> None:
    record = iptc((25, b"dogs"), (25, "caf\u00e9".encode()), (120, "ein Hund".encode("latin-1")))
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(record)) + record + b"\0" * (len(record) % 2)
    segment = b"Photoshop 3.0\0" + resource
    buffer = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(buffer, "JPEG")
    jpeg = buffer.getvalue()
    (tmp_path / "a.jpg").write_bytes(jpeg[:2] + b"\xff\xed" + struct.pack(">H", len(segment) + 2) + segment + jpeg[2:])
    info = TiffImagePlugin.ImageFileDirectory_v2()
    info[33723] = record
    info.tagtype[33723] = 7
    Image.new("RGB", (60, 40), "red").save(tmp_path / "a.tif", tiffinfo=info)
    for name in ("a.jpg", "a.tif"):
        content = decoded(desk, tmp_path / name).content
        assert [(said.source, said.names) for said in content.keywords] == [("iptc", ["dogs", "caf\u00e9"])], name
        assert [(said.kind, said.source, said.text) for said in content.texts] == [("description", "iptc", "ein Hund")]


@pytest.mark.filterwarnings("ignore:.*EXIF.*")
def test_damaged_or_hostile_metadata_costs_only_itself(desk: Desk, tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    for number, packet in enumerate([bomb, b"<x", b"\xff\xfe\0", b""]):
        path = tmp_path / f"{number}.jpg"
        Image.new("RGB", (60, 40), "red").save(path, xmp=packet, exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 40)
        content = decoded(desk, path).content
        assert (content.keywords, content.texts, content.taken_at) == ([], [], None)


def test_a_clock_that_was_never_set_tells_no_date(desk: Desk, tmp_path: Path) -> None:
    found = Image.Exif()
    found.get_ifd(34665)[36867] = "0000:00:00 00:00:00"
    found[270] = "OLYMPUS DIGITAL CAMERA"
    found[271], found[272] = "NIKON CORPORATION", "NIKON D70\0"
    Image.new("RGB", (60, 40), "red").save(tmp_path / "a.jpg", exif=found)
    content = decoded(desk, tmp_path / "a.jpg").content
    assert (content.taken_at, content.texts, content.camera) == (None, [], "NIKON D70")


def test_texts_of_png_are_read_prompts_included(desk: Desk, tmp_path: Path) -> None:
    info = PngInfo()
    info.add_text("Title", "A boat")
    info.add_text("parameters", "a red boat, sunset\nNegative prompt: blurry\nSteps: 20, Sampler: Euler")
    Image.new("RGB", (60, 40), "red").save(tmp_path / "a.png", pnginfo=info)
    assert [(said.kind, said.text) for said in decoded(desk, tmp_path / "a.png").content.texts] == [
        ("title", "A boat"),
        ("prompt", "a red boat, sunset"),
        ("negative", "blurry"),
    ]


def load(content: bytes, side: int = 64) -> Image.Image:
    return decoding.load(decoding.identify(io.BytesIO(content)), side)


def saved(picture: Image.Image, kind: str, **how: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **how)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_what_is_transparent_in_a_palette_stays_so(kind: str) -> None:
    picture = Image.new("P", (64, 64), 1)
    picture.putpalette([0, 0, 0, 255, 0, 0])
    picture.paste(0, (0, 0, 64, 32))
    found = load(saved(picture, kind, transparency=0))
    assert found.mode == "RGBA"
    assert found.getchannel("A").getpixel((9, 9)) == 0
    assert found.getpixel((9, 50)) == (255, 0, 0, 255)


def test_a_grey_that_means_transparent_is_transparent() -> None:
    assert load(saved(Image.new("L", (64, 64), 7), "PNG", transparency=7)).getpixel((9, 9)) == (7, 7, 7, 0)


def test_sixteen_bits_of_colour_keep_their_light() -> None:
    """Pillow writes none. PNG: type 2, depth 16; TIFF 6.0: three samples of 16 bits."""
    row = b"\0" + struct.pack(">3H", 65535, 32896, 0) * 64
    head = struct.pack(">IIBBBBB", 64, 64, 16, 2, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(row * 64)), (b"IEND", b"")]
    png = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
    assert load(b"\x89PNG\r\n\x1a\n" + png).getpixel((9, 9)) == (255, 128, 0)
    pixels = struct.pack("<3H", 65535, 32896, 0) * 64 * 64
    tags = [
        (256, 64),
        (257, 64),
        (258, 8 + len(pixels)),
        (259, 1),
        (262, 2),
        (273, 8),
        (277, 3),
        (278, 64),
        (279, len(pixels)),
    ]
    entries = [struct.pack("<HHII", tag, 3 if tag == 258 else 4, 3 if tag == 258 else 1, value) for tag, value in tags]
    body = pixels + struct.pack("<3H", 16, 16, 16)
    tiff = (
        b"II*\0"
        + struct.pack("<I", 8 + len(body))
        + body
        + struct.pack("<H", len(tags))
        + b"".join(entries)
        + b"\0" * 4
    )
    assert load(tiff).getpixel((9, 9)) == (255, 128, 0)


def test_black_and_white_is_black_and_white() -> None:
    picture = Image.new("1", (640, 64), 1)
    picture.paste(0, (0, 0, 320, 64))
    for kind in ("PNG", "TIFF", "BMP", "GIF"):
        found = load(saved(picture, kind)).convert("RGB")
        assert (found.getpixel((9, 9)), found.getpixel((600, 9))) == ((0, 0, 0), (255, 255, 255)), kind


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("JPEG", "RGB"), *(pytest.param("PNG", mode, marks=pytest.mark.long) for mode in ("1", "L", "RGB"))],
)
def test_a_huge_panorama_is_read(desk: Desk, tmp_path: Path, kind: str, mode: str) -> None:
    Image.MAX_IMAGE_PIXELS = 250_000_000
    (tmp_path / "a").write_bytes(saved(Image.new("RGB", (30_000, 3_000), "green").convert(mode), kind))
    content = decoded(desk, tmp_path / "a").content
    assert (content.width, content.height) == (30_000, 3_000)
