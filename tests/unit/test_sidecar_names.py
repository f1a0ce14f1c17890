"""Whose a sidecar is, by its name, the pictures of its folder, and what it says itself."""

from __future__ import annotations

import pytest

from vaultd.metadata import naming
from vaultd.worker.formats import EXTENSIONS


def whose(sidecar: str, *pictures: str, of: str = "", beside: tuple[str, ...] = ()) -> list[str]:
    """The pictures that a sidecar is of."""
    names = [picture.encode() for picture in pictures]
    sidecars = {sidecar.encode(): of, **dict.fromkeys((one.encode() for one in beside), "")}
    return [name.decode() for name in names if sidecar.encode() in naming.of_picture(name, sidecars, names)]


@pytest.mark.parametrize(
    ("sidecar", "pictures", "meant"),
    [
        ("a.jpg.xmp", ["a.jpg", "a.png", "b.jpg"], ["a.jpg"]),
        ("a.xmp", ["a.jpg", "a.png", "b.jpg"], ["a.jpg", "a.png"]),
        ("a.xmp", ["a.jpg", "a.nef"], ["a.nef"]),
        ("a.xmp", ["b.jpg"], []),
        ("A.JPG.XMP", ["a.jpg"], ["a.jpg"]),
        ("a.jpg.xmp", ["a.JPG", "a.jpg"], ["a.jpg"]),
        ("A.XMP", ["a.jpg", "A.jpg"], ["A.jpg"]),
        ("a_01.jpg.xmp", ["a.jpg"], ["a.jpg"]),
        ("a_01.jpg.xmp", ["a.jpg", "a_01.jpg"], ["a_01.jpg"]),
        ("a_01.jpg.xmp", ["a.png"], []),
        ("a_1.jpg.xmp", ["a.jpg"], []),
        ("a_01.xmp", ["a.jpg"], []),
        ("a.b.xmp", ["a.b.jpg", "a.jpg"], ["a.b.jpg"]),
        ("a.txt", ["a.png", "a.nef"], ["a.png", "a.nef"]),
        ("a.png.json", ["a.png", "a.jpg"], ["a.png"]),
        ("a_01.png.txt", ["a.png"], []),
    ],
)
def test_a_name_tells_whose_a_sidecar_is(sidecar: str, pictures: list[str], meant: list[str]) -> None:
    assert whose(sidecar, *pictures) == meant


@pytest.mark.parametrize(
    ("of", "meant"),
    [("a.nef", ["a.nef"]), ("a.jpg", ["a.jpg"]), (".nef", ["a.nef"]), (".jpg", ["a.jpg"]), ("z.nef", ["a.nef"])],
)
def test_a_sidecar_of_two_is_of_the_one_that_it_names(of: str, meant: list[str]) -> None:
    assert whose("a.xmp", "a.jpg", "a.nef", of=of) == meant


def test_a_sidecar_of_its_own_goes_before_one_that_is_shared_unless_that_names_the_picture() -> None:
    assert whose("a.xmp", "a.jpg", "a.png", beside=("a.jpg.xmp",)) == ["a.png"]
    assert whose("a.xmp", "a.jpg", "a.nef", beside=("a.nef.xmp",)) == ["a.jpg"]
    assert whose("a.xmp", "a.jpg", "a.nef", of=".nef", beside=("a.nef.xmp",)) == ["a.nef"]
    assert whose("a.xmp", "a.jpg", beside=("a.jpg.txt",)) == ["a.jpg"], "each kind for itself"


def test_the_own_sidecar_goes_first_then_the_shared_one_then_versions_then_texts() -> None:
    names = [b"a.json", b"a_02.jpg.xmp", b"a.txt", b"a.jpg.xmp", b"a_01.jpg.xmp", b"a.xmp"]
    sidecars = dict.fromkeys(names, "") | {b"a.xmp": ".jpg"}
    assert list(naming.of_picture(b"a.jpg", sidecars, [b"a.jpg"])) == [
        b"a.jpg.xmp", b"a.xmp", b"a_01.jpg.xmp", b"a_02.jpg.xmp", b"a.txt", b"a.json",
    ]  # fmt: skip


def test_hidden_files_and_others_are_no_sidecars() -> None:
    assert [name for name in (b"a.xmp", b"a.XMP", b".a.xmp", b"a.xmp~", b"xmp", b"a.txt", b"a.json", b"a.md")
            if naming.is_sidecar(name)] == [b"a.xmp", b"a.XMP", b"a.txt", b"a.json"]  # fmt: skip


def test_names_that_are_no_text_have_sidecars_like_others() -> None:
    picture, own, shared = b"\xff\xe9.jpg", b"\xff\xe9.jpg.xmp", b"\xff\xe9.xmp"
    assert list(naming.of_picture(picture, {own: "", shared: ""}, [picture])) == [own]
    assert naming.stem(picture) == naming.stem_of_sidecar(own) == naming.stem_of_sidecar(shared)


def test_a_sidecar_is_found_from_every_picture_that_it_may_be_of() -> None:
    assert naming.stems_of_pictures(b"a_01.jpg.xmp") == [b"a_01", b"a"]
    assert naming.stems_of_pictures(b"a_01.xmp") == [b"a_01"]
    first, last = naming.versions("a")
    assert first <= naming.stem_of_sidecar(b"a_01.jpg.xmp") < last


def test_whatever_is_read_as_a_picture_may_have_a_sidecar_named_after_it() -> None:
    assert EXTENSIONS <= naming.PICTURES
