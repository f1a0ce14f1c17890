"""Which names are passed over: by the configuration, by `.vaultignore` files, and because they are no pictures.

A pattern is a glob (`*`, `?`, `[abc]`; `**` also crosses slashes). Without a slash it is matched against the name of a
file or folder; with one, against the path below the folder that the rule belongs to; a slash at its end means folders
only. In a `.vaultignore`, `#` starts a comment and `!` takes back what an earlier line passed over.
"""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass

from vaultd.worker.formats import EXTENSIONS

FILE = b".vaultignore"
LONGEST = 65_536


@dataclass(frozen=True)
class Pattern:
    """One line, compiled. `on_path`: it is matched against the path, not the name."""

    expression: re.Pattern[str]
    on_path: bool
    folders_only: bool
    negated: bool


def is_candidate(name: bytes) -> bool:
    """Whether a file of this name may be a picture."""
    return os.path.splitext(name)[1].lower() in EXTENSIONS


def compiled(lines: Iterable[str]) -> tuple[Pattern, ...]:
    """The patterns of these lines; blank ones and comments are none."""
    return tuple(_pattern(line.strip()) for line in lines if line.strip() and not line.strip().startswith("#"))


@dataclass(frozen=True)
class Rules:
    """What is passed over in `folder` and below. `above` are the rules of the folders it lies in."""

    folder: bytes
    patterns: tuple[Pattern, ...]
    above: Rules | None = None

    def within(self, folder: bytes) -> Rules:
        """The rules for a folder further below: with those of its `.vaultignore`, if it has one. Reads the disk."""
        try:
            with open(folder + b"/" + FILE, "rb") as file:
                lines = os.fsdecode(file.read(LONGEST)).splitlines()
        except OSError:
            return self  # nearly every folder has none
        return Rules(folder, compiled(lines), self)

    def ignores(self, path: bytes, *, is_folder: bool) -> bool:
        """Whether an absolute path directly in or below `folder` is passed over for its own name and place."""
        name = os.fsdecode(path.rpartition(b"/")[2])
        below = os.fsdecode(path[len(self.folder.rstrip(b"/")) + 1 :])
        for pattern in reversed(self.patterns):
            if pattern.folders_only and not is_folder:
                continue
            if pattern.expression.fullmatch(below if pattern.on_path else name):
                return not pattern.negated
        return self.above.ignores(path, is_folder=is_folder) if self.above else False


def _pattern(line: str) -> Pattern:
    negated, line = line.startswith("!"), line.removeprefix("!")
    folders_only, line = line.endswith("/"), line.rstrip("/")
    if "/" not in line:
        return Pattern(re.compile(fnmatch.translate(line)), False, folders_only, negated)
    return Pattern(re.compile(_path_expression(line.lstrip("/")), re.DOTALL), True, folders_only, negated)


def _path_expression(glob: str) -> str:
    """Like fnmatch, but `*` and `?` stop at slashes and `**` does not."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\[[^]/]+\])", glob)
    return "".join(_piece(part) for part in parts)


def _piece(part: str) -> str:
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    if part in known:
        return known[part]
    if len(part) > 2 and part[0] == "[" and part[-1] == "]":
        return "[" + ("^" + part[2:-1] if part[1] == "!" else part[1:-1]).replace("\\", "\\\\") + "]"
    return re.escape(part)
