"""Programs that walk through whole folders: what they are called with, for the tests and for `benchmarks/programs.py`.

Words of a command: HERE is the folder to walk, which is also the working folder, AROUND the one that it lies in, OUT a
path of the program's own where nothing is yet.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PATIENCE_S = 120.0
FOUND_NO_REPOSITORY = 128
"""What git ends with where there is no repository: in the mount it has to stop, whatever lies around it."""

_WALK = "import os, sys; print(sum(len(names) for _, _, names in os.walk(sys.argv[1])))"
_GLOB = "import pathlib, sys; print(sum(1 for _ in pathlib.Path(sys.argv[1]).rglob('*')))"
_RESTIC = 'export RESTIC_PASSWORD=x; restic -q -r "$1" init && restic -q -r "$1" backup .'
_AROUND = 'git init -q "$1" && git --git-dir="$1/.git" --work-tree="$2" status --porcelain -uall'


@dataclass(frozen=True)
class Crawler:
    """`exit`: what the program ends with where all is well. `program`: what must be installed, if no word tells."""

    name: str
    command: tuple[str, ...]
    exit: int = 0
    program: str = ""

    @property
    def needs(self) -> str:
        return self.program or self.command[0]

    @property
    def missing(self) -> str:
        """Why it cannot run here, or nothing."""
        return "" if shutil.which(self.needs) else f"{self.needs} is not installed"

    def run(self, here: Path, out: Path, patience_s: float = PATIENCE_S) -> subprocess.CompletedProcess[bytes]:
        """Run to the end; subprocess.TimeoutExpired if there is none."""
        places = {"HERE": str(here), "AROUND": str(here.parent), "OUT": str(out)}
        return subprocess.run(
            [places.get(word, word) for word in self.command],
            cwd=here,
            # A cache, a configuration or a repository of whoever runs this must play no part.
            env={"PATH": os.environ["PATH"], "HOME": str(out.parent), "LANG": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=patience_s,
            check=False,
        )


def _command(name: str, *command: str, exit: int = 0, program: str = "") -> Crawler:
    return Crawler(name, command, exit, program)


READERS = (
    _command("find", "find", ".", "-size", "+1"),
    _command("find -L", "find", "-L", ".", "-type", "f"),
    _command("ls -laR", "ls", "-laR"),
    _command("du", "du", "-s", "."),
    _command("tree", "tree", "-l"),
    _command("ncdu", "ncdu", "-0", "-o", "OUT", "."),
    _command("os.walk", sys.executable, "-c", _WALK, "HERE"),
    _command("pathlib.rglob", sys.executable, "-c", _GLOB, "HERE"),
    _command("updatedb", "updatedb", "-l", "0", "-U", "AROUND", "-o", "OUT", "--prunepaths", ""),
    _command(
        "updatedb, pruned", "updatedb", "-l", "0", "-U", "AROUND", "-o", "OUT", "--prunepaths", "",
        "--add-prunefs", "fuse.vvault",
    ),
    _command("git status, in it", "git", "status", exit=FOUND_NO_REPOSITORY),
    _command("git status, around it", "sh", "-c", _AROUND, "sh", "OUT", "HERE", program="git"),
)  # fmt: skip
"""What looks at everything and takes nothing along."""

COPIERS = (
    _command("cp -rL", "cp", "-rL", ".", "OUT"),
    _command("rsync -aL", "rsync", "-aL", "./", "OUT"),
    _command("tar ch", "tar", "-chf", "OUT", "."),
    _command("zip -r", "zip", "-qr", "OUT", "."),
    _command("rclone copy -L", "rclone", "copy", "-L", "-q", ".", "OUT"),
)
"""What copies the pictures that links lead to."""

KEEPERS = (
    _command("cp -a", "cp", "-a", ".", "OUT"),
    _command("rsync -a", "rsync", "-a", "./", "OUT"),
    _command("tar c", "tar", "-cf", "OUT", "."),
    _command("zip -ry", "zip", "-qry", "OUT", "."),
    _command("restic backup", "sh", "-c", _RESTIC, "sh", "OUT", program="restic"),
)
"""What copies links as links."""

CRAWLERS = READERS + COPIERS + KEEPERS
