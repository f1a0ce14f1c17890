"""Another user of this computer: what they get when they call functions of the system. Only root can act for them.

bob = Someone(4001)
assert bob.does(("listdir", "/"), ("mkdir", "/x")) == [[...], "EACCES"]
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act for another user")

Call = tuple[object, ...]

_SCRIPT = """
import errno, json, os, sys

def read(path):
    with open(path, "rb") as file:
        return file.read().hex()

def write(path, text):
    with open(path, "w") as file:
        file.write(text)

def mode(path):
    return os.lstat(path).st_mode & 0o7777

def value(path, name):
    return os.getxattr(path, name).decode()

def outcome(name, *arguments):
    try:
        return (OURS.get(name) or getattr(os, name))(*arguments)
    except OSError as error:
        return errno.errorcode[error.errno]

OURS = {"read": read, "write": write, "mode": mode, "value": value}
uid, gid, groups, real, calls = json.loads(sys.argv[1])
os.setgroups(groups)
os.setresgid(gid, gid, gid)
os.setresuid(real, uid, real)
print(json.dumps([outcome(*call) for call in calls]))
"""


@dataclass(frozen=True)
class Someone:
    """A user, who need not have a name. `groups`: in which they are beside `gid`.

    `through`: what starts their programs. `real`: who acts in this one's name, as a server does; nobody else if None.
    """

    uid: int
    gid: int = 4999
    groups: tuple[int, ...] = ()
    through: tuple[str, ...] = ()
    real: int | None = None

    def does(self, *calls: Call) -> list[object]:
        """Return what each call gives them: its value, or the name of its error.

        A call is the name of a function of `os` and its arguments, or `read` (bytes as hexadecimal digits), `write`
        (path, text), `mode` (permissions of a path), `value` (path, extended attribute).
        """
        told = json.dumps(
            [
                self.uid,
                self.gid,
                self.groups,
                self.uid if self.real is None else self.real,
                [[_plain(word) for word in call] for call in calls],
            ]
        )
        done = subprocess.run(
            [*self.through, sys.executable, "-I", "-S", "-c", _SCRIPT, told],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        answers: list[object] = json.loads(done.stdout)
        return answers

    def gets(self, name: str, *arguments: object) -> object:
        """Return what one call gives them."""
        return self.does((name, *arguments))[0]


def _plain(word: object) -> object:
    return os.fspath(word) if isinstance(word, Path) else word
