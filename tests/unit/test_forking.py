"""A command in a fork does what it does when it is started from the file, or most tests would prove little."""

from __future__ import annotations

import subprocess

import pytest

from support import forking
from support.vault import VVAULT, RunningVault


@pytest.mark.parametrize(
    "words",
    [["--version"], ["status", "--json"], ["config", "path"], ["search", "\udcff"], ["nonsense"], ["daemon"]],
    ids=" ".join,
)
def test_a_forked_command_says_and_ends_as_one_from_the_file(vault: RunningVault, words: list[str]) -> None:
    vault.environ["VVAULT_LIBRARY_DATA"] = "/proc/nowhere"  # so that the daemon refuses
    started = subprocess.run(
        [VVAULT, *words],
        env=vault.environ,
        cwd=vault.home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    forked = vault.run(*words)
    assert (forked.returncode, forked.stdout, forked.stderr) == (started.returncode, started.stdout, started.stderr)
    assert started.stdout or started.stderr


def test_one_that_takes_too_long_is_ended(vault: RunningVault) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        vault.run("daemon", timeout=0.05)
    assert vault.run("--version").returncode == 0


def test_what_is_looked_at_when_a_process_starts_needs_a_new_one(vault: RunningVault) -> None:
    assert forking.fits(vault.environ)
    assert not forking.fits({**vault.environ, "PYTHONPATH": "/tmp"})
    assert not forking.fits({**vault.environ, "LANG": "de_DE.UTF-8"})
