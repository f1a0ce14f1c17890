"""Listing folders, a slice at a time, in a thread. Paths are bytes throughout; symbolic links are not followed.

A link to a picture is left out as well: the picture is found where it is, and a link out of the library would bring in
what the user did not add.
"""

from __future__ import annotations

import os
import stat
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from vaultd.domain.facts import Facts
from vaultd.ingest.ignore import FILE, Rules, is_candidate
from vaultd.metadata import naming
from vaultd.worker import formats

SLICE_S = 0.05
SLICE_ENTRIES = 400


@dataclass(frozen=True)
class Folder:
    """A folder yet to be listed. `device`: st_dev of the folder it lies in, None for where the walk starts."""

    path: bytes
    rules: Rules
    device: int | None


@dataclass
class Listing:
    """What a folder holds: candidate files with their facts, what may be sidecars of them, and folders.

    `problem`: why it could not be listed.
    """

    folder: Folder
    device: int = 0
    rules: Rules | None = None
    files: list[tuple[bytes, Facts]] = field(default_factory=list)
    sidecars: list[tuple[bytes, Facts]] = field(default_factory=list)
    folders: list[bytes] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)
    """How many videos, and pictures that a package is missing for."""
    problem: OSError | None = None


def walk_slice(stack: list[Folder], skipped: frozenset[bytes], watch: Callable[[bytes], None]) -> list[Listing]:
    """Takes folders off the stack, lists them and puts theirs onto it, until a slice's worth is done.

    `watch` is called with each folder before it is listed, so that nothing that appears in between is missed.
    `skipped`: absolute folders never to be entered (our own mount).
    """
    found: list[Listing] = []
    entries, until = 0, time.monotonic() + SLICE_S
    while stack and entries < SLICE_ENTRIES and time.monotonic() < until:
        listing = _list(stack.pop(), skipped, watch)
        found.append(listing)
        entries += len(listing.files) + len(listing.folders) + 1
        rules = listing.rules or listing.folder.rules
        stack.extend(Folder(path, rules, listing.device) for path in reversed(listing.folders))
    return found


def _list(folder: Folder, skipped: frozenset[bytes], watch: Callable[[bytes], None]) -> Listing:
    listing = Listing(folder)
    beside: list[bytes] = []
    try:
        listing.device = os.lstat(folder.path).st_dev
        watch(folder.path)
        with os.scandir(folder.path) as found:
            entries = list(found)
        has_rules = any(entry.name == FILE for entry in entries)  # nearly no folder has: asking each costs a lot
        listing.rules = folder.rules.within(folder.path) if has_rules else folder.rules
        for entry in entries:
            _note(entry, listing, beside, skipped)
        listing.sidecars = _sidecars(beside, listing)
    except OSError as problem:
        listing.problem = problem
    return listing


def _sidecars(beside: list[bytes], listing: Listing) -> list[tuple[bytes, Facts]]:
    """Of what may be sidecars by their names, all XMP, and the texts that stand beside a picture: most do not."""
    stems = {naming.stem(path.rpartition(b"/")[2]) for path, _ in listing.files} if beside else set()
    meant = [
        path
        for path in beside
        if path.lower().endswith(naming.XMP) or naming.stem_of_sidecar(path.rpartition(b"/")[2]) in stems
    ]
    return [(path, facts) for path in meant if (facts := facts_of(path)) is not None]


def _note(entry: os.DirEntry[bytes], listing: Listing, beside: list[bytes], skipped: frozenset[bytes]) -> None:
    rules = listing.rules or listing.folder.rules
    if entry.is_dir(follow_symlinks=False):
        if entry.path not in skipped and not rules.ignores(entry.path, is_folder=True):
            listing.folders.append(entry.path)
    elif is_candidate(entry.name) and not rules.ignores(entry.path, is_folder=False):
        facts = facts_of(entry.path)
        if facts is not None:
            listing.files.append((entry.path, facts))
    elif (kind := formats.passed_over(entry.name)) and not rules.ignores(entry.path, is_folder=False):
        listing.passed_over[kind] += 1
    elif naming.is_sidecar(entry.name) and not rules.ignores(entry.path, is_folder=False):
        beside.append(entry.path)


def facts_of(path: bytes) -> Facts | None:
    """The facts of a regular file; None if there is none, or if it cannot be seen."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return Facts.of(status) if stat.S_ISREG(status.st_mode) else None


def identity(folder: bytes) -> tuple[int, int] | None:
    """By what a folder is told from another one of its name; None if there is none, or if it cannot be seen."""
    try:
        status = os.lstat(folder)
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISDIR(status.st_mode) else None


def is_gone(path: bytes) -> bool:
    """Whether there is certainly no regular file any more: a folder that may not be entered proves nothing."""
    try:
        return not stat.S_ISREG(os.lstat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
