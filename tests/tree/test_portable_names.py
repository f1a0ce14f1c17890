"""Names as Windows, SMB and exFAT can hold them: which change, that all resolve, and that none are the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.planted import PlantedVault
from vaultfs.tree.names import LIMIT
from vaultfs.tree.portable import meant, portable, shown
from vaultfs.tree.targets import image_of

file_names = st.binary(min_size=1, max_size=255).filter(lambda name: b"/" not in name and b"\0" not in name)
nasty_names = st.text("aAé.: ?*con1\u0301<\x01\x7f", min_size=1, max_size=12).map(str.encode)

# What Windows refuses; written out, so that it shares nothing with what is tested.
REFUSED = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]|[. ]$')
DEVICES = {
    "CON",
    "PRN",
    "AUX",
    "NUL",
    "CONIN$",
    "CONOUT$",
    *(f"{port}{n}" for port in ("COM", "LPT") for n in "0123456789¹²³"),
}

TABLE: list[tuple[bytes, str]] = [
    (b"a.jpg", "a.jpg"),
    (b"red car", "red car"),
    (b"a: b?.jpg", "a： b？.jpg"),
    (b'<"|*\\>', "＜＂｜＊＼＞"),
    (b"line\nbreak\x7f.jpg", "line␊break␡.jpg"),
    (b"ends.", "ends．"),
    (b"ends. .", "ends. ．"),
    (b"ends ", "ends␠"),
    (b"...", "..．"),
    (b".hidden", ".hidden"),
    (b"..a", "..a"),
    (b"CON", "ＣON"),
    (b"con.jpg", "ｃon.jpg"),
    (b"nul .tar.gz", "ｎul .tar.gz"),
    (b"Com1.txt", "Ｃom1.txt"),
    ("lpt¹".encode(), "ｌpt¹"),
    (b"console.jpg", "console.jpg"),
    (b"com10.jpg", "com10.jpg"),
    (b"a con", "a con"),
    ("café.jpg".encode(), "café.jpg"),
    (unicodedata.normalize("NFD", "café.jpg").encode(), unicodedata.normalize("NFD", "café.jpg")),
    (b"caf\xe9.jpg", "caf\ufffd.jpg"),
    (b"\xff\xfe:", "\ufffd\ufffd："),
    ("2023∕beach".encode(), "2023∕beach"),
]


@pytest.mark.parametrize(("name", "wanted"), TABLE)
def test_what_others_cannot_hold_is_shown_by_what_looks_alike(name: bytes, wanted: str) -> None:
    assert portable(name).decode() == wanted
    assert portable(portable(name)) == portable(name)
    if "\ufffd" not in wanted:
        assert meant(portable(name)) == name


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["a:b", "a：b"], ["a：b (2)", "a：b"]),
        (["a：b", "a:b"], ["a：b", "a：b (2)"]),
        (["A.jpg", "a.jpg"], ["A.jpg", "a (2).jpg"]),
        (["a.jpg", "A.jpg", "a (2).jpg"], ["a (3).jpg", "A.jpg", "a (2).jpg"]),
        (["é", "e\u0301"], ["é (2)", "e\u0301"]),
        (["CON", "con"], ["ＣON", "ｃon (2)"]),
        (["x.", "x．"], ["x． (2)", "x．"]),
        (["Straße", "STRASSE"], ["Straße (2)", "STRASSE"]),
    ],
)
def test_names_that_would_be_the_same_are_told_apart(names: Sequence[str], wanted: Sequence[str]) -> None:
    found = shown([name.encode() for name in names])
    assert [found[name.encode()].decode() for name in names] == wanted


@pytest.mark.parametrize(
    "name", [":" * 255, "é" * 127, "x" * 250 + ".jpeg", "." * 255, "a" * 253 + " b", "?" * 100 + "é.jpg"]
)
def test_a_long_name_is_cut_at_a_character_and_stays_portable(name: str) -> None:
    found = shown([name.encode(), name.upper().encode() + b""]) if name != name.upper() else shown([name.encode()])
    for held in found.values():
        assert len(held) <= LIMIT
        _must_be_held(held)


@given(st.lists(st.one_of(file_names, nasty_names), max_size=30, unique=True))
def test_all_names_can_be_held_and_differ_in_whatever_case(names: list[bytes]) -> None:
    names = [name for name in names if name not in (b".", b"..")]
    found = list(shown(names).values())
    for name in found:
        assert 0 < len(name) <= LIMIT
        _must_be_held(name)
    assert len({unicodedata.normalize("NFC", name.decode().casefold()) for name in found}) == len(names)


@given(st.lists(st.one_of(file_names, nasty_names), max_size=20, unique=True), st.randoms())
def test_names_do_not_depend_on_the_order(names: list[bytes], chance: object) -> None:
    assert shown(names) == shown(list(reversed(names)))


def _must_be_held(name: bytes) -> None:
    text = name.decode()
    assert not REFUSED.search(text)
    assert text.partition(".")[0].rstrip(" ").upper() not in DEVICES


async def test_entries_are_shown_so_and_found_by_either_name(portable_vault: PlantedVault) -> None:
    picture = portable_vault.daemon.add("a: b?.jpg", "dog")
    portable_vault.daemon.add("con.jpg", "dog")
    portable_vault.daemon.tag("pets", picture)
    assert await portable_vault.names("search/dog") == ["001 a： b？.jpg", "002 con.jpg"]
    assert await portable_vault.names("search/dog/.plain") == ["a： b？.jpg", "ｃon.jpg"]
    assert await portable_vault.names("recent") == ["a： b？.jpg", "ｃon.jpg"]
    assert await portable_vault.names("tags/pets") == ["a： b？.jpg"]
    for path in ("search/dog/001 a： b？.jpg", "search/dog/001 a: b?.jpg", "recent/a: b?.jpg", "recent/a： b？.jpg"):
        assert (await portable_vault.target(path)).encode() == picture.path


async def test_without_it_names_are_what_they_are(vault: PlantedVault) -> None:
    vault.daemon.add("a: b?.jpg", "dog")
    vault.daemon.add("CON.", "dog")
    assert await vault.names("search/dog") == ["001 a: b?.jpg", "002 CON."]


async def test_a_query_is_asked_by_its_portable_name(portable_vault: PlantedVault) -> None:
    portable_vault.daemon.add("a.jpg", "rating:>=4")
    assert await portable_vault.names("search/rating：＞=4") == ["001 a.jpg"]
    assert portable_vault.daemon.history == ["rating:>=4"]
    assert await portable_vault.names("search") == ["rating：＞=4"]
    assert await portable_vault.node("search/rating：＞=4") is await portable_vault.node("search/rating:>=4")
    await (await portable_vault.folder("search")).remove_folder("rating：＞=4".encode(), portable_vault.caller)
    assert portable_vault.daemon.history == []


async def test_a_search_saved_by_a_portable_name_asks_what_is_meant(portable_vault: PlantedVault) -> None:
    saved = await portable_vault.folder("saved")
    await saved.make_folder("type：jpeg".encode(), portable_vault.caller)
    assert portable_vault.daemon.saved["type：jpeg"].query == "type:jpeg"


async def test_tags_and_albums_with_such_names_can_be_made_filled_renamed_and_removed(
    portable_vault: PlantedVault,
) -> None:
    picture = portable_vault.daemon.add("a.jpg", "dog")
    for place in ("tags", "albums"):
        folder = await portable_vault.folder(place)
        await folder.make_folder(b"who: me?", portable_vault.caller)
        assert "who: me?" in getattr(portable_vault.daemon, place)
        assert "who： me？" in await portable_vault.names(place)
        inside = await portable_vault.folder(f"{place}/who： me？")
        assert inside is await portable_vault.folder(f"{place}/who: me?")
        await inside.link(b"new: name.jpg", picture.path, portable_vault.caller)
        assert await portable_vault.names(f"{place}/who： me？") == ["a.jpg"]
        await inside.remove(b"a.jpg", portable_vault.caller)
        await portable_vault.move(place, "who： me？", place, "nul")
        assert "nul" in getattr(portable_vault.daemon, place)
        assert "ｎul" in await portable_vault.names(place)
        await folder.remove_folder("ｎul".encode(), portable_vault.caller)
        assert "nul" not in getattr(portable_vault.daemon, place)
        assert "ｎul" not in await portable_vault.names(place)


async def test_what_is_removed_by_one_name_is_gone_by_the_other(portable_vault: PlantedVault) -> None:
    picture = portable_vault.daemon.add("a:b.jpg", "dog")
    portable_vault.daemon.tag("pets", picture)
    pets = await portable_vault.folder("tags/pets")
    assert await portable_vault.names("tags/pets") == ["a：b.jpg"]
    await pets.remove("a：b.jpg".encode(), portable_vault.caller)
    assert portable_vault.daemon.tagged("pets") == set()
    assert await portable_vault.names("tags/pets") == []


async def test_a_picture_dropped_under_such_a_name_is_found_by_either(portable_vault: PlantedVault) -> None:
    await portable_vault.copy(b"PICTURE dog", "like/drop", "is it?.jpg")
    assert await portable_vault.names("like/drop") == ["is it？.jpg"]
    assert "is it？.jpg" in await portable_vault.names("like")
    drop = await portable_vault.folder("like/drop")
    assert await drop.lookup("is it？.jpg".encode()) is await drop.lookup(b"is it?.jpg")
    await drop.remove("is it？.jpg".encode(), portable_vault.caller)
    assert await portable_vault.names("like/drop") == []


LONG = "é" * 125 + ".jpeg"
NFC, NFD = "é.jpg", "e\u0301.jpg"
EVERYTHING: list[tuple[bytes, str, str]] = [
    (b"x/a.jpg", "a.jpg", "a (3).jpg"),
    (b"y/a.jpg", "a (2).jpg", "a (2).jpg"),
    (b"A.jpg", "A.jpg", "A.jpg"),
    (b".hidden.jpg", ".hidden.jpg", ".hidden.jpg"),
    (b"..jpg", "..jpg", "..jpg"),
    (NFC.encode(), NFC, "é (2).jpg"),
    (NFD.encode(), NFD, NFD),
    (f"x/{LONG}".encode(), LONG, LONG),
    (f"y/{LONG}".encode(), "é" * 123 + " (2).jpeg", "é" * 123 + " (2).jpeg"),
    (b"caf\xe9.jpg", "caf\udce9.jpg", "caf\ufffd (2).jpg"),
    (b"caf\xe8.jpg", "caf\udce8.jpg", "caf\ufffd.jpg"),
    (b"a:b.jpg", "a:b.jpg", "a：b.jpg"),
    (b"aux.jpg", "aux.jpg", "ａux.jpg"),
    (b"end. ", "end. ", "end.␠"),
]
"""An original, and what it is called without and with portable names."""


@pytest.mark.parametrize("place", ["search/dog", "search/dog/.plain", "recent", "tags/pets"])
@pytest.mark.parametrize("portable", [False, True])
async def test_every_name_is_listed_once_and_leads_to_its_own_picture(
    vault: PlantedVault, portable_vault: PlantedVault, portable: bool, place: str
) -> None:
    planted = portable_vault if portable else vault
    added = {planted.daemon.add(path, "dog").id: path for path, _, _ in EVERYTHING}
    found: dict[bytes, bytes] = {}
    planted.daemon.tag("pets", *planted.daemon.pictures.values())
    folder = await planted.folder(place)
    listing = await folder.open()
    assert len({name for name, _ in listing}) == len(EVERYTHING)
    for name, node in listing:
        path = added[image_of(node)]
        assert len(name) <= LIMIT
        assert await folder.lookup(name) is node
        found[path] = name
    if place != "search/dog":
        assert found == _expected(planted, portable)


def _expected(planted: PlantedVault, portable: bool) -> dict[bytes, bytes]:
    """Original → name. Of two files of one name the picture with the smaller content hash has it without a number."""
    names = {path: (alike if portable else own).encode(errors="surrogateescape") for path, own, alike in EVERYTHING}
    prefix = len(bytes(planted.daemon.library)) + 1
    contents = {picture.path[prefix:]: picture.content for picture in planted.daemon.pictures.values()}
    for one, other in ((b"x/a.jpg", b"y/a.jpg"), (f"x/{LONG}".encode(), f"y/{LONG}".encode())):
        if contents[other] < contents[one]:
            names[one], names[other] = names[other], names[one]
    return names


async def test_the_names_that_the_vault_gives_stay(portable_vault: PlantedVault) -> None:
    portable_vault.daemon.tag("Auto", portable_vault.daemon.add("a.jpg"))
    portable_vault.daemon.tag("AUTO")
    assert sorted(await portable_vault.names("tags")) == ["AUTO (2)", "Auto (3)", "auto"]
    assert await portable_vault.names("tags/Auto (3)") == ["a.jpg"]
    await portable_vault.copy(b"PICTURE dog", "like/drop", "Drop")
    assert sorted(await portable_vault.names("like")) == ["Drop (2)", "drop"]
