"""A pull as a test makes it: from a loopback hub, with somebody who notes what was said."""

from __future__ import annotations

from pathlib import Path

from support.hub import LoopbackHub
from vaultd.models.hub.patience import Patience
from vaultd.models.hub.pull import pull
from vaultd.models.hub.reference import read_reference
from vaultd.models.hub.remote import Hub
from vaultd.models.hub.wish import Pulled, Wish

HASTE = Patience(tries=3, first_s=0.01, longest_s=5)


class Noting:
    """Whoever sits in front of it: says yes or no to everything."""

    def __init__(self, agrees: bool = False) -> None:
        self.agrees = agrees
        self.said: list[str] = []
        self.asked: list[str] = []
        self.total = self.here = 0

    def say(self, text: str) -> None:
        self.said.append(text)

    def confirm(self, question: str) -> bool:
        self.asked.append(question)
        return self.agrees

    def begin(self, total: int) -> None:
        self.total, self.here = total, 0

    def advance(self, count: int) -> None:
        self.here += count

    def end(self) -> None:
        pass


def pulled(
    hub: LoopbackHub | str, packs: Path, text: str = "some/pack", teller: Noting | None = None, **wish: str | bool
) -> Pulled:
    """`hub`: it, or its address. `wish`: the fields of a Wish, and the flag `revision`."""
    endpoint = hub if isinstance(hub, str) else hub.endpoint
    reference = read_reference(text, str(wish.pop("revision", "")))
    wanted = Wish(packs, reference, **wish)  # type: ignore[arg-type]
    return pull(wanted, teller or Noting(), Hub(endpoint), HASTE)
