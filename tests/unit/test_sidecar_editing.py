"""Changing a packet: what is asked for stands in it, and everything else as it stood."""

from __future__ import annotations

import difflib

import pytest

from support.packets import ALL, DIGIKAM, LIGHTROOM, keywords, packet
from vaultd.domain.sidecar import UNTOUCHED, Said, Traces, Wish, by_others
from vaultd.ingest.merging_sidecars import merged
from vaultd.metadata import said as properties
from vaultd.metadata import sidecar
from vaultd.metadata.editing import BLANK, Edit, can_hold, edited
from vaultd.metadata.xmp import Unreadable, parse

CAT = ("pets", "cat")
BERLIN = ("places", "Germany", "Berlin")


def said(data: bytes) -> Said:
    return sidecar.read(b"a.xmp", data)


def changed(before: bytes, after: bytes) -> tuple[list[str], list[str]]:
    """The lines that went, and those that came."""
    lines = list(difflib.ndiff(before.decode().splitlines(), after.decode().splitlines()))
    return [line[2:].strip() for line in lines if line[0] == "-"], [
        line[2:].strip() for line in lines if line[0] == "+"
    ]


@pytest.mark.parametrize("data", [BLANK, *ALL.values()], ids=["blank", *ALL])
def test_what_is_asked_for_stands_there_and_asking_again_changes_nothing(data: bytes) -> None:
    edit = Edit(add=(CAT,), remove=(BERLIN,), title="T & <x>", description="two\nlines", rating=2)
    after = edited(data, edit)
    assert CAT in said(after).tags
    assert BERLIN not in said(after).tags
    assert (said(after).text("title"), said(after).text("description"), said(after).rating) == (
        "T & <x>",
        "two\nlines",
        2,
    )
    assert set(said(after).tags) - {CAT} == set(said(data).tags) - {BERLIN}
    assert edited(after, edit) == after
    assert edited(data, Edit()) == data


@pytest.mark.parametrize("program", sorted(ALL))
def test_only_the_lines_that_are_meant_change(program: str) -> None:
    went, came = changed(ALL[program], edited(ALL[program], Edit(add=(CAT,), rating=1)))
    assert [line for line in went if "xmp:Rating" not in line] == []
    assert {line for line in came if "xmp:Rating" not in line} <= {
        "<rdf:li>cat</rdf:li>", "<rdf:li>pets|cat</rdf:li>", "<rdf:li>pets/cat</rdf:li>",
    }  # fmt: skip


def test_what_is_added_and_taken_out_again_leaves_every_byte() -> None:
    for data in (BLANK, *ALL.values(), DIGIKAM.replace(b"\n", b"\r\n")):
        there = edited(data, Edit(add=(CAT,), rating=1, title="t" if b"dc:title" not in data else None))
        back = Edit(remove=(CAT,), rating=said(data).rating, title="" if b"dc:title" not in data else None)
        assert edited(there, back) == data


def test_a_text_in_other_languages_stays_when_ours_changes_or_goes() -> None:
    after = edited(DIGIKAM, Edit(description="mine"))
    assert b"Unterm Dach" in after
    assert b'<rdf:li xml:lang="x-default">mine</rdf:li>' in after
    assert b"Unterm Dach" in edited(DIGIKAM, Edit(description=""))


def test_a_tag_without_path_is_not_taken_for_a_part_of_a_new_one() -> None:
    after = edited(keywords("cat", "sea"), Edit(add=(CAT,)))
    assert set(said(after).tags) == {("cat",), ("sea",), CAT}


def test_a_list_of_paths_that_is_not_there_is_not_made_beside_one_that_is() -> None:
    assert b"TagsList" not in edited(LIGHTROOM, Edit(add=(CAT,)))
    assert {("sea",), CAT} == set(
        properties.paths(parse(edited(keywords("sea"), Edit(add=(CAT,)))), "digiKam:TagsList")
    )


