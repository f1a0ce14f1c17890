"""What the attributes of a file say."""

from __future__ import annotations

import pytest

from vaultd.domain.attached import NOTHING, Attached, attached, together


def test_tags_are_told_apart_by_commas() -> None:
    found = attached({"user.xdg.tags": " holiday/spain , caf\u00e9,,holiday/spain".encode()})
    assert found.tags == ("holiday/spain", "caf\u00e9")


@pytest.mark.parametrize(
    ("value", "stars"),
    [(b"0", 0), (b"1", 1), (b"2", 1), (b"7", 4), (b"10", 5), (b"11", 0), (b"-1", 0), (b"x", 0), (b"", 0)],
)
def test_half_stars_count_as_whole_ones(value: bytes, stars: int) -> None:
    assert attached({"user.baloo.rating": value}).rating == stars


def test_what_is_no_text_says_nothing() -> None:
    assert (
        attached({"user.xdg.tags": b"\xff\xfe", "user.xdg.comment": b"\xff", "user.baloo.rating": b"\xff"}) == NOTHING
    )


def test_the_files_of_one_content_say_what_any_of_them_says() -> None:
    one, other = Attached(("a",), "", 2), Attached(("b", "a"), "words", 4)
    assert together([one, other]) == Attached(("a", "b"), "words", 4)
