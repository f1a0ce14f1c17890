"""Signs of other search boxes are told to be words here."""

from __future__ import annotations

import pytest

from vaultd.query import parse
from vaultd.search.habits import notes


@pytest.mark.parametrize(
    ("query", "sign"),
    [("dog AND cat", "AND"), ("dog NOT cat", "NOT"), ("NOT dog", "NOT"), ("tag:x (dog or cat)", "or")],
)
def test_a_sign_of_other_search_boxes_is_told_to_be_a_word(query: str, sign: str) -> None:
    (note,) = notes(parse(query).root)
    assert f"“{sign}” is searched for as a word" in note


@pytest.mark.parametrize("query", ["dog OR cat", "black and white", "-dog", "or", '"dog AND cat"', "limit:3"])
def test_nothing_is_said_of_any_other_query(query: str) -> None:
    assert notes(parse(query).root) == ()
