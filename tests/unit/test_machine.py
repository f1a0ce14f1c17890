"""What the machine is occupied with, by what its kernel tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from vaultd.ingest.machine import Processors, on_battery


def supply(folder: Path, name: str, **facts: str) -> None:
    """A power supply as sysfs shows one."""
    (folder / name).mkdir(parents=True)
    for fact, value in facts.items():
        (folder / name / fact).write_text(value + "\n")


@pytest.mark.parametrize(
    ("supplies", "expected"),
    [
        ({}, False),
        ({"BAT0": {"type": "Battery", "status": "Discharging"}}, True),
        ({"BAT0": {"type": "Battery", "status": "Charging"}}, False),
        ({"BAT0": {"type": "Battery", "status": "Discharging"}, "AC": {"type": "Mains", "online": "0"}}, True),
        ({"BAT0": {"type": "Battery", "status": "Not charging"}, "AC": {"type": "Mains", "online": "1"}}, False),
        ({"BAT0": {"type": "Battery", "status": "Discharging"}, "C": {"type": "USB", "online": "1"}}, False),
        ({"mouse": {"type": "Battery", "status": "Discharging", "scope": "Device"}}, False),
        ({"UPS": {"type": "UPS"}, "BAT0": {"type": "Battery"}}, False),
    ],
)
def test_a_machine_is_on_battery_when_its_own_drains_and_nothing_feeds_it(
    tmp_path: Path, supplies: dict[str, dict[str, str]], expected: bool
) -> None:
    for name, facts in supplies.items():
        supply(tmp_path, name, **facts)
    assert on_battery(tmp_path) is expected
    assert on_battery(tmp_path / "none") is False


def test_work_of_low_priority_and_waiting_for_disks_do_not_count_as_busy(tmp_path: Path) -> None:
    stat = tmp_path / "stat"
    stat.write_text("cpu  100 100 100 100 100 10 10 10 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n")
    processors = Processors(stat)
    assert processors.busy_percent() == 0, "no time has passed"
    stat.write_text("cpu  140 130 110 110 110 10 10 10 0 0\n")
    assert processors.busy_percent() == 50
    stat.write_text("cpu  140 230 110 110 110 10 10 10 0 0\n")
    assert processors.busy_percent() == 0


def test_the_kernel_of_this_machine_is_understood() -> None:
    assert 0 <= Processors().busy_percent() <= 100
    assert on_battery() in (True, False)
