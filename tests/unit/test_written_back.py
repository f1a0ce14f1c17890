"""What is written to a file's attributes, and how it is told from what other programs wrote there."""

from __future__ import annotations

import pytest

from vaultd.domain.attached import attached
from vaultd.domain.written import UNTOUCHED, Traces, Wish, by_others
from vaultd.ingest.merging import Values, merged

TAGS, COMMENT, RATING = "user.xdg.tags", "user.xdg.comment", "user.baloo.rating"


def write(values: Values, traces: Traces, wish: Wish) -> tuple[Values, Traces]:
    """The attributes of a file after it was written."""
    plan = merged(values, traces, wish)
    after = {**values, **plan.changes}
    return {name: value for name, value in after.items() if value is not None}, plan.traces


def wish(*tags: str, rejected: tuple[str, ...] = (), comment: str = "", rating: int = 0) -> Wish:
    return Wish(1, tags, rejected, comment, rating)


@pytest.mark.parametrize(
    ("before", "wished", "after"),
    [
        ({}, wish(), {}),
        ({}, wish("pets"), {TAGS: b"pets"}),
        ({TAGS: b"zoo,auto/dog"}, wish("pets/cat"), {TAGS: b"zoo,auto/dog,pets/cat"}),
        ({TAGS: b" zoo , pets"}, wish("pets"), {TAGS: b" zoo , pets"}),
        ({TAGS: b"zoo,pets"}, wish(rejected=("pets",)), {TAGS: b"zoo"}),
        ({TAGS: b"pets"}, wish(rejected=("pets",)), {}),
        ({TAGS: b"pets"}, wish("pets", rejected=("pets",)), {TAGS: b"pets"}),
        ({COMMENT: b"theirs"}, wish("pets"), {COMMENT: b"theirs", TAGS: b"pets"}),
        ({COMMENT: b"theirs"}, wish(comment="mine"), {COMMENT: b"mine"}),
        ({RATING: b"7"}, wish(comment="mine"), {RATING: b"7", COMMENT: b"mine"}),
        ({RATING: b"7"}, wish(rating=4), {RATING: b"7"}),
        ({RATING: b"7"}, wish(rating=2), {RATING: b"4"}),
        ({}, wish(rating=5), {RATING: b"10"}),
        ({TAGS: b"\xff\xfe", RATING: b"x"}, wish(), {TAGS: b"\xff\xfe", RATING: b"x"}),
    ],
)
def test_what_the_user_says_joins_what_other_programs_say(before: Values, wished: Wish, after: Values) -> None:
    values, traces = write(before, UNTOUCHED, wished)
    assert values == after
    assert by_others(attached(values), traces) == attached(before)


@pytest.mark.parametrize("wished", [wish("pets"), wish(rejected=("zoo",)), wish(comment="mine"), wish(rating=2)])
def test_what_is_taken_back_leaves_the_file_as_it_was(wished: Wish) -> None:
    before = {TAGS: b"zoo,park", COMMENT: b"theirs", RATING: b"7"}
    values, traces = write(before, UNTOUCHED, wished)
    assert values != before
    again, traces = write(values, traces, wish())
    assert {name: sorted(value.split(b",")) for name, value in again.items()} == {
        name: sorted(value.split(b",")) for name, value in before.items()
    }
    assert traces == UNTOUCHED


def test_what_was_noted_and_not_written_is_planned_again_to_the_same_end() -> None:
    before = {TAGS: b"zoo", COMMENT: b"theirs", RATING: b"7"}
    wished = wish("pets", rejected=("zoo",), comment="mine", rating=1)
    after, traces = write(before, UNTOUCHED, wished)
    assert write(before, traces, wished) == (after, traces)
    assert write(after, traces, wished) == (after, traces)
    assert by_others(attached(before), traces) == attached(before)


def test_another_programs_new_word_is_theirs() -> None:
    _, traces = write({}, UNTOUCHED, wish("pets", comment="mine", rating=2))
    changed = {TAGS: b"pets,zoo", COMMENT: b"theirs", RATING: b"10"}
    said = by_others(attached(changed), traces)
    assert (said.tags, said.comment, said.rating) == (("zoo",), "theirs", 5)
    assert write(changed, traces, wish())[0] == {TAGS: b"zoo", COMMENT: b"theirs", RATING: b"10"}


def test_a_renamed_tag_replaces_the_name_that_the_vault_wrote() -> None:
    values, traces = write({TAGS: b"zoo"}, UNTOUCHED, wish("pets"))
    assert write(values, traces, wish("animals"))[0] == {TAGS: b"zoo,animals"}
