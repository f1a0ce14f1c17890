"""The language as a whole: what is printed means the same again, and no text breaks the parser."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from vaultd.query import Field, Like, Node, Phrase, Query, Term, Words, canonical, parse
from vaultd.query.ast import addition, conjunction, disjunction, negation
from vaultd.query.fields import SORTS
from vaultd.query.scanner import ends_bare
from vaultipc.errors import QueryError

LETTERS = st.characters(exclude_categories=["Cc", "Cs"])


def _is_word(text: str) -> bool:
    return not any(ends_bare(c) or c == ":" for c in text) and text[0] != "-" and text not in ("OR", "+")


def _normal(text: str) -> str:
    return canonical(parse(f'"{text}"'))[1:-1]


TEXTS = st.text(LETTERS.filter(lambda c: c not in '"\\'), min_size=1, max_size=12).filter(str.strip).map(_normal)
SPECIAL = st.sampled_from(['a "quoted" text', "back\\slash", "=x", "a b", "(", "..", "OR", "-x", "a:b", "é", "犬"])
ANY_TEXT = st.one_of(TEXTS, SPECIAL)
WORDS = st.lists(TEXTS.filter(_is_word), min_size=1, max_size=3).map(lambda words: Words(tuple(words)))
DATES = st.sampled_from(["2023", "2023-05", "2023-5-1", "1969-12-31", "2024-02-29"])
COMPARISONS = st.sampled_from(["", "=", "<", "<=", ">", ">="])
FIELDS = st.one_of(
    st.builds(Field, st.sampled_from(["name", "path", "camera"]), st.just(""), ANY_TEXT),
    st.builds(Field, st.just("tag"), st.sampled_from(["", "="]), st.sampled_from(["a", "a/b", "my dog", "=x"])),
    st.builds(Field, st.just("date"), COMPARISONS, DATES),
    st.builds(Field, st.just("width"), COMPARISONS, st.integers(0, 99999).map(str)),
    st.builds(lambda low, high: Field("date", "..", f"{low}..{high}"), DATES, DATES),
)
LIKE = st.builds(Like, st.one_of(TEXTS, st.sampled_from(["IMG 1.jpg", "/a/b.png", "~/c.gif", "17", "<x"])))
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
            ["a", '"', "(", ")", "-", " ", "OR", "tag:", "=", "sort:", "..", "\\", "2023", "+", "2:", "like:"]
        )
    ).map("".join)
)
def test_any_mixture_of_signs_is_a_query_or_a_query_error(text: str) -> None:
    _parses_or_says_why(text)


def _parses_or_says_why(text: str) -> None:
    parsed = _parsed(text)
    if isinstance(parsed, QueryError):
        assert parsed.message
        assert parsed.position is None or 0 <= parsed.position <= len(unicodedata.normalize("NFC", text))
    else:
        assert parse(canonical(parsed)) == parsed


def _parsed(text: str) -> Query | QueryError:
    try:
        return parse(text)
    except QueryError as error:
        return error
