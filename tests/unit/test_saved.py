"""Saved searches, and recent ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.catalog_rows import gesture, opened
from vaultd.catalog import history, saved
from vaultd.catalog.store import Catalog
from vaultipc.errors import Conflict, NotFound, UserError


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with opened(tmp_path) as catalog:
        yield catalog


def all_saved(catalog: Catalog) -> dict[str, tuple[str, str]]:
    with catalog.read() as sql:
        return {search.name: (search.query, search.level) for search in saved.listing(sql)}


def remembered(catalog: Catalog) -> list[str]:
    with catalog.read() as sql:
        return [query for query, _ in history.listing(sql, 100)]


def remember(catalog: Catalog, *queries: str, keep: int = 50) -> None:
    for query in queries:
        with catalog.write() as tx:
            history.remember(tx, query, keep)


def test_a_search_is_saved_changed_renamed_and_deleted(catalog: Catalog) -> None:
    with gesture(catalog) as action:
        assert saved.put(action, "dogs", "dog -cat", "default")
    with gesture(catalog) as action:
        assert saved.put(action, "dogs", "dog", "strict", replace=True)
        assert not saved.put(action, "dogs", "dog", "strict", replace=True)
    assert all_saved(catalog) == {"dogs": ("dog", "strict")}
    with gesture(catalog) as action:
        assert saved.rename(action, "dogs", "hounds")
        assert not saved.rename(action, "hounds", "hounds")
    assert all_saved(catalog) == {"hounds": ("dog", "strict")}
    with gesture(catalog) as action:
        saved.delete(action, "hounds")
    assert all_saved(catalog) == {}


def test_a_taken_name_is_a_conflict(catalog: Catalog) -> None:
    with gesture(catalog) as action:
        saved.put(action, "a", "", "default")
        saved.put(action, "b", "", "default")
        with pytest.raises(Conflict):
            saved.put(action, "a", "x", "default")
        with pytest.raises(Conflict):
            saved.rename(action, "a", "b")


def test_a_search_that_is_not_there_is_not_found(catalog: Catalog) -> None:
    with gesture(catalog) as action:
        with pytest.raises(NotFound):
            saved.rename(action, "a", "b")
        with pytest.raises(NotFound):
            saved.delete(action, "a")


@pytest.mark.parametrize("name", ["", ".query", "a/b", "a\nb"])
def test_a_name_that_no_folder_should_have_is_refused(catalog: Catalog, name: str) -> None:
    with gesture(catalog) as action, pytest.raises(UserError):
        saved.put(action, name, "dog", "default")


def test_a_query_is_remembered_when_it_is_first_opened_and_keeps_its_place(catalog: Catalog) -> None:
    remember(catalog, "dog", "cat", "dog")
    assert remembered(catalog) == ["cat", "dog"]


def test_opening_a_remembered_query_again_tells_nobody(catalog: Catalog) -> None:
    remember(catalog, "dog")
    seq = catalog.seq()
    remember(catalog, "dog")
    assert catalog.seq() == seq


def test_the_oldest_are_forgotten_first(catalog: Catalog) -> None:
    remember(catalog, "a", "b", "c", keep=2)
    assert remembered(catalog) == ["c", "b"]
    remember(catalog, "d", keep=0)
    assert remembered(catalog) == []


def test_a_forgotten_query_leaves_no_trace_in_the_catalog(catalog: Catalog) -> None:
    remember(catalog, "my secret")
    with catalog.write() as tx:
        history.forget(tx, "my secret")
    assert remembered(catalog) == []
    with catalog.read() as sql:
        assert sql.execute("SELECT count(*) FROM action_rows").fetchone() == (0,)
    with pytest.raises(NotFound), catalog.write() as tx:
        history.forget(tx, "my secret")
