"""Which folders to watch when the person named none: their pictures, else a library drawn for the demonstration."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import trio

from vaultd.app.up.wishes import Wishes
from vaultd.domain.paths import require_folder
from vaultipc.errors import UserError

_LOOKED_AT = 20_000
"""Files looked at before a folder counts as having no pictures."""
_PATIENCE_S = 2.0
_PICTURES = frozenset([".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".bmp", ".avif"])


async def check(named: Sequence[bytes]) -> None:
    """Raises NotFound or Refused where one is no folder, before anything is started for it.

    A disk that does not answer is left to the daemon, which goes on without it.
    """
    with trio.move_on_after(_PATIENCE_S):
        for folder in named:
            await trio.to_thread.run_sync(require_folder, folder, abandon_on_cancel=True)


def pictures_folder() -> Path | None:
    """The user's pictures folder (xdg-user-dirs), if there are pictures in it."""
    import platformdirs

    folder = platformdirs.user_pictures_path()
    # xdg-user-dirs points a folder that was switched off at the home folder.
    return folder if folder != Path.home() and _has_pictures(folder) else None


async def demo_folder(wishes: Wishes) -> Path:
    """The demo library's folder, drawn now if it is not there. A drawing that was broken off starts afresh."""
    from vaultd.demo.labels import labels_path

    folder = wishes.demo_folder
    if labels_path(folder).exists():
        return folder
    if folder.exists():
        await trio.to_thread.run_sync(shutil.rmtree, folder)
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    done = await trio.run_process(wishes.vvault("demo", os.fspath(folder)), capture_stdout=True, check=False)
    if done.returncode:
        raise UserError(f"The demo library could not be written to {folder}.", hint="The message above says why.")
    return folder


def _has_pictures(folder: Path) -> bool:
    names = (name for _, _, files in os.walk(folder) for name in files)
    return any(os.path.splitext(name)[1].lower() in _PICTURES for name in islice(names, _LOOKED_AT))
