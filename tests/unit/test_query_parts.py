"""The parts of a query where they stand in its text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaultd.query import QueryFault, parse
from vaultd.query.parts import parts


def _told(text: str) -> list[tuple[str, str]]:
    return [(text[part.start : part.end], part.kind) for part in parts(text)]


def test_each_part_is_told_with_its_kind_and_what_touches_it() -> None:
    text = '2:red  "a car" -tag:"my dog" (like:7 OR night) - snow sort:date'
    assert _told(text) == [
        ("2:red", "word"),
        ('"a car"', "phrase"),
        ('-tag:"my dog"', "field"),
        ("(", "open"),
        ("like:7", "like"),
        ("OR", "or"),
        ("night", "word"),
        (")", "close"),
        ("-", "sign"),
        ("snow", "word"),
        ("sort:date", "setting"),
    ]


def test_fields_tell_name_and_value_and_weights_what_they_are() -> None:
    field, weighed = parts('colour:"red" .5:beach')
    assert (field.field, field.value, field.weight) == ("color", "red", 1.0)
    assert (weighed.field, weighed.value, weighed.weight) == ("", "", 0.5)


def test_what_is_in_negated_parentheses_is_left_out_and_what_is_so_twice_is_not() -> None:
    text = "-(a -b) c"
    negated = {text[part.start : part.end]: part.negated for part in parts(text)}
    assert negated == {"-(": True, "a": True, "-b": False, ")": True, "c": False}


def test_positions_are_those_of_the_composed_text() -> None:
    cafe, beach = parts("cafe\u0301 beach")
    assert [(part.start, part.end) for part in (cafe, beach)] == [(0, 4), (5, 10)]


def test_a_text_that_is_no_query_has_no_parts() -> None:
    with pytest.raises(QueryFault):
        parts("unheard:of")


@given(st.text(st.sampled_from('ab:"-+(). tgdOR1'), max_size=24))
def test_the_parts_put_together_are_the_query_again(text: str) -> None:
    try:
        meant = parse(text)
    except QueryFault:
        return
    found = parts(text)
    assert parse(" ".join(text[part.start : part.end] for part in found)) == meant
    assert all(one.end <= other.start for one, other in pairwise(found))
