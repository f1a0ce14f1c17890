"""Undo, and undo of undo."""

from __future__ import annotations

from support.model.gestures.kinds import gesture
from support.model.said import Model
from support.model.world import World


@gesture("vvault undo", lambda m: [()] if m.past else [])
def undo(w: World, m: Model) -> None:
    w.undone(1)
    m.undo(1)


@gesture("vvault undo, several", lambda m: ((count,) for count in range(2, min(len(m.past), 5) + 1)))
def undo_several(w: World, m: Model, count: int) -> None:
    w.undone(count)
    m.undo(count)


@gesture("an undo is undone", lambda m: [()] if m.undone or m.past else [])
def redo(w: World, m: Model) -> None:
    """The last one, or one made for it."""
    if not m.undone:
        undo(w, m)
        w.check(m)
    (action,) = w.ask("undo", action=w.undos.pop()).actions
    assert not action.skipped
    m.redo()
