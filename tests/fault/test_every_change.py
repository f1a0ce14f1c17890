"""However files change, while a daemon runs or while none does: nothing is lost, nothing is doubled, nothing redone."""

from __future__ import annotations

import pytest

from support.changing import Changing
from support.vault import RunningVault


@pytest.mark.timeout(600)
@pytest.mark.parametrize("many", [300, pytest.param(10_000, marks=pytest.mark.long)])
@pytest.mark.parametrize("daemon", ["runs", "is away"])
def test_whatever_happens_to_files_all_that_is_known_of_them_stays(vault: RunningVault, daemon: str, many: int) -> None:
    library = Changing(vault)
    library.fill(many)
    library.step(True, daemon_runs=daemon == "runs")
    library.step(False, daemon_runs=daemon == "runs")
