"""What is being typed at the end of an unfinished query."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaultd.query.completing import Place, place


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", Place("field", 0, "")),
        ("ca", Place("field", 0, "ca")),
        ("red CA", Place("field", 4, "CA")),
        ("red xyz", Place("word", 4, "xyz")),
        ("red ", Place("field", 4, "")),
        ('"red c', Place("word", 0, "red c")),
        ('"red c" ', Place("field", 8, "")),
        ("tag:", Place("value", 4, "", "tag")),
        ("-TAG:pe", Place("value", 5, "pe", "tag")),
        ('tag:="my \\"d', Place("value", 5, 'my "d', "tag", "=")),
        ("(a OR tag:pets\u2215d", Place("value", 10, "pets/d", "tag")),
        ("2:like:po", Place("value", 7, "po", "like")),
        ("2:be", Place("field", 2, "be")),
        ("a + ", Place("field", 4, "")),
        ("date:2023..su", Place("value", 11, "su", "date")),
        ("width:>=19", Place("value", 8, "19", "width", ">=")),
        ('tag:"a" b', Place("field", 8, "b")),
        ('tag:"a', Place("value", 4, "a", "tag")),
        ("camra:n", Place("value", 6, "n", "camra")),
    ],
)
def test_the_end_of_a_text_tells_what_is_being_typed(text: str, found: Place) -> None:
    assert place(text) == found


@given(st.text(st.sampled_from('ab:"\\ ()-+.2<=\u2215é'), max_size=40))
def test_any_text_has_an_end_that_can_be_replaced(text: str) -> None:
    assert 0 <= place(text).start <= len(text)
