"""Numbers of requests are of a size that the catalog and every reader of JSON can hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import inspect

from vaultipc.messages import Params


def _kinds(kind: type[Params]) -> Iterator[type[Params]]:
    for below in kind.__subclasses__():
        yield below
        yield from _kinds(below)


def _numbers(told: Any) -> Iterator[inspect.IntType]:
    """Those that a value of this type may hold, at whatever depth."""
    if isinstance(told, inspect.IntType):
        yield told
    for part in (*getattr(told, "types", ()), *(getattr(told, name, None) for name in ("item_type", "value_type"))):
        if part is not None:
            yield from _numbers(part)


KINDS = sorted(set(_kinds(Params)), key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_number_of_a_request_has_a_largest_and_a_smallest(kind: type[Params]) -> None:
    told = inspect.type_info(kind)
    assert isinstance(told, inspect.StructType)
    for field in told.fields:
        for number in _numbers(field.type):
            assert number.le is not None, field.name
            assert number.ge is not None, field.name
