"""The two ways to the kernel, beneath one tree: pyfuse3, and the fusepy interface where that cannot be built."""

from __future__ import annotations

import importlib
import importlib.util
from typing import TYPE_CHECKING, Protocol, cast

from vaultipc.errors import Refused

if TYPE_CHECKING:
    import trio

    from vaultfs.tree.tree import Tree


class Backend(Protocol):
    """A module that mounts a tree."""

    NAME: str

    async def serve(self, tree: Tree, *, task_status: trio.TaskStatus[None]) -> None:
        """Mount, answer until cancelled or unmounted, unmount."""


def chosen(name: str) -> Backend:
    """Return the backend called `name`; `auto` takes pyfuse3 where it is installed. Refused if there is none."""
    if name == "auto":
        name = "pyfuse3" if importlib.util.find_spec("pyfuse3") else "fusepy"
    try:
        return cast("Backend", importlib.import_module(f"vaultfs.backend.{name}_backend"))
    except ImportError as error:
        raise Refused(
            f"The {name} backend cannot be used: {error}",
            hint="Install pyfuse3 (needs libfuse3-dev and a compiler), or the extra visionary-vault[fuse2].",
        ) from error
