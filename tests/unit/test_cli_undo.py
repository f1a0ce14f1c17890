"""`vvault undo N`: a person is shown what more than one step takes back, and asked; a program is not."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.answering import AnsweringServer
from vaultd.cli.__main__ import run
from vaultipc import messages
from vaultipc.errors import EXIT_DONE, EXIT_NOTHING

UNDONE = messages.Actions(
    actions=[
        messages.ActionInfo(
            id=str(number), time="2026-01-01T00:00:00Z", kind="tag", summary=f"tagged {number}", count=1, undone=True
        )
        for number in (9, 8)
    ]
)


@pytest.fixture
def daemon(short_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AnsweringServer]:
    monkeypatch.setenv("HOME", str(short_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("VVAULT_SOCKET", str(short_path / "s"))
    with AnsweringServer(short_path / "s", {"undo": lambda _: UNDONE}) as server:
        yield server


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def asked(daemon: AnsweringServer) -> list[tuple[int, bool]]:
    """How many were to be undone by each request, and whether it was only a question."""
    requests: list[Any] = [request.params for request in daemon.requests]
    return [(params.count, params.dry_run) for params in requests]


@pytest.mark.parametrize(("typed", "goes"), [("Yes\n", True), ("n\n", False), ("\n", False), ("", False)])
def test_in_a_terminal_more_than_one_is_shown_and_asked_for(
    daemon: AnsweringServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    typed: str,
    goes: bool,
) -> None:
    monkeypatch.setattr("sys.stdin", _Terminal(typed))
    assert run(["undo", "100"]) == (EXIT_DONE if goes else EXIT_NOTHING)
    told = capsys.readouterr()
    assert "tagged 8" in told.out
    assert "Take back 2 actions?" in told.err
    assert ("Nothing was undone." in told.err) is not goes
    assert asked(daemon) == [(100, True), (100, False)][: 1 + goes]


@pytest.mark.parametrize(
    "words", [["undo", "100", "--yes"], ["undo", "100", "--json"], ["undo"], ["undo", "1"], ["undo", "--action", "8"]]
)
def test_nobody_is_asked_who_said_yes_or_takes_back_one(
    daemon: AnsweringServer, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setattr("sys.stdin", _Terminal(""))
    assert run(words) == EXIT_DONE
    assert [only_told for _, only_told in asked(daemon)] == [False]


def test_where_nobody_can_answer_it_is_done(daemon: AnsweringServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert run(["undo", "100"]) == EXIT_DONE
    assert asked(daemon) == [(100, False)]
