"""One change that a person makes: a transaction, an action that can be undone, and the answer to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from vaultd.catalog import actions, changes
from vaultd.catalog.actions import Action
from vaultd.handlers.vault import Vault
from vaultipc.messages import ActionResult, ItemError
from vaultipc.messages.shared import ChangeParams


@contextmanager
def gesture(vault: Vault, kind: str, summary: str, params: ChangeParams) -> Iterator[Action]:
    """Everything in the block happens, and can be undone, as one; no checkpoint may stand in it."""
    with (
        vault.catalog.write() as tx,
        actions.recorded(tx, kind, summary, params.origin, params.group, params.within_s) as action,
    ):
        yield action


def refuse_stale(action: Action, images: Sequence[int], if_seq: int | None) -> None:
    """Raises Conflict, before anything is changed, if who asks has read an older state of these images."""
    if if_seq is not None:
        changes.refuse_stale(action.tx.sql, images, if_seq)


def many(action: Action, counts: tuple[int, int], errors: list[ItemError]) -> ActionResult:
    """The answer to a change of several things: how many changed, and how many were so already."""
    return ActionResult(action=action.id, changed=counts[0], unchanged=counts[1], errors=errors)


def one(action: Action) -> ActionResult:
    """The answer to a change of one thing."""
    changed = int(action.id is not None)
    return many(action, (changed, 1 - changed), [])
