"""How many requests of each kind a mount was asked, for who wants to know what a program does in it."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable
from typing import Any, Protocol, TypeVar


class Counts(Protocol):
    """What answers requests: each public method is one kind."""

    counts: Counter[str]


C = TypeVar("C", bound=Counts)


def counting(kind: type[C]) -> type[C]:
    """Make every call of a public method of `kind` count in the instance's `counts`, under the method's name."""
    for name, method in list(vars(kind).items()):
        if not name.startswith("_") and callable(method):
            setattr(kind, name, _counted(method))
    return kind


def _counted(method: Callable[..., Any]) -> Callable[..., Any]:
    name = method.__name__

    @functools.wraps(method)
    def counted(self: Counts, *arguments: Any, **named: Any) -> Any:
        self.counts[name] += 1
        return method(self, *arguments, **named)

    return counted
