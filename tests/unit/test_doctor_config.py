"""What `doctor` says of the configuration that the daemon runs with."""

from __future__ import annotations

from pathlib import Path

import pytest

from vaultd.config import load
from vaultd.handlers.doctor_config import check
from vaultipc.messages import Check

LIMIT = "[search]\nlimit = 5\n"


def told(folder: Path, begun: str | None, now: str | None, *, usual: bool = False) -> Check:
    """What is said after the daemon began with one text in the file, and there is another one now; None is no file."""
    home = {"HOME": str(folder)}
    file = load(None, home).file if usual else folder / "my.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    if begun is not None:
        file.write_text(begun)
    config = load(None if usual else file, home)
    file.unlink(missing_ok=True)
    if now is not None:
        file.write_text(now)
    return check(config, home)


@pytest.mark.parametrize("usual", [True, False])
def test_a_file_that_is_as_it_was_is_named(tmp_path: Path, usual: bool) -> None:
    said = told(tmp_path, LIMIT, "# mine\n" + LIMIT, usual=usual)
    name = ".config/visionary-vault/config.toml" if usual else "my.toml"
    assert (said.state, said.message) == ("ok", f"as {tmp_path / name} says")


def test_where_there_is_no_file_it_is_said_where_one_would_be(tmp_path: Path) -> None:
    said = told(tmp_path, None, None, usual=True)
    assert said.state == "ok"
    assert str(tmp_path / ".config/visionary-vault/config.toml") in said.message


@pytest.mark.parametrize("now", ["[search]\nlimit = 7\n", ""])
def test_what_was_changed_since_the_start_is_told_with_what_to_do(tmp_path: Path, now: str) -> None:
    said = told(tmp_path, LIMIT, now)
    assert said.state == "warn"
    assert said.message.endswith("changed since the start: search.limit")
    assert "started again" in said.fix


@pytest.mark.parametrize("now", ["[search]\nlimit = 'many'\nlevle = 1\n", "[search\n", None])
def test_a_file_that_the_next_start_would_end_at_is_told_before_that(tmp_path: Path, now: str | None) -> None:
    said = told(tmp_path, LIMIT, now)
    assert said.state == "fail"
    assert said.message.startswith("the next start will fail: ")
    assert said.fix
