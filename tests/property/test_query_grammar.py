"""The grammar in the documentation and the parser agree, both ways."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.ebnf import Grammar
from support.query_forms import LANGUAGE
from vaultd.query import QueryFault, canonical, parse

_BLOCK = re.compile(r"```ebnf\n(.*?)```", re.DOTALL)
GRAMMAR = Grammar(
    "".join(_BLOCK.findall(LANGUAGE.read_text(encoding="utf-8"))),
    {
        "above 0, at most 100, up to three decimals": (
            r"[1-9][0-9]?(\.[0-9]{1,3})?|0\.[0-9]{0,2}[1-9]|100", ["2", "0.5", "0.001", "99.999", "100"],
        ),
        "1 to 10000": (r"[1-9][0-9]{0,3}|10000", ["1", "20", "10000"]),
        "three or six digits of base 16": (r"[0-9a-f]{3}|[0-9a-f]{6}", ["c32", "c03020", "000"]),
        "above 0, at most 9999, up to three decimals": (
            r"(?!0+(\.0+)?$)[0-9]{1,4}(\.[0-9]{1,3})?", ["16", "9", "2.39", "0.5"]),
        "above 0, up to two decimals": (r"(?!0+(\.0+)?$)[1-9][0-9]{0,2}(\.[0-9]{1,2})?|0\.[1-9]", ["1.8", "8", "11"]),
        "above 0, up to one decimal": (r"[1-9][0-9]{0,4}(\.[0-9])?", ["35", "24.5", "600"]),
        "a number above 0, up to two digits": (r"[1-9][0-9]?", ["1", "10"]),
        "above 0, up to six digits": (r"[1-9][0-9]{0,5}", ["125", "8000"]),
        "above 0, up to six decimals": (r"[1-9][0-9]{0,4}(\.[0-9]{1,6})?|0\.[0-9]{0,5}[1-9]", ["2.5", "30", "0.004"]),
        "0 to 100": (r"[0-9]{1,2}|100", ["0", "30", "100"]),
        "month, 1 to 12": (r"0?[1-9]|1[0-2]", ["1", "09", "12"]),
        "day of that month": (r"0?[1-9]|[12][0-9]|3[01]", ["1", "09", "28"]),
        "four digits but 0000": (r"(?!0000)[0-9]{4}", ["0001", "1999", "2023", "9999"]),
        "a whole number above 0": (r"0*[1-9][0-9]{0,3}", ["1", "30", "07", "1920"]),
        "letters, not OR, + or -, no - at the start, no colon": (
            r"(?!(?:OR|\+)$)(?!-)[^\s():\"]+", ["a", "Dog", "t-shirt", "c++", "+1", "犬", "or", "*", "2", "<b>"],
        ),
        "letters, no < > = at the start": (
            r"(?![<>=])[^\s()\"]+", ["a", "IMG_1*", "a/b", "-x", "a:b", "[ab]?", "犬", "+"]),
        "at least one character, with a backslash before each quote and backslash": (
            r"(?!\s+$)([^\"\\]|\\.)+", ["a", "my dog", r"say \"hi\" \\ (so)", "OR", " -a:b"],
        ),
        "white space": (r"\s+", [" ", "  ", "\n\t"]),
    },
)  # fmt: skip
LIMITS = (
    *("may be a time", "the wrong way round", "of different units", "no tag: a component"),
    "is said of the whole query",
)
"""What the grammar leaves to the sentences below it."""
FRAGMENTS = [
    "a", "dog", '"x y"', "like:1", "tag:x", "-a", "-tag:x", "2:a", "2:(a b)", "0.5:like:1", "(a b)", "(a OR b)", "OR",
    "+", "-", "(tag:x)", '-"x"', "date:last-week", "camra:x", "name:>a", "rating:6", "width:..", "2:tag:x", "date:*",
    "color:#c32~", "color:#c3", "aspect:16:9", "aspect:0:9", "aspect:tall", "sharpness:>60", "brightness:..101",
    "mono:x",
]  # fmt: skip


@pytest.mark.timeout(300)
@given(GRAMMAR.texts("query"))
def test_what_the_grammar_derives_is_a_query(text: str) -> None:
    fault = _fault(text)
    assert not fault or any(limit in fault for limit in LIMITS), fault
    assert fault or parse(canonical(parse(text))) == parse(text)


@pytest.mark.timeout(300)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=6).map(" ".join))
def test_a_query_is_derived_by_the_grammar_and_what_is_none_is_not(text: str) -> None:
    assert GRAMMAR.derives("query", text) == (not _fault(text))


def test_every_rule_of_the_grammar_is_reached() -> None:
    reached, new = set[str](), {"query"}
    while new:
        name = new.pop()
        reached.add(name)
        new |= set(re.findall(r"Rule\(name='([\w-]+)'\)", repr(GRAMMAR.rules[name]))) - reached
    assert reached == set(GRAMMAR.rules)


def _fault(text: str) -> str:
    """Why a text is no query, '' if it is one."""
    try:
        parse(text)
    except QueryFault as fault:
        return fault.message
    return ""
