"""Whatever users do, undoing all of it, the newest first, gives back what was there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.catalog_rows import image, keyword, opened
from vaultd.catalog import actions, albums, check, edits, feedback, marks, merged, rules, saved, tags, undo
from vaultd.catalog.actions import Action
from vaultd.catalog.store import Catalog, Transaction
from vaultipc.errors import UserError

Gesture = Callable[[Action], object]
State = dict[str, list[tuple[object, ...]]]

IMAGES = (1, 2, 3)
picked = st.lists(st.sampled_from(IMAGES), min_size=1, max_size=3)
tag_names = st.sampled_from(["a", "b", "a/c", "b/c", "a/c/d", "said"])
saved_names = st.sampled_from(["x", "y"])
queries = st.sampled_from(["dog", "cat", ""])
asked = st.sampled_from(["dog", "cat"])
verdicts = st.sampled_from(["hide", "prefer"])
album_names = st.sampled_from(["p", "q"])
before = st.sampled_from([None, *IMAGES])
one_of_them = st.sampled_from(IMAGES)
texts = st.dictionaries(st.sampled_from(edits.KINDS), st.sampled_from(["", "a dog", "a cat"]), min_size=1)


def gestures() -> st.SearchStrategy[Gesture]:
    """One change a person can make; some of them are refused, as they would be in life."""
    return st.one_of(
        st.builds(lambda name, ids: lambda a: tags.apply(a, tags.create(a, name), ids), tag_names, picked),
        st.builds(lambda name, ids: lambda a: tags.remove(a, tags.require(a.tx.sql, name), ids), tag_names, picked),
        st.builds(lambda name: lambda a: tags.create(a, name), tag_names),
        st.builds(lambda name: lambda a: tags.delete(a, name), tag_names),
        st.builds(lambda old, new: lambda a: tags.rename(a, old, new), tag_names, tag_names),
        st.builds(lambda name, query: lambda a: saved.put(a, name, query, "default"), saved_names, queries),
        st.builds(lambda name, query: lambda a: saved.put(a, name, query, "all", replace=True), saved_names, queries),
        st.builds(lambda old, new: lambda a: saved.rename(a, old, new), saved_names, saved_names),
        st.builds(lambda name: lambda a: saved.delete(a, name), saved_names),
        st.builds(lambda q, ids, v: lambda a: feedback.say(a, q, ids, v), asked, picked, verdicts),
        st.builds(lambda q, ids, v: lambda a: feedback.take_back(a, q, ids, v), asked, picked, verdicts),
        st.builds(lambda old, new: lambda a: feedback.carry(a, old, new), asked, asked),
        of_albums(),
        of_rules(),
        st.builds(lambda best, ids: lambda a: merged.merge(a, best, sorted({*ids} - {best})), one_of_them, picked),
        st.builds(lambda ids: lambda a: marks.favour(a, ids), picked),
        st.builds(lambda ids: lambda a: marks.unfavour(a, ids), picked),
        st.builds(lambda ids, stars: lambda a: marks.rate(a, ids, stars), picked, st.integers(0, 5)),
        st.builds(lambda ids, written: lambda a: edits.write(a, ids, written), picked, texts),
    )


def of_albums() -> st.SearchStrategy[Gesture]:
    """One change of an album."""
    return st.one_of(
        st.builds(lambda name: lambda a: albums.create(a, name), album_names),
        st.builds(
            lambda n, ids, at: lambda a: albums.add(a, albums.create(a, n), ids, at), album_names, picked, before
        ),
        st.builds(
            lambda n, ids, at: lambda a: albums.move(a, albums.require(a.tx.sql, n), ids, at),
            album_names,
            picked,
            before,
        ),
        st.builds(lambda n, ids: lambda a: albums.remove(a, albums.require(a.tx.sql, n), ids), album_names, picked),
        st.builds(lambda old, new: lambda a: albums.rename(a, old, new), album_names, album_names),
        st.builds(lambda n, force: lambda a: albums.delete(a, n, force=force), album_names, st.booleans()),
    )


def of_rules() -> st.SearchStrategy[Gesture]:
    """One change of a rule, or what it does when pictures match it."""
    numbers = st.integers(1, 3)
    return st.one_of(
        st.builds(
            lambda q, name, ids: lambda a: rules.give(a, rules.put(a, q, "strict", name), ids), asked, tag_names, picked
        ),
        st.builds(lambda n, ids: lambda a: rules.give(a, rules.require(a.tx.sql, n), ids), numbers, picked),
        st.builds(lambda n: lambda a: rules.remove(a, rules.require(a.tx.sql, n)), numbers),
    )


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """Three pictures, one of which says a tag by itself; every example runs in a transaction that is undone."""
    with opened(tmp_path_factory.mktemp("undo")) as catalog:
        with catalog.write() as tx:
            for number in IMAGES:
                image(tx, f"{number}.jpg")
            insert = "INSERT INTO tags (name, created_at, listed) VALUES ('said', 0, 0) RETURNING id"
            (tag,) = tx.sql.execute(insert).fetchone()
            keyword(tx, 1, tag)
        yield catalog


class _RollBack(Exception):
    pass


@contextmanager
def example(catalog: Catalog) -> Iterator[Transaction]:
    try:
        with catalog.write() as tx:
            yield tx
            raise _RollBack
    except _RollBack:
        pass


def do(tx: Transaction, gesture: Gesture, group: str = "") -> None:
    """One gesture, whole or refused."""
    tx.sql.execute("SAVEPOINT gesture")
    try:
        with actions.recorded(tx, "test", "test", "test", group) as action:
            gesture(action)
    except UserError:
        tx.sql.execute("ROLLBACK TO gesture")
    tx.sql.execute("RELEASE gesture")


def state(tx: Transaction) -> State:
    return {table: sorted(tx.sql.execute(f"SELECT * FROM {table}")) for table in actions.TABLES}


def undo_newest(tx: Transaction) -> list[str] | None:
    """Undoes one action; what was skipped, or None if there was nothing left to undo."""
    done = undo.undo(tx, undo.newest(tx.sql, 1), "test")
    return done[0].skipped if done else None


def undo_all(tx: Transaction) -> list[str]:
    skipped: list[str] = []
    while (more := undo_newest(tx)) is not None:
        skipped += more
    return skipped


fast = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
runs = st.lists(st.tuples(st.lists(gestures(), min_size=1, max_size=4), st.booleans()), max_size=6)


@fast
@given(runs=runs)
def test_undoing_everything_restores_everything(catalog: Catalog, runs: list[tuple[list[Gesture], bool]]) -> None:
    with example(catalog) as tx:
        before = state(tx)
        for number, (run, grouped) in enumerate(runs):
            for gesture in run:
                do(tx, gesture, f"group {number}" if grouped else "")
        assert undo_all(tx) == []
        assert state(tx) == before


@fast
@given(sequence=st.lists(gestures(), max_size=8))
def test_undoing_the_undos_restores_what_was_done(catalog: Catalog, sequence: list[Gesture]) -> None:
    with example(catalog) as tx:
        for gesture in sequence:
            do(tx, gesture)
        done = state(tx)
        undo_all(tx)
        for info in undo.log(tx.sql, 100):
            if info.kind == "undo":
                assert undo.undo(tx, [int(info.id)], "test")[0].skipped == []
        assert state(tx) == done


@fast
@given(sequence=st.lists(st.tuples(gestures(), st.sampled_from(["g", "h", ""])), max_size=12), data=st.data())
def test_undo_in_any_order_and_of_interleaved_groups_never_breaks_the_catalog(
    catalog: Catalog, sequence: list[tuple[Gesture, str]], data: st.DataObject
) -> None:
    with example(catalog) as tx:
        before = state(tx)
        for gesture, group in sequence:
            do(tx, gesture, group)
        order = data.draw(st.permutations([int(info.id) for info in undo.log(tx.sql, 100)]))
        skipped = [text for info in undo.undo(tx, order, "test") for text in info.skipped]
        assert all(item.state == "ok" for item in check.check(tx.sql, deep=True))
        assert skipped or state(tx) == before


@fast
@given(sequence=st.lists(st.tuples(gestures(), st.sampled_from(["g", ""])), min_size=1, max_size=8))
def test_a_dry_run_foretells_what_is_skipped(catalog: Catalog, sequence: list[tuple[Gesture, str]]) -> None:
    with example(catalog) as tx:
        for gesture, group in sequence:
            do(tx, gesture, group)
        done = state(tx)
        oldest_first = undo.newest(tx.sql, 100)[::-1]
        foretold = undo.undo(tx, oldest_first, "test", dry_run=True)
        assert state(tx) == done
        happened = undo.undo(tx, oldest_first, "test")
        assert [info.skipped for info in foretold] == [info.skipped for info in happened]
