"""How long a hub that does not answer as it should is waited for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from vaultd.models.hub import failures
from vaultipc.errors import Refused, UserError

Answer = TypeVar("Answer")


class Cut(Exception):
    """The connection ended before the file did."""


class Patience(NamedTuple):
    """The bounds of it."""

    tries: int = 5
    """In a row without a byte."""
    first_s: float = 1.0
    """The wait before the second; each later one is twice as long."""
    longest_s: float = 60.0
    """What the hub may ask for."""


class Waiting:
    """Counts what failed in a row, and waits between the tries."""

    def __init__(self, patience: Patience, host: str, say: Callable[[str], None]) -> None:
        self._patience = patience
        self._host = host
        self._say = say
        self._failed = 0

    def through(self, ask: Callable[[], Answer]) -> Answer:
        """What `ask` returns, once the hub does not ask for patience. Raises a UserError when it is at its end."""
        while True:
            try:
                return ask()
            except failures.Wait as wait:
                self.failed(wait)

    def progressed(self) -> None:
        """Something came: the next failure is the first one."""
        self._failed = 0

    def failed(self, problem: Cut | failures.Wait) -> None:
        """Waits before the next try. Raises a UserError when patience is at its end."""
        self._failed += 1
        seconds = self._patience.first_s * 2 ** (self._failed - 1)
        if isinstance(problem, failures.Wait) and problem.seconds is not None:
            seconds = problem.seconds
        if self._failed >= self._patience.tries or seconds > self._patience.longest_s:
            raise self._given_up(problem)
        self._say(f"{self._said(problem)}; trying again in {seconds:.0f} s.")
        time.sleep(seconds)

    def _given_up(self, problem: Cut | failures.Wait) -> UserError:
        if isinstance(problem, failures.Wait):
            return failures.out_of_patience(problem, self._host)
        hint = f"Repeat the command: it goes on where it stopped. {failures.NETWORK}"
        return Refused(f"The connection to {self._host} was cut ({problem}).", hint)

    def _said(self, problem: Cut | failures.Wait) -> str:
        if isinstance(problem, Cut):
            return f"The connection was cut ({problem})"
        if problem.status == 429:
            return f"{self._host} asks for fewer requests"
        return f"{self._host} is out of order (HTTP {problem.status})"
