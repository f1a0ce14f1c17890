"""How the end of a process that `vvault up` keeps is told."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.vault import eventually
from vaultd.app.up.child import Child, ChildFailed, running

STAMP = "2026-01-02 03:04:05,678"


async def told_end(folder: Path, end: str) -> list[str]:
    """What is told of a process that gets ready, logs that it answers, does `end`, and cannot be started again."""
    log = f"echo '{STAMP} INFO vaultd: mini 1 answers now' >&2"
    # $0 to $3 are `--ready-fd N --until-fd N`; the second start finds the file of the first and ends.
    script = f"test -e {folder}/once && exit 1; touch {folder}/once; {log}; echo ready > /proc/self/fd/$1; {end}"
    told: list[str] = []
    with pytest.raises(ChildFailed):
        async with running(Child("daemon", ["sh", "-c", script], folder / "log", patience_s=5)) as child:
            await child.keep(told.append)
    return told


async def test_a_killed_part_is_told_in_one_line_without_its_log(tmp_path: Path) -> None:
    assert await told_end(tmp_path, "kill -9 $$") == ["The daemon was killed (signal 9). It is started again."]


async def test_the_errors_that_a_part_died_of_are_told(tmp_path: Path) -> None:
    error = f"{STAMP} ERROR vaultd: the disk is gone"
    assert await told_end(tmp_path, f"echo '{error}' >&2; exit 70") == [
        f"The daemon ended with exit code 70.\n{error}\nIt is started again."
    ]


async def test_a_log_cut_in_the_middle_of_a_line_tells_no_half_of_it(tmp_path: Path) -> None:
    lines = f"for i in $(seq 200); do echo '{STAMP} INFO vaultd: a line' >&2; done"
    assert await told_end(tmp_path, f"{lines}; exit 70") == ["The daemon ended with exit code 70. It is started again."]


KEEPER = """
import sys, trio
from pathlib import Path
from vaultd.app.up.child import Child, running
async def keep(folder):
    script = f"echo ready > /proc/self/fd/$1; cat <&$3; touch {folder}/heard"
    async with running(Child("daemon", ["bash", "-c", script], folder / "log", patience_s=5)):
        print("kept", flush=True)
        await trio.sleep_forever()
trio.run(keep, Path(sys.argv[1]))
"""


def test_a_part_hears_when_whoever_keeps_it_was_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", KEEPER, str(tmp_path)], stdout=subprocess.PIPE) as keeper:
        assert keeper.stdout is not None
        assert keeper.stdout.readline() == b"kept\n"
        time.sleep(0.2)
        assert not (tmp_path / "heard").exists()
        keeper.kill()
        eventually((tmp_path / "heard").exists, "the part has heard of it")
