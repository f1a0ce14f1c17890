"""Where the network ends at the loopback, all works as ever, and nothing tries to reach beyond it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest

from support.cut_off import CutOff
from support.ingesting import draw
from support.tinypack import write_pack
from support.vault import VVAULT, RunningVault, eventually
from vaultipc.errors import EXIT_DONE, EXIT_NOTHING

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.fuse,
    pytest.mark.skipif(os.getuid() != 0, reason="only root can give processes a network of their own"),
]

TRY = """
import socket, sys
kind, family, address = getattr(socket, sys.argv[1]), getattr(socket, sys.argv[2]), sys.argv[3]
try:
    socket.socket(family, kind).connect((address, 53))
except OSError:
    pass
"""
RUN_ALL = """
import json, sys
from vaultd.cli.__main__ import run
print("\\n" + json.dumps({words: run(words.split(" ")) for words in sys.argv[1:]}), file=sys.stderr)
"""
COMMANDS = (
    "add Pictures",
    "wait --timeout 60",
    "search red car",
    "save everything width:>0",
    "tag mine --query width:>0",
    "model list",
    "backup",
    "rescan --wait",
    "doctor --deep",
)


@pytest.fixture
def cut() -> Iterator[CutOff]:
    try:
        cut = CutOff()
    except OSError as error:
        pytest.skip(f"the network cannot be cut off here: {error}")
    with cut:
        yield cut


@pytest.mark.parametrize(
    ("kind", "family", "address"),
    [
        ("SOCK_STREAM", "AF_INET", "192.0.2.1"),
        ("SOCK_STREAM", "AF_INET6", "2001:db8::1"),
        ("SOCK_DGRAM", "AF_INET", "192.0.2.1"),
        ("SOCK_STREAM", "AF_INET", "127.0.0.1"),
    ],
)
def test_whoever_tries_is_counted(cut: CutOff, kind: str, family: str, address: str) -> None:
    assert cut.tried() == {}
    subprocess.run([*cut.inside, sys.executable, "-c", TRY, kind, family, address], check=True)
    assert sum(cut.tried().values()) == 1


def test_everything_works_without_a_network_and_nothing_tries_to_reach_one(cut: CutOff, vault: RunningVault) -> None:
    for number in range(3):
        draw(vault.pictures / f"{number}.png", f"rgb({100 * number}, 40, 60)")
    vault.environ["VVAULT_MODEL_NAME"] = str(write_pack(vault.home / "tiny", "tiny"))
    vault.program = [*cut.inside, VVAULT]
    vault.start()
    vault.mount()
    ended = commands(vault, cut)
    assert set(ended.values()) <= {EXIT_DONE, EXIT_NOTHING}, (ended, vault.log("commands"))
    assert len(vault.listing("search/sunset/.all")) == 3
    for folder in ("", "by/type", "saved/everything", "tags/mine", "recent", "search"):
        assert vault.listing(folder)
    assert (vault.mountpoint / "STATUS.txt").read_text()
    (vault.mountpoint / "tags" / "hand").mkdir()
    shutil.copy(next(vault.pictures.iterdir()), vault.mountpoint / "tags/hand/new name.jpg")
    eventually(lambda: vault.call("search", "tag:hand")["total"] == 1, "the picture is tagged")
    assert cut.tried() == {}


def commands(vault: RunningVault, cut: CutOff) -> dict[str, int]:
    """How each `vvault …` ends in there, one after the other."""
    with (vault.logs / "commands").open("wb") as log:
        done = subprocess.run(
            [*cut.inside, sys.executable, "-c", RUN_ALL, *COMMANDS],
            env=vault.environ,
            cwd=vault.home,
            stdout=log,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    ended: dict[str, int] = json.loads(done.stderr.splitlines()[-1])
    return ended
