"""How much there is, counted only when there is something new."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.shelf import Shelf
from vaultd.catalog import tallies
from vaultd.catalog.tallies import Tallier, Tallies


def test_what_there_is_is_counted_again_only_after_a_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, counted = Shelf(tmp_path), [0]
    plain = tallies.count

    def noting(*arguments: object) -> Tallies:
        counted[0] += 1
        return plain(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(tallies, "count", noting)
    tallier = Tallier(shelf.catalog)
    assert tallier.known() is None
    assert tallier.count(shelf.catalog.rows_changed()).images == 0
    assert tallier.known() == Tallies(images=0, files=0, failed=0, offline=0)
    image = shelf.image("a.jpg")
    assert tallier.known() is None
    assert tallier.count(shelf.catalog.rows_changed()).images == 1
    shelf.lose(image)
    assert tallier.known() is None
    assert tallier.count(shelf.catalog.rows_changed()).images == 0
    assert counted == [3]
    shelf.close()
