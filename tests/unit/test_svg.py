"""Drawings are drawn, and reach for nothing outside of themselves."""

from __future__ import annotations

import base64
import gzip
import io
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from vaultd.worker import decoding
from vaultd.worker.messages import Unreadable

resvg_py = pytest.importorskip("resvg_py", reason="the extra [svg] is not installed")

SPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
RED = '<rect width="100%" height="100%" fill="red"/>'
SECRET = (0, 0, 255)


@pytest.fixture(autouse=True)
def installed() -> None:
    decoding.use_installed()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Whoever asks this machine for something is in its queue."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    Image.new("RGB", (8, 8), SECRET).save(tmp_path / "secret.png")
    return tmp_path / "secret.png"


def svg(body: str, attributes: str = 'width="100" height="50"') -> bytes:
    return f"<svg {SPACES} {attributes}>{body}</svg>".encode()


def drawn(content: bytes, side: int = 64) -> Image.Image:
    return decoding.load(decoding.identify(io.BytesIO(content)), side)


def size_of(content: bytes) -> tuple[int, int]:
    return decoding.upright_size(decoding.identify(io.BytesIO(content)))


def refused(content: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        drawn(content)
    return caught.value.kind


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="100" height="50"', (100, 50)),
        ('viewBox="0 0 24 48"', (24, 48)),
        ('width="100%" viewBox="0,0 24,48"', (24, 48)),
        ('width="48" viewBox="0 0 24 48"', (48, 96)),
        ('width="1in" height="25.4mm"', (96, 96)),
        ('width="200000" height="100000"', (8192, 4096)),
        ('width="nonsense" height="-3"', (100, 100)),
        ("", (100, 100)),
    ],
)
def test_a_drawing_is_as_large_as_it_says(attributes: str, size: tuple[int, int]) -> None:
    assert size_of(svg(RED, attributes)) == size


def test_a_drawing_is_drawn_as_large_as_is_needed_whatever_its_size() -> None:
    for attributes in ('width="4" height="2"', 'width="200000" height="100000"'):
        found = drawn(svg(RED, attributes), 64)
        assert (found.size, found.getpixel((9, 9))) == ((128, 64), (255, 0, 0, 255))
    assert max(drawn(svg(RED, 'width="10000" height="1"'), 64).size) <= 8192


def test_what_programs_write_around_a_drawing_is_understood() -> None:
    public = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    entity = '<!DOCTYPE svg [<!ENTITY space "http://www.w3.org/2000/svg">]>'
    styled = svg('<style>rect{fill:red}</style><rect width="100" height="50"/>')
    for content in (
        b"\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?>\n<!-- by hand -->\n" + svg(RED),
        public.encode() + svg(RED),
        entity.encode() + svg(RED).replace(b"http://www.w3.org/2000/svg", b"&space;"),
        gzip.compress(svg(RED)),
        styled,
    ):
        assert drawn(content).getpixel((9, 9)) == (255, 0, 0, 255), content


def test_a_picture_within_a_drawing_is_drawn(secret: Path) -> None:
    inner = base64.b64encode(secret.read_bytes()).decode()
    body = f'<image width="100" height="50" preserveAspectRatio="none" href="data:image/png;base64,{inner}"/>'
    assert drawn(svg(body)).getpixel((60, 30)) == (*SECRET, 255)
    assert drawn(svg(body.replace("data:", " DATA:"))).getpixel((60, 30)) == (0, 0, 0, 0), "a file's name to resvg"


