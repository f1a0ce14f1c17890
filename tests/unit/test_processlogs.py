"""The gate behind every test: an alarm in a log of a process is found, once, and only if nobody expects it."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.processlogs import ProcessLogs

BEFORE = "2026-01-02 03:04:05,678 "
QUIET = f"{BEFORE}INFO vaultd: started\n{BEFORE}DEBUG vaultd: WARNING is only a word here\nfuse: said by libfuse\n"
TRACEBACK = 'Traceback (most recent call last):\n  File "x.py", line 1\nValueError: no\n'


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "daemon"


@pytest.fixture
def logs(log: Path) -> ProcessLogs:
    made = ProcessLogs()
    made.watch(log, lambda: [log])
    return made


@pytest.mark.parametrize(
    "alarm",
    [f"{BEFORE}{level} vaultd: it failed\n" for level in ("WARNING", "ERROR", "CRITICAL")]
    + [
        TRACEBACK,
        f"{BEFORE}INFO vaultd: caught\n{TRACEBACK}",
        "sys:1: RuntimeWarning: coroutine 'x' was never awaited\n",
    ],
)
def test_an_alarm_is_found_once(logs: ProcessLogs, log: Path, alarm: str) -> None:
    log.write_text(QUIET + alarm + QUIET)
    (found,) = logs.alarms()
    assert alarm.strip() in found
    assert str(log) in found
    assert logs.alarms() == []


def test_what_is_quiet_is_no_alarm(logs: ProcessLogs, log: Path) -> None:
    assert logs.alarms() == []
    log.write_text(QUIET)
    assert logs.alarms() == []


def test_an_expected_alarm_is_none_and_the_traceback_belongs_to_it(logs: ProcessLogs, log: Path) -> None:
    log.write_text(f"{BEFORE}ERROR vaultd: the disk is full\n{TRACEBACK}{BEFORE}WARNING vaultd: and this\n")
    (found,) = logs.alarms(["disk is full"])
    assert "and this" in found


def test_a_line_that_is_being_written_is_read_when_it_is_whole(logs: ProcessLogs, log: Path) -> None:
    log.write_text(f"{BEFORE}ERR")
    assert logs.alarms() == []
    log.write_text(f"{BEFORE}ERROR vaultd: it failed\n")
    assert len(logs.alarms()) == 1


def test_the_log_of_a_process_that_has_ended_is_read_to_its_end(logs: ProcessLogs, log: Path) -> None:
    logs.ended(log)
    log.write_text(TRACEBACK)
    assert len(logs.alarms()) == 1
    log.write_text(TRACEBACK * 2)
    assert logs.alarms() == [], "nobody writes there any more"
