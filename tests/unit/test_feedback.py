"""Verdicts on a query's results: said, replaced, taken back, carried along, told, and never in the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from support.catalog_rows import gesture
from support.handling import call, three_pictures
from vaultd.catalog import feedback, images, undo
from vaultd.catalog.store import Catalog
from vaultd.handlers.vault import Vault
from vaultd.query import parse
from vaultd.search.feedback import pull, subject
from vaultipc.errors import QueryError, UserError


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    with three_pictures(tmp_path) as made:
        yield made


def said(catalog: Catalog, query: str = "beach") -> dict[int, str]:
    with catalog.read() as sql:
        return {one.image: one.verdict for one in feedback.of(sql, query)}


async def test_a_verdict_is_said_once_and_the_other_one_takes_its_place(vault: Vault) -> None:
    result = await call(vault, "hide", query="beach", images=["1", "2", "1", "99"])
    assert (result.changed, result.unchanged, [error.item for error in result.errors]) == (2, 0, ["99"])
    assert (await call(vault, "hide", query="beach", images=["1"])).unchanged == 1
    assert (await call(vault, "prefer", query="beach", images=["1"])).changed == 1
    assert said(vault.catalog) == {1: "prefer", 2: "hide"}


async def test_only_the_verdict_that_stands_is_taken_back(vault: Vault) -> None:
    await call(vault, "hide", query="beach", images=["1"])
    assert (await call(vault, "prefer", query="beach", images=["1"], remove=True)).unchanged == 1
    assert (await call(vault, "hide", query="beach", images=["1", "2"], remove=True)).changed == 1
    assert said(vault.catalog) == {}


async def test_a_picture_can_be_named_by_its_path(vault: Vault) -> None:
    await call(vault, "hide", query="beach", images=["/pictures-of-a-test/photos/2.jpg"])
    assert said(vault.catalog) == {3: "hide"}


async def test_verdicts_are_listed_the_newest_first_and_by_query(vault: Vault) -> None:
    await call(vault, "hide", query="beach  sort:date", images=["1"])
    await call(vault, "prefer", query="car", images=["2"])
    listed = (await call(vault, "feedback")).feedback
    assert [(one.query, one.id, one.name, one.verdict) for one in sorted(listed, key=lambda one: one.id)] == [
        ("beach", "1", "0.jpg", "hide"),
        ("car", "2", "1.jpg", "prefer"),
    ]
    assert [one.id for one in (await call(vault, "feedback", query="beach limit:5")).feedback] == ["1"]
    assert (await call(vault, "feedback", query="dog")).feedback == []


@pytest.mark.parametrize("text", ["beach sort:date", "beach limit:3", "sort:name beach group:no", "  beach  "])
def test_order_limit_and_grouping_are_no_part_of_what_verdicts_are_kept_under(text: str) -> None:
    assert subject(parse(text)) == "beach"


async def test_a_query_without_conditions_has_nothing_to_be_hidden(vault: Vault) -> None:
    for text in ("", "sort:date"):
        with pytest.raises(QueryError):
            await call(vault, "hide", query=text, images=["1"])
    with pytest.raises(UserError):
        await call(vault, "hide", query="beach")


async def test_verdicts_are_undone_alone_or_as_one_group(vault: Vault) -> None:
    await call(vault, "prefer", query="beach", images=["1"])
    for content in ("1", "2"):
        await call(vault, "hide", query="beach", images=[content], origin="mount", group="7")
    (action, _) = (await call(vault, "log")).actions
    assert (action.kind, action.summary, action.count) == ("hide", "hide for “beach”", 2)
    await call(vault, "undo")
    assert said(vault.catalog) == {1: "prefer"}
    await call(vault, "undo")
    assert said(vault.catalog) == {}


async def test_a_changed_verdict_is_left_alone_by_an_older_undo(vault: Vault) -> None:
    first = await call(vault, "hide", query="beach", images=["1"])
    await call(vault, "prefer", query="beach", images=["1"])
    (undone,) = (await call(vault, "undo", action=first.action)).actions
    assert undone.skipped == ["what was said of image 1 in “beach”: changed since"]


def test_a_forgotten_picture_takes_its_verdicts_along(vault: Vault) -> None:
    with gesture(vault.catalog) as action:
        feedback.say(action, "beach", [1, 2], "hide")
    with vault.catalog.write() as tx:
        tx.sql.execute("DELETE FROM files WHERE image = 1")
        tx.sql.execute("DELETE FROM images WHERE id = 1")
    assert said(vault.catalog) == {2: "hide"}
    with vault.catalog.write() as tx:
        (done,) = undo.undo(tx, undo.newest(tx.sql, 1), "test")
    assert (done.undone, said(vault.catalog)) == (True, {})


def test_an_edited_picture_keeps_its_verdicts(vault: Vault) -> None:
    with gesture(vault.catalog) as action:
        feedback.say(action, "beach", [1], "hide")
    with vault.catalog.write() as tx:
        images.inherit(tx, 3, 1)
    assert said(vault.catalog) == {1: "hide", 3: "hide"}


async def test_an_edited_saved_search_takes_its_verdicts_along_if_asked_to(vault: Vault) -> None:
    await call(vault, "save", name="sea", query="beach")
    await call(vault, "hide", query="beach", images=["1", "2"])
    await call(vault, "prefer", query="beach -dog", images=["2"])
    await call(vault, "save", name="sea", query="harbour", replace=True)
    assert said(vault.catalog, "harbour") == {}
    await call(vault, "save", name="sea", query="beach", replace=True)
    await call(vault, "save", name="sea", query="beach -dog", replace=True, keep_feedback=True)
    assert said(vault.catalog, "beach -dog") == {1: "hide", 2: "prefer"}
    assert said(vault.catalog) == {1: "hide", 2: "hide"}
    await call(vault, "undo")
    assert said(vault.catalog, "beach -dog") == {2: "prefer"}


def test_examples_draw_by_what_they_have_and_the_others_have_not() -> None:
    rows = np.array([[1, 0.1, 0], [1, 0, 0.1], [1, 0, 0], [1, -0.1, 0]], np.float32)
    none = np.empty((0, 3), np.float32)
    assert pull(rows, rows[:1], none).argmax() == 0
    assert pull(rows, none, rows[:1]).argmin() == 0
    assert not pull(rows, none, none).any()
    assert not pull(rows[:1], rows[:1], none).any()