REACHING = [
    '<image width="100" height="50" href="{}"/>',
    '<image width="100" height="50" xlink:href="{}"/>',
    '<filter id="f"><feImage width="100" height="50" href="{}"/></filter><rect width="9" height="9" filter="url(#f)"/>',
    '<defs><pattern id="p" width="1" height="1"><image width="100" height="50" href="{}"/></pattern></defs>'
    '<rect width="100" height="50" fill="url(#p)"/>',
    '<use href="{}#a" width="100" height="50"/>',
    '<rect width="100" height="50" fill="url({}#a)"/>',
    '<rect width="100" height="50" style="fill:url({});mask-image:url({})"/>',
    '<style>@import url("{0}"); @font-face {{font-family: x; src: url({0})}} rect{{fill:url({0})}}</style>'
    '<rect width="100" height="50"/><text font-family="x" y="20">word</text>',
    '<foreignObject width="100" height="50"><img xmlns="http://www.w3.org/1999/xhtml" src="{}"/></foreignObject>',
    '<script href="{}"/>',
]


@pytest.mark.parametrize("body", REACHING)
@pytest.mark.parametrize("how", ["{}", "file://{}", "{name}", "http://127.0.0.1:{port}/a.png"])
def test_a_drawing_reaches_no_file_and_no_network(
    secret: Path, listener: socket.socket, monkeypatch: pytest.MonkeyPatch, body: str, how: str
) -> None:
    monkeypatch.chdir(secret.parent)
    target = how.format(secret, name=secret.name, port=listener.getsockname()[1])
    nested = base64.b64encode(svg(body.format(target, target))).decode()
    for content in (
        svg(body.format(target, target)),
        svg(f'<image width="100" height="50" href="data:image/svg+xml;base64,{nested}"/>'),
        b'<?xml-stylesheet href="%s"?>' % target.encode() + svg(body.format(target, target)),
    ):
        colours = drawn(content).convert("RGB").getcolors(10_000) or []
        assert SECRET not in [colour for _, colour in colours]
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_the_renderer_alone_would_show_a_file(secret: Path) -> None:
    """Without this, the test above could not fail."""
    shown = resvg_py.svg_to_bytes(svg(REACHING[0].format(secret)).decode(), width=100, height=50)
    with Image.open(io.BytesIO(shown)) as picture:
        assert SECRET in [colour[:3] for _, colour in picture.getcolors(10_000) or [] if isinstance(colour, tuple)]


def test_entities_that_name_files_or_multiply_are_refused(secret: Path, listener: socket.socket) -> None:
    for target in (secret.as_uri(), f"http://127.0.0.1:{listener.getsockname()[1]}/"):
        assert (
            refused(f'<!DOCTYPE svg [<!ENTITY x SYSTEM "{target}">]>'.encode() + svg("<text>&x;</text>")) == "truncated"
        )
        drawn(f'<!DOCTYPE svg SYSTEM "{target}">'.encode() + svg(RED))
    with pytest.raises(BlockingIOError):
        listener.accept()
    laughs = "".join(
        f'<!ENTITY {one} "{f"&{below};" * 10}">' for one, below in zip("bcdefghij", "abcdefghi", strict=True)
    )
    many = f'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">{laughs}]>'.encode() + svg("<text>&j;</text>")
    assert refused(many) == "truncated"


def test_bombs_within_a_drawing_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.BytesIO()
    Image.new("1", (3000, 1000)).save(file, "PNG")
    inner = base64.b64encode(file.getvalue()).decode()
    body = f'<image width="100" height="50" href="data:image/png;base64,{inner}"/>'
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1_000_000)
    assert refused(svg(body)) == "too-large"
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 4_000_000)
    assert drawn(svg(body)).getpixel((60, 30)) == (0, 0, 0, 255)
    assert drawn(svg(body * 2 + RED)).getpixel((60, 30)) == (255, 0, 0, 255)
    assert refused(gzip.compress(b"<svg>" + b" " * (40 << 20), 1)) == "truncated"
    assert refused(svg("<g>" * 5000 + "</g>" * 5000)) == "truncated"


def test_what_is_no_drawing_is_refused() -> None:
    assert refused(b"<html><body/></html>") == "not-an-image"
    assert refused(b"\x1f\x8b no gzip") == "not-an-image"
    assert refused(gzip.compress(b"text")) == "not-an-image"
    assert refused(svg(RED)[:-9]) == "truncated"
