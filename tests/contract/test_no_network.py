"""Nothing but `vvault model pull` uses the network: every other command runs where using it is deadly.

The gallery is left out, for it listens; that it asks nobody is what import-linter and its own tests say.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from support import no_internet
from support.vault import RunningVault, eventually
from vaultd.cli.command import Command, Word
from vaultd.cli.registry import COMMANDS
from vaultd.demo.library import write
from vaultipc.errors import EXIT_BUG

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.skipif(platform.machine() not in ("x86_64", "aarch64"), reason="the filter knows two processors"),
]

RUN_ALL = """
import json, sys
from vaultd.cli.__main__ import run
for words in json.loads(sys.argv[1]):
    print(words, run(words), file=sys.stderr, flush=True)
"""
TRY = "import socket; socket.socket(socket.AF_UNIX).close(); socket.socket(socket.AF_INET)"
FOREGROUND = {"up", "daemon", "mount", "web"}
APART = {"stop", "model pull"}
SEARCHABLE = "1 picture searchable"
LAST = ["pause", "resume", "undo", "remove"]


@pytest.fixture
def guarded() -> Iterator[ThreadPoolExecutor]:
    """A thread whose children cannot reach the network."""
    with ThreadPoolExecutor(1, initializer=no_internet.forbid) as thread:
        yield thread


def test_the_guard_kills_who_tries(guarded: ThreadPoolExecutor) -> None:
    def tried() -> int:
        return subprocess.run([sys.executable, "-c", TRY], check=False).returncode

    assert guarded.submit(tried).result() == no_internet.KILLED
    assert tried() == 0


def test_no_command_but_model_pull_opens_an_internet_socket(vault: RunningVault, guarded: ThreadPoolExecutor) -> None:
    write(vault.pictures, count=1)
    place = ["--no-web"] if os.access("/dev/fuse", os.W_OK) else ["--no-web", "--no-mount"]
    everything = guarded.submit(vault.spawn, "up", "--yes", *place).result()
    try:
        eventually(lambda: everything.poll() is not None or SEARCHABLE in vault.log("up"), "all is read", 150)
        others = [command for command in COMMANDS.values() if command.name not in FOREGROUND | APART]
        lines = sorted((_line(command, vault) for command in others), key=lambda words: words[0] in LAST)
        done = guarded.submit(_run_all, vault, lines).result()
        assert done.returncode == 0, done.stderr
        assert f" {EXIT_BUG}\n" not in done.stderr
        assert everything.poll() is None, vault.log("up")
        assert "ended" not in vault.log("up")
        assert guarded.submit(_run_all, vault, [["stop"]]).result().returncode == 0
        assert everything.wait(60) == 0
    finally:
        everything.terminate()
        everything.wait(60)


def _run_all(vault: RunningVault, lines: list[list[str]]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", RUN_ALL, json.dumps(lines)]
    return subprocess.run(
        command,
        env=vault.environ,
        cwd=vault.home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def _line(command: Command, vault: RunningVault) -> list[str]:
    """The command with something for each word that it must have."""
    flags = {"demo": ["--count", "2"], "wait": ["--timeout", "20"], "model bench": ["--batch", "1"]}
    words = [_word(word, vault) for word in command.words if word.times in ("1", "+")]
    return [*command.name.split(), *words, *flags.get(command.name, [])]


def _word(word: Word, vault: RunningVault) -> str:
    picture = next(path for path in sorted(vault.pictures.rglob("*")) if path.is_file())
    paths = {"FOLDER": vault.pictures, "DIR": vault.home / "dir", "IMAGE": picture, "FILE": picture}
    texts = {"QUERY": "red car", "NAME": "mini", "KEY": "model.name"}
    return str(paths.get(word.metavar) or texts.get(word.metavar, "3"))
