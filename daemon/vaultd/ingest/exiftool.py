"""exiftool, asked to read and write XMP packets: the one program that writes into nearly every format.

It works on files of ours alone: copies of pictures, under names that the vault chose, in a folder that nobody else
sees. So no name of the user's is ever an argument, no unfinished file of its lies beside a picture, and a picture that
makes it fail is a copy. It reads no configuration, which could hold programs. Several files go to one process; where
that fails or takes too long, each is tried alone, and one that is bad costs itself.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import trio

from vaultipc.errors import UserError

PROGRAM = "exiftool"
START_S = 60.0
EACH_S = 10.0
"""A process is ended after the one, and the other for each of its files."""
_ANY = ""
SAID = 300
"""Characters of what it says that a person is told."""
_ALWAYS = ("-config", "", "-q", "-q", "-charset", "filename=utf8", "-api", "largefilesupport=1")


def check_there() -> None:
    """Raises UserError where exiftool is not installed."""
    if shutil.which(PROGRAM) is None:
        raise UserError(
            "pictures' files are written by exiftool, which is not installed",
            hint="install it (Debian, Ubuntu: `apt install libimage-exiftool-perl`; Fedora: `dnf install"
            " perl-Image-ExifTool`; Arch: `pacman -S perl-image-exiftool`), or write `--into sidecars`",
        )


async def packets(folder: Path, names: Sequence[str]) -> dict[str, str]:
    """Writes the XMP packet of each picture `12.jpg` of the folder to `12.packet`, where it has one.

    Returns why, by name, for those that cannot be read.
    """
    return await _each(folder, ("-b", "-XMP", "-w!", "%f.packet"), names)


async def put(folder: Path, names: Sequence[str]) -> dict[str, str]:
    """Writes `12.packet` into the picture `12.jpg` of the folder; returns why, by name, for those that cannot be."""
    return await _each(folder, ("-overwrite_original_in_place", "-XMP<=%f.packet"), names)


async def remove(folder: Path, names: Sequence[str]) -> dict[str, str]:
    """Takes all XMP out of these; returns why, by name, for those of which it cannot be taken."""
    return await _each(folder, ("-overwrite_original_in_place", "-XMP:all="), names)


async def _each(folder: Path, arguments: tuple[str, ...], names: Sequence[str]) -> dict[str, str]:
    """Does it with all together; with each alone where it cannot be told which of them was bad."""
    if not names:
        return {}
    problems = await _run(folder, arguments, names)
    if _ANY not in problems:
        return problems
    if len(names) == 1:
        return {names[0]: problems[_ANY]}
    alone = [await _each(folder, arguments, [name]) for name in names]
    return {name: said for one in alone for name, said in one.items()}


async def _run(folder: Path, arguments: tuple[str, ...], names: Sequence[str]) -> dict[str, str]:
    """What went wrong, by the name of the file it is about, _ANY where that cannot be told."""
    with trio.move_on_after(START_S + EACH_S * len(names)):
        done = await trio.run_process(
            [PROGRAM, *_ALWAYS, *arguments, *names],
            cwd=folder,
            env={**os.environ, "LC_ALL": "C.UTF-8", "PERL5LIB": "", "PERL5OPT": ""},
            check=False,
            capture_stdout=True,
            capture_stderr=True,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode not in (0, 1):  # 1: it said of a file why it was not written
            return {_ANY: f"exiftool ended with {done.returncode}"}
        return _problems(done.stderr.decode("utf-8", "replace"), names)
    return {_ANY: "exiftool takes too long with it"}


def _problems(said: str, names: Sequence[str]) -> dict[str, str]:
    """`Error: Not a valid JPG - 12.jpg`, by the name; warnings are none, as what was written is read again."""
    found: dict[str, str] = {}
    for line in said.splitlines():
        if line.startswith("Error"):
            what, _, name = line.removeprefix("Error: ").rpartition(" - ")
            found[name if name in names else _ANY] = (what or line)[:SAID]
    return found
