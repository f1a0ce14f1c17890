"""Who uses a folder, as it is told when a mount ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vaultfs.users import User, told, users

STAND = "import os, sys; os.chdir(sys.argv[1]); print(flush=True); sys.stdin.read()"


def test_a_process_is_found_by_where_it_stands_and_we_are_not(tmp_path: Path) -> None:
    inside, beside = tmp_path / "vault", tmp_path / "vault-2"
    (inside / "search").mkdir(parents=True)
    beside.mkdir()
    ours = os.open(inside, os.O_RDONLY)
    processes = [
        subprocess.Popen([sys.executable, "-c", STAND, place], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for place in (inside / "search", beside)
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            process.stdout.readline()
        (found,) = users(os.fsencode(inside))
        assert (found.pid, found.how) == (processes[0].pid, "stands in it")
    finally:
        os.close(ours)
        for process in processes:
            process.communicate()
    assert users(os.fsencode(inside)) == []


@pytest.mark.parametrize(("count", "end"), [(1, "p0 (process 0) stands in it"), (7, "stands in it and 2 more")])
def test_of_many_only_some_are_named(count: int, end: str) -> None:
    said = told([User(pid, f"p{pid}", "stands in it") for pid in range(count)])
    assert said.endswith(end)
    assert said.count("process") == min(count, 5)
