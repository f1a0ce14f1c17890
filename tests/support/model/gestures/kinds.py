"""What a gesture is: a name, when it has an effect and on what, and doing it to the vault and to the model alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from support.model.said import Model

Options = Callable[[Model], Iterable[tuple[Any, ...]]]
Doing = Callable[..., None]


class Kind(NamedTuple):
    """`options`: the arguments with which it has an effect now (or is refused now); `doing(world, model, *arguments)`.

    `at_most`: how often in one example; for what takes long.
    """

    name: str
    options: Options
    doing: Doing
    at_most: int


KINDS: list[Kind] = []


def gesture(name: str, options: Options, at_most: int = 1000) -> Callable[[Doing], Doing]:
    """Registers a gesture."""

    def registered(doing: Doing) -> Doing:
        KINDS.append(Kind(name, options, doing, at_most))
        return doing

    return registered
