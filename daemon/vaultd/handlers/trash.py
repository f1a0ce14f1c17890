"""Moving superfluous files to the desktop's trash, on command only, and bringing them back.

What is moved is written down first. So if somebody is interrupted between, the file is at its place, and undoing has
nothing to do; a file in the trash that nobody knows of cannot be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import trio

from vaultd.catalog import trashed
from vaultd.catalog.trashed import Known, Surplus
from vaultd.handlers import references
from vaultd.handlers.gesture import gesture
from vaultd.handlers.vault import Vault
from vaultd.safekeeping.trash import Move, bring_back, can_return, given_up, put, reserved
from vaultd.safekeeping.wholeness import unchanged, whole
from vaultipc.codec import display
from vaultipc.errors import UserError
from vaultipc.messages import FilePlace, ItemError, Trashed, TrashParams


async def trash(vault: Vault, params: TrashParams) -> Trashed:
    """Moves what need not stay beside some pictures to the trash, if what stays is whole and nothing changed since."""
    images, errors = references.several(vault, params.images, params.images_b64)
    if not (images or errors):
        raise UserError("no picture is named", hint="give ids or paths of pictures whose copies shall go")
    kept: list[Known] = []
    going: list[Known] = []
    for found in await trio.to_thread.run_sync(_surplus, vault, images, params):
        problem = await _tried(found.kept.place, partial(whole if params.yes else unchanged, found.kept))
        if problem:
            errors.append(problem)
            continue
        kept.append(found.kept)
        for file in found.others:
            problem = await _tried(file.place, partial(unchanged, file))
            errors.append(problem) if problem else going.append(file)
    action = None
    if going and params.yes:
        with trio.CancelScope(shield=True):  # what is reserved is moved or given up, whoever waits for it
            action, going = await _move(vault, params, going, errors)
    return Trashed(
        action=action, changed=len(going) if action else 0, unchanged=0, errors=errors,
        moved=[_place(file) for file in going], kept=[_place(file) for file in kept],
        bytes=sum(file.size for file in going),
    )  # fmt: skip


async def bring_back_all(vault: Vault, actions: Sequence[int], *, dry_run: bool) -> dict[tuple[str, int], str]:
    """Puts back what these actions moved to the trash; of what cannot be, why, by its row in `trashed`."""
    with vault.catalog.read() as sql:
        rows = trashed.of_actions(sql, actions)
    astray: dict[tuple[str, int], str] = {}
    for row in rows:
        move = Move(row.place, row.held, row.note)
        problem = await _tried(row.place, partial(can_return if dry_run else bring_back, move))
        if problem:
            astray["trashed", row.id] = problem.message
    return astray


async def _move(
    vault: Vault, params: TrashParams, going: list[Known], errors: list[ItemError]
) -> tuple[str | None, list[Known]]:
    """Moves these files; returns the action and those that were moved."""
    moves: list[tuple[Known, Move]] = []
    for file in going:
        try:
            moves.append((file, await trio.to_thread.run_sync(reserved, file.place, file.top)))
        except UserError as error:
            errors.append(_error(file.place, error.message))
    if not moves:
        return None, []
    action, gone = _written_down(vault, params, moves), []
    for file, move in moves:
        problem = await _tried(file.place, partial(_put, file, move))
        errors.append(problem) if problem else gone.append(file)
    return action, gone


def _written_down(vault: Vault, params: TrashParams, moves: list[tuple[Known, Move]]) -> str | None:
    """Records the moves and returns the action. Where that fails, as on a full disk, nothing will be moved."""
    summary = f"move {len(moves)} {'files' if len(moves) > 1 else 'file'} to the trash"
    try:
        with gesture(vault, "trash", summary, params) as action:
            for file, move in moves:
                trashed.record(action, file.image, *move)
    except BaseException:
        for _, move in moves:
            given_up(move)
        raise
    return action.id


def _surplus(vault: Vault, images: list[int], params: TrashParams) -> list[Surplus]:
    """Of each picture once, whichever of its copies were named."""
    with vault.catalog.read() as sql:
        found = [trashed.surplus(sql, image, params.level) for image in images]
    by_best = {one.kept.image: one for one in found if one is not None}
    return list(by_best.values())


def _put(file: Known, move: Move) -> None:
    try:
        put(move, unchanged(file))
    except (UserError, OSError):
        given_up(move)
        raise


async def _tried(place: bytes, work: Callable[[], object]) -> ItemError | None:
    """Does it in a thread; what fails, as what is wrong with the file at `place`."""

    def run() -> ItemError | None:
        try:
            work()
        except UserError as error:
            return _error(place, error.message)
        except OSError as error:
            return _error(place, error.strerror or str(error))
        return None

    return await trio.to_thread.run_sync(run)


def _error(place: bytes, problem: str) -> ItemError:
    return ItemError(item=place.decode("utf-8", "replace"), message=problem)


def _place(file: Known) -> FilePlace:
    path, path_b64 = display(file.place)
    return FilePlace(path=path, path_b64=path_b64, state="online", size=file.size, mtime_ns=file.mtime_ns)


HANDLERS = {"duplicates.trash": trash}
