"""An interactive bash at a terminal of its own, with what people have in theirs: a git prompt and completion.

with Terminal(folder, home) as bash:
    bash.enter("cd tags")
    bash.complete("ls be", until="ls beach/")
"""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from support.ending import wait_or_kill

PATIENCE_S = 20.0
PROMPT = "READY> "
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\a")
_START = f"""
for file in /usr/share/bash-completion/bash_completion /usr/lib/git-core/git-sh-prompt; do
    [ -r $file ] && . $file
done
command -v __git_ps1 > /dev/null || __git_ps1() {{ git rev-parse --abbrev-ref HEAD 2> /dev/null; }}
bind 'set bell-style none'; bind 'set enable-bracketed-paste off'; bind 'set show-all-if-ambiguous on'
PROMPT_COMMAND='git status --short > /dev/null 2>&1'
PS1='$(__git_ps1)'{PROMPT!r}
"""


class Terminal:
    """`folder` is where the shell begins, `home` whose it is: its start file is written there."""

    def __init__(self, folder: Path, home: Path) -> None:
        start = home / "bashrc"
        start.write_text(_START)
        self._screen, inner = pty.openpty()
        self._shell = subprocess.Popen(
            ["bash", "--noprofile", "--rcfile", start, "-i"],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "dumb", "LANG": "C.UTF-8", "HISTFILE": ""},
            stdin=inner,
            stdout=inner,
            stderr=inner,
            start_new_session=True,
        )
        os.close(inner)

    def enter(self, line: str) -> str:
        """Type a line and Return, wait for the next prompt, and return what the screen showed meanwhile."""
        return self.press(f"{line}\r", PROMPT)

    def complete(self, line: str, until: str) -> str:
        """Type the beginning of a line and Tab, wait until the screen shows `until`, and clear the line again."""
        shown = self.press(f"{line}\t", until)
        self.press("\x15\r", PROMPT)
        return shown

    def press(self, keys: str, until: str) -> str:
        """Press keys and return what the screen shows up to `until`; AssertionError if that does not come."""
        shown = ""
        os.write(self._screen, keys.encode())
        deadline = time.monotonic() + PATIENCE_S
        while until not in shown:
            left = deadline - time.monotonic()
            assert left > 0, f"no {until!r} within {PATIENCE_S:g} s; the screen shows {shown!r}"
            if select.select([self._screen], [], [], left)[0]:
                shown += _CONTROL.sub("", os.read(self._screen, 65536).decode(errors="replace"))
        return shown

    def __enter__(self) -> Self:
        try:
            self.press("", PROMPT)
        except AssertionError:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the shell as closing its window does."""
        os.close(self._screen)
        wait_or_kill(self._shell, PATIENCE_S)
