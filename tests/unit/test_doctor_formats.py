"""The doctor knows which formats are read, and what to install for the others."""

from __future__ import annotations

import importlib.util
from collections import Counter

import pytest

from vaultd import extras
from vaultd.handlers.doctor_formats import checks
from vaultd.worker.formats import VIDEO
from vaultd.worker.optional_formats import OPTIONAL


def test_each_format_is_said_to_be_read_where_its_package_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    always, *optional, videos = checks(Counter())
    assert "JPEG" in always.message
    assert [check.name for check in optional] == [f"format {one.name}" for one in OPTIONAL]
    assert all(
        (check.state, check.fix) == ("ok", "") and one.modules[0] in check.message
        for check, one in zip(optional, OPTIONAL, strict=True)
    )
    assert (videos.state, videos.message) == ("skip", "only pictures are read")


def test_a_missing_package_is_named_and_matters_where_files_wait_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    found = {check.name: check for check in checks(Counter({"SVG": 1, "raw": 1200, VIDEO: 12}))}
    assert {name: check.state for name, check in found.items()} == {
        "formats": "ok",
        "format HEIC": "skip",
        "format JPEG XL": "skip",
        "format raw": "warn",
        "format SVG": "warn",
        "videos": "skip",
    }
    assert "1,200 files are left out, counted when the folders were last looked through" in found["format raw"].message
    assert "`vvault rescan`" in found["videos"].message
    assert "1 file is left out" in found["format SVG"].message
    assert "12 files are left out" in found["videos"].message
    for one in OPTIONAL:
        assert extras.command(one.extra) in found[f"format {one.name}"].fix
