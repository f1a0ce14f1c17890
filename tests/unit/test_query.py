"""What each form of the language means, and what is refused with which words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vaultd.query import And, Field, Like, Not, Or, Phrase, Query, Sum, Term, Words, canonical, parse
from vaultd.query.errors import QueryFault
from vaultd.query.fields import FIELDS

AB = Sum((Term(1, Words(("a",))), Term(1, Words(("b",)))))
LANGUAGE = Path(__file__).parents[2] / "docs" / "query-language.md"


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("red car", Words(("red", "car"))),
        ("  red   car ", Words(("red", "car"))),
        ('"red car"', Phrase("red car")),
        (r'"say \"hi\" \\"', Phrase('say "hi" \\')),
        ("beach -people", And((Words(("beach",)), Not(Words(("people",)))))),
        ("dog OR cat", Or((Words(("dog",)), Words(("cat",))))),
        ("a b OR c", Or((Words(("a", "b")), Words(("c",))))),
        ("(dog OR cat) red", And((Or((Words(("dog",)), Words(("cat",)))), Words(("red",))))),
        ("red tag:old car", And((Words(("red", "car")), Field("tag", "", "old")))),
        ("t-shirt", Words(("t-shirt",))),
        ("tag:=a/b", Field("tag", "=", "a/b")),
        ('TAG:"my dog"', Field("tag", "", "my dog")),
        ("-tag:x", Not(Field("tag", "", "x"))),
        ("-(-a)", Words(("a",))),
        ("width:>=1920", Field("width", ">=", "1920")),
        ("date:2021..2023", Field("date", "..", "2021..2023")),
        ('date:"2021 .. last week"', Field("date", "..", "2021..last week")),
        ("date:2021..", Field("date", "..", "2021..")),
        ("iso:..800", Field("iso", "..", "..800")),
        ("date:*", Field("date", "", "*")),
        ("colour:gray", Field("color", "", "gray")),
        ("size:<500kb", Field("size", "<", "500kb")),
        ("camera:a..b", Field("camera", "", "a..b")),
        ("or", Words(("or",))),
        ("", None),
        ("cafe\u0301", Words(("caf\u00e9",))),
        ("like:a.jpg", Like("a.jpg")),
        ("-like:a.jpg", Not(Like("a.jpg"))),
        ("night - snow", Sum((Term(1, Words(("night",))), Term(-1, Words(("snow",)))))),
        ("red car + night", Sum((Term(1, Words(("red", "car"))), Term(1, Words(("night",)))))),
        ("2:red car", Sum((Term(2, Words(("red",))), Term(1, Words(("car",)))))),
        ("a 2:b c", Sum((Term(1, Words(("a", "c"))), Term(2, Words(("b",)))))),
        ("a - 2:b", Sum((Term(1, Words(("a",))), Term(-2, Words(("b",)))))),
        ('0.5:"a b" + .25:like:1', Sum((Term(0.5, Phrase("a b")), Term(0.25, Like("1"))))),
        ("2:(a b) c", Sum((Term(2, Words(("a", "b"))), Term(1, Words(("c",)))))),
        ("a - b + c", Sum((Term(1, Words(("a",))), Term(1, Words(("c",))), Term(-1, Words(("b",)))))),
        ("2:a", Words(("a",))),
        ("2:(12)", Words(("12",))),
        ("2:a b-c", Sum((Term(2, Words(("a",))), Term(1, Words(("b-c",)))))),
        ("tag:x a + b -c", And((Field("tag", "", "x"), AB, Not(Words(("c",)))))),
        ('"x" a + b', And((Phrase("x"), AB))),
        ('"x" + b', Sum((Term(1, Phrase("x")), Term(1, Words(("b",)))))),
        ("(a + b) c", And((AB, Words(("c",))))),
        ("-(a + b)", Not(AB)),
        ("a + b OR c", Or((AB, Words(("c",))))),
        ("a+b", Words(("a+b",))),
        ("tag:a\u2215b", Field("tag", "", "a/b")),
        ("like:\u2215a\u2215b.jpg", Like("/a/b.jpg")),
    ],
)
def test_a_text_means_this_tree(text: str, root: object) -> None:
    assert parse(text) == Query(root)  # type: ignore[arg-type]


def test_tabs_and_new_lines_separate_like_spaces() -> None:
    assert parse("red\n\tcar\r\nsort:date\n") == parse("red car sort:date")


def test_order_and_number_are_of_the_whole_query() -> None:
    assert parse("a sort:score") == parse("a sort:relevance")
    assert not parse("a group:no").group
    assert parse("a group:yes") == parse("a")
    assert parse("a sort:-date OR b limit:5") == Query(Or((Words(("a",)), Words(("b",)))), "-date", 5)


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("red camra:nikon", 4, "did you mean “camera:”"),
        ("12:30", 0, "may be a time"),
        ("12:(30", 3, "never closed"),
        (":-)", 0, "unknown field"),
        ('a "b', 2, "never closed"),
        ("a (b", 2, "never closed"),
        ("a) b", 1, "never opened"),
        ("a ()", 2, "nothing between"),
        ('a ""', 2, "nothing between"),
        ('"a"- b', 3, "stands alone"),
        ('+"a"', 0, "white space on both sides"),
        ("- b", 0, "nothing to take away before"),
        ("a +", 2, "nothing to add after"),
        ("a + + b", 2, "nothing to add after"),
        ("a + tag:b", 2, "nothing to add after"),
        ("(a + b) - c", 8, "hold another sum"),
        ("2: a", 0, "weighs nothing"),
        ("0:a", 0, "is no weight"),
        ("101:a", 0, "is no weight"),
        ("0.0001:a", 0, "is no weight"),
        ("2:tag:a", 0, "can have a weight"),
        ("2:(a OR b)", 0, "can have a weight"),
        ("2:2:a", 0, "can have a weight"),
        ("2:-a", 0, "can have a weight"),
        ("-2:a", 1, "has no weight"),
        ("like:>a", 5, "takes no “>”"),
        ("group:maybe", 6, "neither yes nor no"),
        ("group:no group:no", 9, "once"),
        ("a --b", 2, "stands alone"),
        ("OR a", 0, "OR stands between"),
        ("a OR", 2, "OR stands between"),
        ("tag:", 0, "no value"),
        ("tag:a//b", 4, "no tag"),
        ("name:>a", 5, "takes no “>”"),
        ("date:2023-02-30", 5, "February 2023 has the days 01 to 28"),
        ("date:2023-13", 5, "the months 01 to 12"),
        ("date:0000", 5, "no year 0000"),
        ("date:..", 5, "one end at least"),
        ("date:2023..2022", 5, "write 2022..2023"),
        ("date:2022..2O23", 11, "no date"),
        ("after:2022..2023", 6, "no date"),
        ("after:yesterda", 6, "did you mean “yesterday”?"),
        ('date:"sumer 2022"', 6, "did you mean “summer 2022”?"),
        ('date:"summer 20x2"', 6, "“20x2” is no year; write summer-2022"),
        ("date:summer", 5, "of which year? Write summer-2022"),
        ("date:last 30 days", 5, "“last” what?"),
        ("type:jpge", 5, "did you mean jpg?"),
        ("color:bleu", 6, "did you mean blue?"),
        ("color:#c0302", 6, "write #c03020"),
        ("aspect:16:0", 7, "write 16:9"),
        ("aspect:landscap", 7, "did you mean landscape?"),
        ("sharpness:101", 10, "no number from 0 to 100"),
        ("brightness:60..30", 11, "write 30..60"),
        ("mono:maybe", 5, "neither yes nor no"),
        ("orient:upright", 7, "known are landscape, portrait, square"),
        ("source:usr", 7, "did you mean user?"),
        ("fav:maybe", 4, "neither yes nor no"),
        ("rating:6", 7, "write 1 to 5"),
        ("rating:>*", 8, "no rating"),
        ("iso:high", 4, "no number"),
        ("size:2xb", 5, "units are b, kb"),
        ("size:big", 5, "no size"),
        ("size:1..2mb", 5, "different units"),
        ("size:1mp..2mb", 5, "different units"),
        ("size:2mb..1mb", 5, "write 1mb..2mb"),
        ("size:640x480..1920x1080", 5, "write width: and height:"),
        ("name:" + "a" * 501, 5, "longer than 500"),
        ("date:" + "a" * 501, 5, "longer than 500"),
        ("a" * 9000 + ":b", 0, "unknown field “" + "a" * 40 + "…:”"),
        ("width:wide", 6, "no whole number"),
        ("width:3..2", 6, "write 2..3"),
        ("sort:colour", 5, "nothing can be sorted"),
        ("sort:date sort:name", 10, "once"),
        ("(a sort:date)", 3, "once"),
        ("a -sort:date", 2, "excludes nothing"),
        ("limit:1000000000", 6, "no limit"),
        ("limit:0", 6, "no limit"),
        ("a\x1cb", 1, "control character"),
        ("a\x00", 1, "control character"),
        ("(" * 1000, 32, "nested"),
        ("a " * 5000, None, "more than 256"),
        ("a" * 10_001, None, "longer than"),
    ],
)
def test_what_is_no_query_is_refused_with_its_place(text: str, position: int | None, said: str) -> None:
    with pytest.raises(QueryFault, match=re.escape(said)) as caught:
        parse(text)
    assert caught.value.position == position


def test_every_field_stands_in_the_documentation_and_every_example_there_parses() -> None:
    text = LANGUAGE.read_text(encoding="utf-8")
    table = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    examples = [example for cell in table for example in re.findall(r"`([^`]+)`", cell)]
    for example in examples:
        assert parse(canonical(parse(example))) == parse(example)
    assert all(any(f"{name}:" in example for example in examples) for name in FIELDS)
