"""An explanation in words: each part of a query says what it reached, what it needed, and why that counts."""

from __future__ import annotations

from typing import Any

import msgspec

from vaultd.cli.reasons import reasons
from vaultipc.messages import Explanation, FilterResult, Fused, PartMatch, WordMatch

WHY = Explanation(
    matched=True, score=0.5, similarity=0.3, floor=0.1, cut=0.2, words=[], tags=[], filters=[],
    fused=Fused(semantic_rank=None, text_rank=None),
)  # fmt: skip


def told(**changes: Any) -> list[tuple[str, str]]:
    return list(reasons(msgspec.to_builtins(msgspec.structs.replace(WHY, **changes))))


def said(**part: Any) -> str:
    """What is said of one part."""
    given = {"text": "red car", "role": "asked", "matched": True, "similarity": 0.3, "floor": 0.1, "cut": 0.2}
    (line,) = told(parts=[PartMatch(**{**given, **part})])[2:]
    return line[1]


def test_what_is_seen_says_how_much_is_needed() -> None:
    assert said() == "“red car” is seen: similarity 0.300 (0.200 is needed, chance reaches 0.100)"
    assert said(similarity=0.1, matched=False).startswith("“red car” is not seen: similarity 0.100")
    assert said(cut=None, floor=None) == "“red car” is seen: similarity 0.300"


def test_what_is_found_by_its_words_alone_says_so() -> None:
    assert said(similarity=0.1).startswith("“red car” is not seen, but found by its words")
    assert said(similarity=None, cut=None) == "“red car” is written"
    assert said(similarity=None, cut=None, matched=False) == "“red car” is not written"


def test_what_is_excluded_says_whether_it_removes_the_picture() -> None:
    assert said(role="excluded", matched=True).startswith(
        "“red car” is found here, so it removes this: similarity 0.300"
    )
    assert said(role="excluded", matched=False, similarity=0.1).startswith(
        "“red car” is not found here: similarity 0.100"
    )


def test_terms_labels_and_what_is_seen_beside_words_are_told() -> None:
    assert said(role="term", weight=-2.0).startswith("-2 × “red car” alone: similarity 0.300")
    assert said(role="seen", text="red").startswith("“red” is seen where the other words are written")
    assert "must be written" in said(role="label", text="anna", similarity=None, cut=None)


def test_everything_else_that_holds_is_told_and_nothing_that_does_not() -> None:
    assert told(score=None, matched=False) == [("matched", "no")]
    full = told(
        feedback="preferred",
        fused=Fused(semantic_rank=3, text_rank=1),
        words=[WordMatch(word="red", field="title")],
        tags=["pets"],
        filters=[FilterResult(text="type:png", passed=False)],
        grouped=3,
    )
    assert full == [
        ("matched", "yes"),
        ("you said", "preferred for this query"),
        ("score", "0.500"),
        ("meaning rank", "3"),
        ("text rank", "1"),
        ("word", "red in title"),
        ("tag", "pets"),
        ("fails", "type:png"),
        ("behind it", "3 nearly identical; group:no shows them"),
    ]