@pytest.mark.parametrize(
    "data",
    [
        packet('<dc:subject rdf:parseType="Resource"><rdf:value>a</rdf:value></dc:subject>'),
        packet("<dc:subject><rdf:Bag><rdf:li><rdf:value>a</rdf:value></rdf:li></rdf:Bag></dc:subject>"),
    ],
)
def test_a_form_that_would_lose_something_is_left_alone(data: bytes) -> None:
    with_rating = edited(data, Edit(rating=3))
    assert said(with_rating).rating == 3
    assert b"<rdf:value>a</rdf:value>" in with_rating


def test_a_change_that_would_lose_a_qualifier_is_refused() -> None:
    data = packet('<dc:subject rdf:parseType="Resource"><rdf:value>a</rdf:value></dc:subject>')
    with pytest.raises(Unreadable, match="dc:subject"):
        edited(data, Edit(add=(CAT,)))


@pytest.mark.parametrize(
    "data",
    [
        b'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
        b'<RDF xmlns="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><Description/></RDF>',
        b'\xef\xbb\xbf<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description dc:subject="sea"'
        b' xmlns:dc="http://purl.org/dc/elements/1.1/"/></r:RDF>',
        packet("<dc:subject/><lr:hierarchicalSubject><rdf:Bag/></lr:hierarchicalSubject><dc:title/>"),
        packet("<dc:subject>sea</dc:subject>"),
        packet("", 'xmlns:digiKam="urn:another" digiKam:TagsList="x"'),
    ],
)
def test_unusual_forms_are_written_to(data: bytes) -> None:
    after = edited(data, Edit(add=(CAT,), title="t", rating=4))
    assert (set(said(after).tags) - {("sea",)}, said(after).text("title"), said(after).rating) == ({CAT}, "t", 4)
    assert set(said(data).tags) <= set(said(after).tags)
    assert after[:3] == data[:3]


def test_what_is_not_utf8_is_not_written() -> None:
    with pytest.raises(Unreadable, match="UTF-8"):
        edited(keywords("a").decode().encode("utf-16"), Edit(rating=1))


@pytest.mark.parametrize("name", ["a|b", " a", "", "a\ufffe"])
def test_a_tag_that_a_packet_cannot_hold_is_known(name: str) -> None:
    assert not can_hold(("top", name))
    assert can_hold(("top", "AC-DC & ü"))


# ---- what the user says, and what others say ---------------------------------------------------------------------


def wish(*tags: str, rejected: tuple[str, ...] = (), title: str = "", rating: int = 0) -> Wish:
    return Wish(1, tags, rejected, title, "", rating)


def write(data: bytes, traces: Traces, wished: Wish) -> tuple[bytes, Traces]:
    plan = merged(said(data), traces, wished)
    return edited(data, plan.edit), plan.traces


@pytest.mark.parametrize("program", sorted(ALL))
@pytest.mark.parametrize(
    "wished",
    [wish("pets/cat"), wish(rejected=("places/Germany/Berlin",)), wish("party", title="mine"), wish(rating=1)],
)
def test_our_writing_is_told_from_that_of_others_and_taken_back(program: str, wished: Wish) -> None:
    before = ALL[program]
    after, traces = write(before, UNTOUCHED, wished)
    same = by_others(said(after), traces)
    assert (set(same.tags), dict(same.texts), same.rating) == (
        set(said(before).tags), dict(said(before).texts), said(before).rating,
    )  # fmt: skip
    assert write(after, traces, wished) == (after, traces)
    again, traces = write(after, traces, wish())
    assert traces == UNTOUCHED
    assert (set(said(again).tags), dict(said(again).texts), said(again).rating) == (
        set(said(before).tags), dict(said(before).texts), said(before).rating,
    )  # fmt: skip


def test_what_another_program_changed_since_is_its_own() -> None:
    after, traces = write(keywords("zoo", rating=3), UNTOUCHED, wish("pets", title="mine", rating=5))
    theirs = edited(after, Edit(title="theirs", rating=1))
    assert by_others(said(theirs), traces).rating == 1
    assert by_others(said(theirs), traces).text("title") == "theirs"
    back, _ = write(theirs, traces, wish())
    assert (said(back).tags, said(back).text("title"), said(back).rating) == ((("zoo",),), "theirs", 1)
