"""What holds for every test: its level, what it may log, and what it may leave behind (nothing).

The level of a test is its folder. Everything a run makes lies below one session folder, which is also TMPDIR of every
process it starts: so leftovers can be told from other people's mounts and processes. Where tests run beside each other
(`-n 2`, pytest-xdist), each process that runs some has a session folder of its own.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from support import leftovers
from support.once import once
from support.processlogs import LOGS, shown
from support.vault import RunningVault
from vaultd.demo.labels import labels_path
from vaultd.demo.library import DEFAULT_COUNT, Written, write

LEVELS = ("property", "tree", "torch", "fault", "mounted", "contract", "web", "unit")
"""In the order in which they run: at the end many small files, which keep all cores busy until the last."""
HERE = Path(__file__).parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also run the tests marked long")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Makes the session folder. Short, because the path of a Unix socket below it may have 107 bytes at most."""
    # A shell ignores SIGINT in its background jobs, and every process started by a test would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    whole_run = Path(tempfile.gettempdir()) if _is_worker(config) else None
    folder = Path(tempfile.mkdtemp(prefix="vv-", dir=whole_run and whole_run.parent))
    config.stash[SESSION_FOLDER] = folder
    config.stash[RUN_FOLDER] = whole_run or folder
    config.stash[LEFTOVERS] = []
    config.stash[CHECKS_FD] = os.environ.pop("CHECKS_FD", "")  # nobody else can read it
    config.option.basetemp = folder / "p"  # of `tmp_path`
    # A red run must be the change's doing, not the dice's or a busy machine's; --long rolls new dice.
    hypothesis.settings.register_profile("everyday", deadline=None, derandomize=True)
    hypothesis.settings.register_profile("long", deadline=None, max_examples=1000, print_blob=True)
    hypothesis.settings.load_profile("long" if config.getoption("--long") else "everyday")
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)


SESSION_FOLDER = pytest.StashKey[Path]()
RUN_FOLDER = pytest.StashKey[Path]()
"""One for all processes of a run: what one of them makes for the others."""
LEFTOVERS = pytest.StashKey[list[str]]()
CHECKS_FD = pytest.StashKey[str]()
CHECKS = pytest.StashKey[str]()
"""What those checks of scripts/test said that failed; they run beside the tests."""


def _is_worker(config: pytest.Config) -> bool:
    """Whether this process runs tests for another one, which tells of them."""
    return hasattr(config, "workerinput")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    skips = _skips(config)
    for item in items:
        level = _level(item)
        item.add_marker(level)
        if level == "mounted":
            item.add_marker("fuse")
        for name, reason in skips.items():
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=reason))
    items.sort(key=lambda item: LEVELS.index(_level(item)))


def _level(item: pytest.Item) -> str:
    level = item.path.relative_to(HERE).parts[0]
    if level not in LEVELS:
        raise pytest.UsageError(f"{item.path} is in no folder of a level ({', '.join(LEVELS)})")
    return level


def _skips(config: pytest.Config) -> dict[str, str]:
    """Markers whose tests cannot or should not run here, with the reason that is printed."""
    reasons = {}
    if not config.getoption("--long"):
        reasons["long"] = "takes long; run with --long"
    torch = importlib.util.find_spec("torch")
    if torch is None or torch.origin is None:  # without an origin it is only our own folder of that name
        reasons["torch"] = "torch is not installed (pip install 'visionary-vault[torch]')"
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        reasons["fuse"] = "/dev/fuse cannot be opened by this user"
    return reasons


class _Recorder(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def expect_log(request: pytest.FixtureRequest) -> Iterator[Callable[[str], None]]:
    """Fails a test that logs a warning or worse without having said so: `expect_log("part of the message")`.

    The same holds for the processes it starts (`pytest_runtest_teardown`). Where all tests of a module cause the same
    messages, they say so by the marker `expects_log`.
    """
    recorder, expected = _Recorder(), _marked(request.node)
    request.node.stash[EXPECTED] = expected
    logging.getLogger().addHandler(recorder)
    try:
        yield expected.append
    finally:
        logging.getLogger().removeHandler(recorder)
    messages = [f"{r.levelname} {r.name}: {r.getMessage()}" for r in recorder.records]
    unexpected = [m for m in messages if not any(part in m for part in expected)]
    assert not unexpected, "logged without being expected:\n" + "\n".join(unexpected)


EXPECTED = pytest.StashKey[list[str]]()


def _marked(item: pytest.Item) -> list[str]:
    return [part for marker in item.iter_markers("expects_log") for part in marker.args]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Fails a test whose daemon, mount or command said something alarming: read when its fixtures have ended."""
    yield
    expected = item.stash.get(EXPECTED, None)
    alarms = LOGS.alarms(_marked(item) if expected is None else expected)
    if alarms:
        pytest.fail("a process logged what was not expected:\n" + shown(alarms), pytrace=False)


@pytest.fixture
def short_path(pytestconfig: pytest.Config) -> Path:
    """Like tmp_path, but short enough that a socket fits below it, whatever the test's name."""
    return Path(tempfile.mkdtemp(prefix="", dir=pytestconfig.stash[SESSION_FOLDER]))


@pytest.fixture(scope="session")
def run_folder(pytestconfig: pytest.Config) -> Path:
    """A folder that all processes of a run share: for `once`."""
    return pytestconfig.stash[RUN_FOLDER]


@pytest.fixture(scope="session")
def demo(run_folder: Path) -> Written:
    """The demo library, written once: copy its folder, never change it."""
    place = once(run_folder, "demo", lambda folder: write(folder / "Pictures"))
    return Written(place / "Pictures", labels_path(place / "Pictures"), DEFAULT_COUNT)


@pytest.fixture
def vault(short_path: Path) -> Iterator[RunningVault]:
    """A vault with an empty home of its own; nothing runs until the test starts it."""
    with RunningVault(short_path) as running:
        yield running


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run that leaves a mount, a process or an alarm in a log behind is red; so is one whose checks failed."""
    folder, left = session.config.stash[SESSION_FOLDER], session.config.stash[LEFTOVERS]
    left += leftovers.clear(folder) + LOGS.alarms()
    if _is_worker(session.config):
        session.config.workeroutput["left"] = left  # type: ignore[attr-defined]  # of pytest-xdist
    if descriptor := session.config.stash[CHECKS_FD]:
        with open(int(descriptor), encoding="utf-8", errors="replace") as checks:
            session.config.stash[CHECKS] = checks.read()  # until the last one is through
    failed = session.config.stash.get(CHECKS, "")
    if left or failed:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    if session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A process that ran tests has ended: what it left behind counts as ours."""
    node.config.stash[LEFTOVERS] += getattr(node, "workeroutput", {}).get("left", [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(LEFTOVERS, []):
        terminalreporter.write_line(f"LEFT BEHIND (this run fails): {line}", red=True)
    if failed := config.stash.get(CHECKS, ""):
        terminalreporter.write_line(f"CHECKS FAILED (this run fails):\n{failed}", red=True)
