"""Programs that do something in the mount: each gesture is a process of its own, as it is for a person.

    python -m support.model.hands

reads gestures as JSON, one a line, makes each in a fork of itself, and answers with `""` or the name of its errno. What
one process does is one action to the vault, so the process must be another one each time; to fork a small one is cheap.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

COPIED = 1 << 16
TESTS = str(Path(__file__).parents[2])
"""Where these modules are imported from."""


class Hands:
    """The other end: `make` has a gesture made by a new process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "support.model.hands"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": TESTS},
        )

    def make(self, gesture: str, *arguments: str) -> str:
        """Returns the name of the errno it ended with, empty if it went well."""
        reads, writes = self._process.stdout, self._process.stdin
        assert reads is not None
        assert writes is not None
        writes.write(json.dumps([gesture, *arguments]).encode() + b"\n")
        writes.flush()
        answer: str = json.loads(reads.readline())
        return answer

    def close(self) -> None:
        """The process ends."""
        self._process.communicate(timeout=10)


# ---- gestures ----------------------------------------------------------------------------------------------------


def copy(source: str, target: str) -> None:
    """As cp: an error of close(2) is an error."""
    _write(source, target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)


def copy_new(source: str, target: str) -> None:
    """As file managers copy: under a temporary name, then renamed; what cannot be renamed is removed."""
    part = f"{target}.part"
    _write(source, part, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        os.rename(part, target)
    except OSError:
        os.unlink(part)
        raise


def move(source: str, target: str) -> None:
    """As mv: across file systems it copies, and removes only what was copied whole."""
    try:
        os.rename(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        if os.path.islink(source):
            os.symlink(os.readlink(source), target)
        else:
            copy(source, target)
        os.unlink(source)


def remove_tree(folder: str) -> None:
    """As rm -r."""
    with os.scandir(folder) as entries:
        listed = [(entry.path, entry.is_dir(follow_symlinks=False)) for entry in entries]
    for path, is_folder in listed:
        remove_tree(path) if is_folder else os.unlink(path)
    os.rmdir(folder)


def write(path: str, text: str) -> None:
    """As an editor that writes in place."""
    descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def set_tags(path: str, value: str) -> None:
    """As setfattr and file managers do."""
    os.setxattr(path, "user.xdg.tags", value.encode())


def _write(source: str, target: str, flags: int) -> None:
    with open(source, "rb") as read:
        descriptor = os.open(target, flags, 0o644)
        try:
            while data := read.read(COPIED):
                os.write(descriptor, data)
        finally:
            os.close(descriptor)


GESTURES: dict[str, Callable[..., object]] = {
    "mkdir": os.mkdir,
    "rmdir": os.rmdir,
    "rm": os.unlink,
    "rm -r": remove_tree,
    "ln": os.link,
    "ln -s": os.symlink,
    "mv": move,
    "rename": os.rename,
    "cp": copy,
    "cp, by a file manager": copy_new,
    "cp of a file": shutil.copyfile,
    "write": write,
    "setfattr": set_tags,
}


def _made(gesture: str, arguments: list[str]) -> str:
    try:
        GESTURES[gesture](*arguments)
    except OSError as error:
        return errno.errorcode[error.errno or 0].replace("EOPNOTSUPP", "ENOTSUP")
    return ""


def main() -> None:
    """Answers until its input ends."""
    for line in sys.stdin.buffer:
        gesture, *arguments = json.loads(line)
        reads, writes = os.pipe()
        child = os.fork()
        if not child:
            os.write(writes, json.dumps(_made(gesture, arguments)).encode() + b"\n")
            os._exit(0)
        os.close(writes)
        answer = b""
        while data := os.read(reads, 1024):
            answer += data
        os.close(reads)
        os.waitpid(child, 0)
        sys.stdout.buffer.write(answer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
