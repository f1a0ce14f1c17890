"""Which files below some folders were opened, whoever did it: the kernel tells, also of a program that is not ours."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from inotify_simple import INotify, flags


@contextmanager
def opened(roots: Sequence[Path]) -> Iterator[set[tuple[str, str]]]:
    """The files that were opened while the block ran, complete after it, each by the folder in its root and its name.

    Folders that are made meanwhile are not watched; one that moves goes by its old name.
    """
    found: set[tuple[str, str]] = set()
    with INotify() as notes:
        watched = {}
        for root in roots:
            for folder, _, _ in os.walk(root):
                top = Path(folder).relative_to(root).parts[:1]
                watched[notes.add_watch(folder, flags.OPEN | flags.ONLYDIR)] = top[0] if top else ""
        yield found
        for event in notes.read(timeout=0):
            assert not event.mask & flags.Q_OVERFLOW, "too many files were opened to tell which"
            if not event.mask & (flags.ISDIR | flags.IGNORED):
                found.add((watched[event.wd], event.name))
