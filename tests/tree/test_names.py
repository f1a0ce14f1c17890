"""Names of entries: order, collisions, and 255 bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaultfs.faults import Invalid, NameTooLong
from vaultfs.tree.names import LIMIT, cut, distinct, query_text, ranked, unnumbered
from vaultfs.tree.probes import is_probe
from vaultfs.writing.temporary import is_temporary

file_names = st.binary(min_size=1, max_size=400).filter(lambda name: b"/" not in name and b"\0" not in name)


def test_ranks_have_three_digits_and_more_where_needed() -> None:
    assert ranked(2, 999, b"b.jpg") == b"002 b.jpg"
    assert ranked(1, 1000, b"x") == b"0001 x"


def test_the_second_of_a_name_is_numbered_before_its_extension() -> None:
    assert distinct([b"a.jpg", b"b.jpg", b"a.jpg"], ["1", "2", "3"]) == [b"a.jpg", b"b.jpg", b"a (2).jpg"]


def test_which_picture_is_the_second_does_not_depend_on_the_order() -> None:
    assert distinct([b"a.jpg", b"a.jpg"], ["9", "1"]) == [b"a (2).jpg", b"a.jpg"]


def test_a_number_that_a_file_has_by_itself_is_left_to_it() -> None:
    assert distinct([b"a.jpg", b"a.jpg", b"a (2).jpg"], ["1", "2", "3"]) == [b"a.jpg", b"a (3).jpg", b"a (2).jpg"]


def test_a_name_that_a_subfolder_has_is_taken() -> None:
    assert distinct([b"dogs"], ["1"], [b"dogs"]) == [b"dogs (2)"]


def test_a_long_name_keeps_its_extension_and_no_half_character() -> None:
    name = ranked(1, 1, "é".encode() * 200 + b".jpeg")
    assert len(name) <= LIMIT
    assert name.decode().endswith("é.jpeg")


def test_bytes_that_are_no_utf8_are_cut_too() -> None:
    assert cut(b"\x80" * 300, 255) == b"\x80" * 251


@given(st.lists(st.tuples(file_names, st.text("0123456789abcdef", min_size=4, max_size=4)), max_size=30))
def test_names_in_a_folder_differ_and_fit(entries: list[tuple[bytes, str]]) -> None:
    names = distinct([name for name, _ in entries], [content for _, content in entries])
    assert len(set(names)) == len(entries)
    assert all(0 < len(name) <= LIMIT for name in names)


@given(st.lists(file_names.filter(lambda name: len(name) < LIMIT - 16), min_size=1, max_size=30))
def test_the_name_of_an_entry_tells_which_file_names_it_may_stand_for(names: list[bytes]) -> None:
    doubled = names * 2
    shown = distinct(doubled, [str(number) for number in range(len(doubled))])
    assert all(name in unnumbered(entry) for name, entry in zip(doubled, shown, strict=True))


@given(st.lists(file_names, max_size=30))
def test_ranked_names_differ_and_fit(names: list[bytes]) -> None:
    listed = [ranked(rank, len(names), name) for rank, name in enumerate(names, start=1)]
    assert len(set(listed)) == len(names)
    assert all(len(name) <= LIMIT for name in listed)


@pytest.mark.parametrize("name", [b".hidden", b".Trash-1000", b".git", b"autorun.inf", b"x~", b"TTF2OU~P"])
def test_what_programs_look_for_is_a_probe(name: bytes) -> None:
    assert is_probe(name)


@pytest.mark.parametrize(
    "name", [b"head", b"red car", b"debian", b"tag:pets -old", b"cover", b"1~2 stars", b"color:#c32~"]
)
def test_what_people_look_for_is_none(name: bytes) -> None:
    assert not is_probe(name)


@pytest.mark.parametrize("name", [b".goutputstream-X1Y2Z3", b".a.jpg.Xy12Zz", b"a.jpg.part", b"seda1B2c3"])
def test_names_that_promise_a_rename_are_temporary(name: bytes) -> None:
    assert is_temporary(name)


@pytest.mark.parametrize("name", [b"a.jpg", b".a.jpg", b"partner.jpg", b"sedan1.jpg"])
def test_other_names_are_final(name: bytes) -> None:
    assert not is_temporary(name)


def test_a_query_has_no_control_characters() -> None:
    with pytest.raises(Invalid):
        query_text(b"red\ncar")


def test_a_query_is_valid_utf8() -> None:
    with pytest.raises(Invalid):
        query_text(b"red\xff")


def test_a_name_of_256_bytes_is_too_long() -> None:
    with pytest.raises(NameTooLong):
        query_text(b"x" * 256)
