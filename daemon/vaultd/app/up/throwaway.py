"""A library to be thrown away: a daemon and a gallery of its own in a temporary folder, and nothing left of it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vaultd.app.up.wishes import Wishes
from vaultd.config import load


@contextmanager
def throwaway(web: tuple[str, ...], *, verbose: bool) -> Iterator[Wishes]:
    """Wishes for the demo library alone, unmounted; `web` are the flags of its gallery.

    The environment is that of the library while the block runs, for the processes that are started in it: neither the
    person's configuration nor their thumbnails are touched.
    """
    folder = Path(tempfile.mkdtemp(prefix="vvault-demo-"))
    before = dict(os.environ)
    try:
        _move_to(folder)
        yield Wishes(
            socket=folder / "vault.sock",
            config_file=None,
            config=load(None, os.environ),
            folders=(),
            mountpoint=None,
            web=web,
            demo=True,
            ask=False,
            verbose=verbose,
        )
    finally:
        os.environ.clear()
        os.environ.update(before)
        shutil.rmtree(folder)


def _move_to(folder: Path) -> None:
    for name in [name for name in os.environ if name.startswith("VVAULT_")]:
        del os.environ[name]
    for variable in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        os.environ[variable] = str(folder / variable)
