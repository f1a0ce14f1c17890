"""The real program with a bug planted: to show that the test of random gestures would find one.

    python -m support.model.bugs "mv loses" daemon …

patches the program in its own process and then runs it. Nothing in the program knows of this.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

from vaultd.catalog import tags, undo
from vaultd.catalog.actions import Action
from vaultd.cli.entry import main as vvault
from vaultd.handlers import registry
from vaultd.handlers.vault import Vault
from vaultipc.messages import ActionResult, RetagParams


def rm_untags_two() -> None:
    """What takes a tag off one picture takes it off another one that has it, too."""
    remove = tags.remove

    def too_many(action: Action, tag: int, images: Iterable[int], view: tags.View = "user") -> tuple[int, int]:
        unwanted = list(images)
        others = [image for image in tags.images_exactly(action.tx.sql, tag, view) if image not in unwanted]
        return remove(action, tag, [*unwanted, *others[:1]], view)

    _replace(tags, "remove", too_many)


def mv_loses() -> None:
    """What is moved from one tag to another loses the first and does not get the second."""
    retag = registry.HANDLERS["retag"]

    async def losing(vault: Vault, params: RetagParams) -> ActionResult:
        result: ActionResult = await retag(vault, params)
        with vault.catalog.write() as tx:
            for image in params.images:
                tag = tags.require(tx.sql, params.target)
                tx.sql.execute("DELETE FROM image_tags WHERE image = ? AND tag = ?", (int(image), tag))
        return result

    registry.HANDLERS["retag"] = losing


def undo_skips() -> None:
    """Of an action that changed several rows one is left as it is."""
    undo_one, revert = vars(undo)["_undo_one"], vars(undo)["_revert"]
    tables: list[str] = []

    def undoing(*arguments: Any) -> Any:
        tables.clear()
        return undo_one(*arguments)

    def skipping(action: Action, table: str, *rows: Any) -> Any:
        tables.append(table)
        return "" if len(tables) == 2 else revert(action, table, *rows)

    _replace(undo, "_undo_one", undoing)
    _replace(undo, "_revert", skipping)


def _replace(module: object, name: str, function: object) -> None:
    setattr(module, name, function)


BUGS: dict[str, Callable[[], None]] = {
    "rm untags two": rm_untags_two,
    "mv loses": mv_loses,
    "undo skips": undo_skips,
}


def main() -> None:
    """Plants the bug that the first argument names; the others are the program's."""
    BUGS[sys.argv.pop(1)]()
    vvault()


if __name__ == "__main__":
    main()
