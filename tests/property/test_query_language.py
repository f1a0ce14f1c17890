"""The language as a whole: what is printed means the same again, and no text breaks the parser."""

from __future__ import annotations

import unicodedata
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaultd.query import Field, Like, Node, Phrase, Query, Term, Words, canonical, parse
from vaultd.query.ast import addition, conjunction, disjunction, negation
from vaultd.query.errors import QueryFault
from vaultd.query.fields import FIELDS as KINDS
from vaultd.query.fields import SORTS
from vaultd.query.scanner import as_value, ends_bare

LETTERS = st.characters(exclude_categories=["Cc", "Cs"])


def _is_word(text: str) -> bool:
    return not any(ends_bare(c) or c == ":" for c in text) and text[0] != "-" and text not in ("OR", "+")


def _normal(text: str) -> str:
    return canonical(parse(f'"{text}"'))[1:-1]


TEXTS = st.text(LETTERS.filter(lambda c: c not in '"\\'), min_size=1, max_size=12).filter(str.strip).map(_normal)
SPECIAL = st.sampled_from(['a "quoted" text', "back\\slash", "=x", "a b", "(", "..", "OR", "-x", "a:b", "é", "犬"])
ANY_TEXT = st.one_of(TEXTS, SPECIAL)
WORDS = st.lists(TEXTS.filter(_is_word), min_size=1, max_size=3).map(lambda words: Words(tuple(words)))
ABSOLUTE = ["2023", "2023-05", "2023-5-1", "1969-12-31", "2024-02-29", "summer 2022", "may-2023"]
RELATIVE = ["today", "yesterday", "this week", "last-month", "last 30 days", "2 weeks ago", "last summer"]
EXAMPLES = {
    **{name: ["a", "a/b", "my dog", "=x", "p*"] for name in ["tag", "auto"]},
    **{name: [*ABSOLUTE, *RELATIVE] for name in ["date", "after", "before"]},
    **{name: ["1", "640", "1920px"] for name in ["width", "height"]},
    "type": ["jpeg", "image/"],
    "iso": ["100", "3200"],
    "aperture": ["1.8", "f/8"],
    "focal": ["35", "24.5mm"],
    "exposure": ["1/125", "2.5s", "30"],
    "size": ["500kb", "2.5MB", "2 mp", "7"],
    **{name: ["0", "55", "100%"] for name in ["brightness", "sharpness"]},
    **{name: list(kind.known) for name, kind in KINDS.items() if kind.known and name not in ("type", "sort", "group")},
}
EXAMPLES["color"] += ["#c03020", "#C32~"]
EXAMPLES["aspect"] += ["16:9", "2.39/1"]
"""Values of the fields whose values are checked; the others take any text."""
CONDITIONS = [name for name in KINDS if name not in ("sort", "limit", "group", "like")]


def _field(name: str) -> st.SearchStrategy[Node]:
    values = st.sampled_from(EXAMPLES[name]) if name in EXAMPLES else ANY_TEXT.map(as_value)
    single = sorted(operator for operator in KINDS[name].operators if operator != "..")
    fields = st.builds(Field, st.just(name), st.sampled_from(single), values)
    if ".." not in KINDS[name].operators:
        return fields
    both = st.tuples(values, values).filter(lambda ends: not KINDS[name].ranged(*ends))
    ends = st.one_of(values.map(lambda low: f"{low}.."), values.map(lambda high: f"..{high}"), both.map("..".join))
    return st.one_of(fields, ends.map(lambda value: Field(name, "..", value)))


FIELDS = st.sampled_from(CONDITIONS).flatmap(_field)
PICTURES = st.sampled_from(["IMG 1.jpg", "/a/b.png", "~/c.gif", "17", "<x"])
LIKE = st.builds(Like, st.one_of(TEXTS.map(as_value), PICTURES))
PARTS = st.one_of(WORDS, st.builds(Phrase, ANY_TEXT), LIKE)
WEIGHTS = st.one_of(st.just(1.0), st.integers(1, 100_000).map(lambda thousandths: thousandths / 1000))
SUMS = st.builds(
    lambda first, more: addition([first, *more]),
    st.builds(Term, WEIGHTS, PARTS),
    st.lists(st.builds(Term, st.one_of(WEIGHTS, WEIGHTS.map(lambda weight: -weight)), PARTS), max_size=3),
)
LEAVES: st.SearchStrategy[Node] = st.one_of(PARTS, FIELDS, SUMS)
NODES: st.SearchStrategy[Node] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map(conjunction),
        st.lists(inner, min_size=1, max_size=4).map(disjunction),
        inner.map(negation),
    ),
    max_leaves=12,
)
QUERIES = st.builds(
    Query,
    st.one_of(st.none(), NODES),
    st.sampled_from(["", *SORTS, "-date", "-name"]),
    st.one_of(st.none(), st.integers(1, 10_000)),
    st.booleans(),
)


@given(QUERIES)
def test_the_canonical_text_of_a_query_parses_to_the_same_query(query: Query) -> None:
    assert parse(canonical(query)) == query


@given(QUERIES)
def test_the_canonical_text_is_its_own_canonical_text(query: Query) -> None:
    assert canonical(parse(canonical(query))) == canonical(query)


@given(st.text(max_size=60))
def test_any_text_is_a_query_or_a_query_error_with_a_sentence(text: str) -> None:
    _parses_or_says_why(text)


@given(
    st.lists(
        st.sampled_from(
            [
                "a",
                '"',
                "(",
                ")",
                "-",
                " ",
                "OR",
                "tag:",
                "=",
                "sort:",
                "..",
                "\\",
                "2023",
                "+",
                "2:",
                "like:",
                "date:",
                "last",
            ]
        )
    ).map("".join)
)
def test_any_mixture_of_signs_is_a_query_or_a_query_error(text: str) -> None:
    _parses_or_says_why(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 1000 + "a" + ")" * 1000,
        "-(" * 1000,
        "a " * 10_000,
        "a + " * 5000,
        "2:" * 5000,
        "\\" * 10_000,
        '"' * 10_000,
        "a" * 10_000,
        "date:" + "last-" * 2000,
        "date:" + "x" * 9_990,
        "x" * 9_990 + ":1",
        "size:" + "1" * 9_990 + "mb",
        "color:" + "e" * 9_990,
        "name:" + "*a" * 250,
        "OR " * 3000,
        "\u0301" * 5000,
    ],
    ids=lambda text: f"{text[:8]!r} x {len(text)}",
)
def test_the_longest_texts_are_answered_at_once(text: str) -> None:
    began = perf_counter()
    _parses_or_says_why(text)
    assert perf_counter() - began < 1


def _parses_or_says_why(text: str) -> None:
    parsed = _parsed(text)
    if isinstance(parsed, QueryFault):
        assert parsed.message
        assert parsed.position is None or 0 <= parsed.position <= len(unicodedata.normalize("NFC", text))
    else:
        assert parse(canonical(parsed)) == parsed


def _parsed(text: str) -> Query | QueryFault:
    try:
        return parse(text)
    except QueryFault as error:
        return error
