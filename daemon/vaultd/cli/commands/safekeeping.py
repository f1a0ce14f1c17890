"""Keeping what you said of your pictures: backup, restore, export."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from vaultd.cli import references
from vaultd.cli.call import Answer, Call
from vaultd.cli.command import Command, Flag
from vaultd.cli.commands.changes import ORIGIN
from vaultd.cli.quantities import count, size
from vaultd.cli.screen import Screen
from vaultipc.errors import EXIT_DONE, EXIT_PARTIAL, Held, NotFound, Refused, UserError

if TYPE_CHECKING:
    from vaultd.catalog.backups.restoring import Restored
    from vaultd.catalog.backups.shelf import Backup

_NAMED = 3
"""So many backups are named to somebody who named one that is not there."""
_MAGIC = b"SQLite format 3\0"


def backup(call: Call) -> int:
    to = call.options.to
    params = {**(references.one("to", references.folder(to)) if to else {}), **call.given("full")}
    return call.answer("backup", params, _show_kept)


def export(call: Call) -> int:
    if not call.options.to:
        raise UserError("No folder is named.", hint="`vvault export --to FOLDER`")
    return call.answer("export", references.one("to", references.folder(call.options.to)), _show_kept)


def restore(call: Call) -> int:
    """A backup takes the place of the catalog, which needs the daemon to be away; an export is added to it."""
    named = getattr(call.options, "from")
    source = Path(os.fsdecode(references.folder(named))) if named else _newest(call)
    if not os.path.lexists(source):
        raise NotFound(f"There is no {_text(source)}.", hint=_there_are(call))
    if not _is_catalog(source):
        params = {**references.one("from", bytes(source)), "origin": ORIGIN}
        return call.answer("restore", params, _show_taken_in, _judge)
    return _put_in_place(call, source)


def _there_are(call: Call) -> str:
    """Which backups `--from` could name."""
    found = _backups(call)
    if not found:
        return "There is no backup yet. `vvault backup` makes one, `vvault export --to FOLDER` an export."
    some = ", ".join(_text(backup.path) for backup in found[:_NAMED])
    return f"The newest backups: {some}" + (f", and {len(found) - _NAMED} more beside them" if found[_NAMED:] else "")


def _newest(call: Call) -> Path:
    found = _backups(call)
    if not found:
        raise NotFound("There is no backup yet.", hint="Name one with --from, or make one with `vvault backup`.")
    return found[0].path


def _backups(call: Call) -> list[Backup]:
    """The automatic backups, and those beside them, the newest first."""
    from vaultd.catalog.backups.shelf import Shelf

    return Shelf(_catalog(call)).all()


def _catalog(call: Call) -> Path:
    from vaultd.catalog.store import FILE

    return call.config.library.data / FILE


def _is_catalog(source: Path) -> bool:
    if not source.is_file():
        return (
            False  # a pipe or a device among them: reading those might never end, and the daemon says what they are not
        )
    try:
        with source.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError as error:
        raise Refused(f"{_text(source)} cannot be read: {error.strerror}", hint="name a copy or an export") from error


def _put_in_place(call: Call, source: Path) -> int:
    from vaultd.catalog import store
    from vaultd.catalog.backups import restoring
    from vaultd.safekeeping.daily import told

    catalog = _catalog(call)
    catalog.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        lock = store.lock(catalog)
    except Held as held:
        raise Held(
            f"{held.message}; a backup can only take the place of a catalog at rest",
            hint="end it first (Ctrl-C of `vvault up`, or `systemctl --user stop vvault`) and start it again after",
        ) from held
    try:
        restored = restoring.restore(catalog, source, "you asked for it", asked=True)
        made = told(source, catalog)
    finally:
        os.close(lock)
    answer = {"path": _text(source), "bytes": made.size, "images": made.images, "tags": made.tags}
    answer |= {"sha256": made.sha256, "replaced": _text(restored.aside) if restored.aside else None}
    return call.result(answer, lambda screen: _show_restored(screen, source, restored))


def _show_kept(screen: Screen, answer: Answer) -> None:
    what = f"{count(answer['images'], 'picture')}, {count(answer['tags'], 'tag')} of yours, {size(answer['bytes'])}"
    screen.line(f"{answer['path']}: {what}")


def _show_taken_in(screen: Screen, answer: Answer) -> None:
    for error in answer["errors"]:
        screen.say(error["message"])
    if answer["changed"]:
        screen.say(f"{count(answer['changed'], 'change')}, taken back by `vvault undo`.")
    else:
        screen.say("Nothing that it says is new; nothing was changed.")


def _judge(answer: Answer) -> int:
    return EXIT_PARTIAL if answer["errors"] else EXIT_DONE


def _show_restored(screen: Screen, source: Path, restored: Restored) -> None:
    screen.line(f"{source} is in place.")
    if restored.aside is not None:
        screen.line(f"What was there before, and what is missing now: {restored.aside}")


def _text(path: Path) -> str:
    return bytes(path).decode(errors="replace")


COMMANDS = (
    Command("backup", "Copy everything you said of your pictures into one file.", backup,
            (Flag("to", "A file that is not there yet, or a folder (default: beside the automatic backups).",
                  metavar="PATH"),
             Flag("full", "Also keep what can be computed again: the vectors of the models.")), "backup"),
    Command("restore", "Put a backup in place of the catalog, or add an export to it.", restore,
            (Flag("from", "The backup, or the folder of an export (default: the newest backup).", metavar="PATH"),),
            "restore"),
    Command("export", "Write tags, albums and saved searches as JSON, and as XMP sidecars.", export,
            (Flag("to", "A folder that is not there yet.", metavar="FOLDER"),), "export"),
)  # fmt: skip
