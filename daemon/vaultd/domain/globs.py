"""Patterns of names and paths, as `.gitignore` has made them known.

A pattern is a glob (`*`, `?`, `[abc]`; `**` also crosses slashes). Without a slash it is matched against the name of a
file or folder; with one, against the path below the folder that it belongs to; a slash at its end means folders only.
One that begins with `!` takes back what an earlier one said.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Pattern:
    """One line, compiled. `on_path`: it is matched against the path, not the name."""

    expression: re.Pattern[str]
    on_path: bool
    folders_only: bool
    negated: bool


def compiled(lines: Iterable[str]) -> tuple[Pattern, ...]:
    """The patterns of these lines; blank ones are none. Comments are for files to have: here `#recycle` is a name."""
    return tuple(_pattern(line.strip()) for line in lines if line.strip())


def says(patterns: Sequence[Pattern], path: str, *, is_folder: bool) -> bool | None:
    """Whether these mean a file or folder, the last one that matches having the say; None if none does.

    `path`: below the folder that the patterns belong to, with no slash at either end.
    """
    name = path.rpartition("/")[2]
    for pattern in reversed(patterns):
        if pattern.folders_only and not is_folder:
            continue
        if pattern.expression.fullmatch(path if pattern.on_path else name):
            return not pattern.negated
    return None


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
