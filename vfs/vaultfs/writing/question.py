"""What `.query` holds: a query and, in a last line of its own, the level at which it is asked."""

from __future__ import annotations

import re
from typing import NamedTuple, get_args

from vaultfs.faults import Invalid
from vaultipc.messages import Level

USUAL: Level = "default"
"""The level that is not written down."""

_LAST_LINE = re.compile(r"(?:\A|\n)[ \t]*level:[ \t]*(?P<level>\S*)\Z")


class Question(NamedTuple):
    """A query and its level."""

    query: str
    level: Level

    def text(self) -> str:
        """Return what is read in `.query`: nothing if there is no query."""
        if not self.query:
            return ""
        return self.query + "\n" + ("" if self.level == USUAL else f"level: {self.level}\n")


def question(text: str) -> Question:
    """Return what the text of a `.query` asks; Invalid if its last line names a level that there is not."""
    text = text.strip()
    last = _LAST_LINE.search(text)
    if last is None:
        return Question(text, USUAL)
    for level in get_args(Level):
        if level == last["level"]:
            return Question(text[: last.start()].strip(), level)
    raise Invalid(f"the level is one of {', '.join(get_args(Level))}")
