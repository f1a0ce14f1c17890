"""What does not fit a message is said in a sentence of our own."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta, Struct

from vaultipc.misfits import sentence


class Inner(Struct, forbid_unknown_fields=True):
    key: int


class Message(Struct, forbid_unknown_fields=True):
    rating: Annotated[int, Meta(ge=0, le=5)] | None = None
    within: Annotated[float, Meta(ge=0)] = 1.0
    ids: Annotated[list[Annotated[str, Meta(pattern="^[0-9]+$")]], Meta(max_length=2)] = []
    name: Annotated[str, Meta(min_length=1)] = "x"
    kind: Literal["a", "b"] = "a"
    yes: bool = False
    inner: list[Inner] = []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ('{"rating": 6}', "`rating` must be a whole number of at most 5"),
        ('{"rating": "x"}', "`rating` must be a whole number or null, not a text"),
        ('{"within": -1}', "`within` must be a number of at least 0"),
        ('{"ids": "1"}', "`ids` must be a list, not a text"),
        ('{"ids": ["1", "2", "3"]}', "`ids` must be a list of at most 2 entries"),
        ('{"ids": ["1", "x"]}', "`ids[1]` must be a text of the form ^[0-9]+$"),
        ('{"name": ""}', "`name` must be a text of at least 1 character"),
        ('{"kind": "c"}', "`kind` cannot be 'c'"),
        ('{"yes": 1}', "`yes` must be true or false, not a whole number"),
        ('{"inner": [{}]}', "`inner[0].key` is missing"),
        ('{"inner": [{"key": 1, "more": 2}]}', "`inner[0].more` is not known"),
        ('{"stars": 1}', "`stars` is not known"),
        ("[]", "it must be an object, not a list"),
        ("{", "the JSON ends before it is whole"),
        ('{"rating" 1}', "JSON is malformed: expected ':' (byte 10)"),
    ],
)
def test_what_does_not_fit_is_named_with_its_place(wrong: str, told: str) -> None:
    with pytest.raises(msgspec.MsgspecError) as error:
        msgspec.json.decode(wrong.encode(), type=Message)
    assert sentence(error.value) == told


def test_what_is_not_known_in_these_words_is_passed_on() -> None:
    odd: Any = msgspec.ValidationError("Something of its own - at `$.a`")
    assert sentence(odd) == "`a`: Something of its own"
