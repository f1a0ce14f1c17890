"""What is said of installing an extra works for how the package was installed."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from vaultd import extras


def test_from_a_clone_the_clone_is_named_whole_with_its_own_pip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = tmp_path / "my clone"
    (clone / ".venv/bin").mkdir(parents=True)
    for name in ("pyproject.toml", ".venv/bin/pip"):
        (clone / name).touch()
    monkeypatch.setattr(extras, "__file__", str(clone / "daemon/vaultd/extras.py"))
    monkeypatch.setattr(sys, "executable", str(clone / ".venv/bin/python"))
    assert shlex.split(extras.command("svg")) == [f"{clone}/.venv/bin/pip", "install", "-e", f"{clone}[svg]"]


def test_from_a_package_the_package_is_named_and_the_python_it_is_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extras, "__file__", str(tmp_path / "lib/site-packages/vaultd/extras.py"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    said = shlex.split(extras.command("svg"))
    assert said == [str(tmp_path / "python"), "-m", "pip", "install", "visionary-vault[svg]"]
