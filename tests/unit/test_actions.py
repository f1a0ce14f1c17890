"""Recording what users do, and undoing it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.catalog_rows import gesture, image, keyword, opened
from vaultd.catalog import actions, images, marks, saved, tags, undo
from vaultd.catalog.store import Catalog
from vaultipc.errors import Conflict, NotFound
from vaultipc.messages import ActionInfo


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with opened(tmp_path) as catalog:
        with catalog.write() as tx:
            for number in range(4):
                image(tx, f"{number}.jpg")
        yield catalog


def tag(catalog: Catalog, name: str, *images: int, origin: str = "test", group: str = "") -> str | None:
    with catalog.write() as tx, actions.recorded(tx, "tag", f"tag with {name}", origin, group) as action:
        tags.apply(action, tags.create(action, name), images)
    return action.id


def untag(catalog: Catalog, name: str, *images: int, origin: str = "test", group: str = "") -> str | None:
    with catalog.write() as tx, actions.recorded(tx, "untag", f"untag {name}", origin, group) as action:
        tags.remove(action, tags.require(tx.sql, name), images)
    return action.id


def delete(catalog: Catalog, name: str, origin: str = "test", group: str = "") -> str | None:
    with catalog.write() as tx, actions.recorded(tx, "tag-delete", f"delete tag {name}", origin, group) as action:
        tags.delete(action, name)
    return action.id


def take_back(catalog: Catalog, count: int = 1, *, dry_run: bool = False) -> list[ActionInfo]:
    with catalog.write() as tx:
        return undo.undo(tx, undo.newest(tx.sql, count), "test", dry_run=dry_run)


def take_back_one(catalog: Catalog, action: str | None) -> ActionInfo:
    assert action is not None
    with catalog.write() as tx:
        return undo.undo(tx, [int(action)], "test")[0]


def state(catalog: Catalog) -> dict[str, list[tuple[object, ...]]]:
    with catalog.read() as sql:
        return {table: sql.execute(f"SELECT * FROM {table}").fetchall() for table in actions.TABLES}


def log(catalog: Catalog) -> list[ActionInfo]:
    with catalog.read() as sql:
        return undo.log(sql, 100)


def carried(catalog: Catalog, name: str) -> list[int]:
    with catalog.read() as sql:
        found = tags.find(sql, name)
        return [] if found is None else tags.images_exactly(sql, found)


def test_a_gesture_that_changes_nothing_leaves_no_action(catalog: Catalog) -> None:
    assert tag(catalog, "pets", 1) is not None
    assert tag(catalog, "pets", 1) is None
    assert len(log(catalog)) == 1


def test_the_log_names_some_of_the_pictures_that_an_action_changed(catalog: Catalog) -> None:
    with catalog.write() as tx:
        for number in range(4, 8):
            image(tx, f"{number}.jpg")
    tag(catalog, "few", 2, 3)
    tag(catalog, "many", *range(1, 9))
    with catalog.write() as tx, actions.recorded(tx, "tag-create", "create tag none", "test", "") as action:
        tags.create(action, "none")
    none, many, few = log(catalog)
    assert (few.images, few.count) == (["2", "3"], 2)
    assert (len(set(many.images)), many.count) == (6, 8)
    assert none.images == []


def test_undoing_a_tag_takes_away_the_tag_that_was_made_for_it(catalog: Catalog) -> None:
    before = state(catalog)
    tag(catalog, "pets/dogs", 1, 2)
    (info,) = take_back(catalog)
    assert state(catalog) == before
    assert (info.kind, info.summary, info.count, info.undone, info.skipped) == (
        "tag",
        "tag with pets/dogs",
        2,
        True,
        [],
    )


def test_undoing_an_untag_brings_back_the_very_row_and_the_files_own_word(catalog: Catalog) -> None:
    tag(catalog, "pets", 1)
    with catalog.write() as tx:
        keyword(tx, 1, tags.require(tx.sql, "pets"))
    before = state(catalog)
    untag(catalog, "pets", 1)
    assert carried(catalog, "pets") == []
    take_back(catalog)
    assert state(catalog) == before


def test_undoing_a_deletion_brings_back_the_same_tag(catalog: Catalog) -> None:
    tag(catalog, "pets")
    before = state(catalog)
    delete(catalog, "pets")
    take_back(catalog)
    assert state(catalog) == before


def test_calls_of_one_group_are_one_action_and_one_undo(catalog: Catalog) -> None:
    before = state(catalog)
    calls = [tag(catalog, "pets", picture, group="cp -r") for picture in (1, 2, 3)]
    assert len(set(calls)) == 1
    (info,) = log(catalog)
    assert (info.summary, info.count) == ("tag with pets", 3)
    take_back(catalog)
    assert state(catalog) == before


def test_a_recursive_removal_is_undone_at_once(catalog: Catalog) -> None:
    tag(catalog, "pets", 1, 2)
    before = state(catalog)
    untag(catalog, "pets", 1, group="rm -r")
    untag(catalog, "pets", 2, group="rm -r")
    delete(catalog, "pets", group="rm -r")
    assert log(catalog)[0].summary == "untag pets; delete tag pets"
    take_back(catalog)
    assert state(catalog) == before


def test_what_a_gesture_takes_back_itself_stays_one_action_that_did_nothing(catalog: Catalog) -> None:
    tag(catalog, "pets", 1)
    before = state(catalog)
    done = untag(catalog, "pets", 1, group="rm -r")
    assert done is not None
    with catalog.write() as tx:
        undo.undo(tx, [int(done)], "test", group="rm -r")
    assert state(catalog) == before
    assert [info.summary for info in log(catalog)] == ["untag pets; taken back in the same gesture", "tag with pets"]
    (info,) = take_back(catalog)
    assert (info.id, info.skipped) == (done, [])
    assert state(catalog) == before


@pytest.mark.parametrize("later", [{"group": "other"}, {"origin": "other", "group": "rm -r"}, {"within_s": 0.0}])
def test_what_another_gesture_takes_back_is_an_action_of_its_own(catalog: Catalog, later: dict[str, Any]) -> None:
    tag(catalog, "pets", 1)
    done = untag(catalog, "pets", 1, group="rm -r")
    assert done is not None
    time.sleep(0.01)
    with catalog.write() as tx:
        undo.undo(tx, [int(done)], **{"origin": "test", "group": "rm -r", **later})
    assert [(info.summary, info.undone) for info in log(catalog)[:2]] == [
        ("undo: untag pets", False),
        ("untag pets", True),
    ]


@pytest.mark.parametrize("other", [{"origin": "other", "group": "g"}, {"origin": "test", "group": "h"}])
def test_another_origin_or_group_is_another_action(catalog: Catalog, other: dict[str, str]) -> None:
    assert tag(catalog, "pets", 1, origin="test", group="g") != tag(catalog, "pets", 2, **other)


def test_a_gesture_goes_on_as_another_one_once_very_many_of_others_came_between(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_BETWEEN", 3)
    first = tag(catalog, "pets", 1, group="cp -r")
    for number in range(3):
        tag(catalog, f"of others {number}", 3)
    assert tag(catalog, "pets", 2, group="cp -r") == first
    tag(catalog, "of others 3", 3)
    assert tag(catalog, "pets", 3, group="cp -r") != first


def test_a_gesture_that_was_overtaken_goes_on_as_another_one(catalog: Catalog) -> None:
    first = tag(catalog, "pets", 1, group="cp -r")
    untag(catalog, "pets", 1)
    assert tag(catalog, "pets", 2, group="cp -r") != first


def test_calls_without_a_group_never_join(catalog: Catalog) -> None:
    assert tag(catalog, "pets", 1) != tag(catalog, "pets", 2)


def test_a_clock_that_was_set_back_joins_nothing_to_what_it_calls_the_future(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = 10_000_000
    monkeypatch.setattr(actions, "now_ms", lambda: clock)
    first = tag(catalog, "a", 1, group="g")
    clock -= 3_600_000
    second = tag(catalog, "b", 1, group="g")
    assert tag(catalog, "c", 1, group="g") == second != first


def test_a_group_ends_five_seconds_after_its_last_call(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 1_000_000
    monkeypatch.setattr(actions, "now_ms", lambda: clock)
    first = tag(catalog, "pets", 1, group="g")
    clock += 4_900
    assert tag(catalog, "pets", 2, group="g") == first
    clock += 4_900
    assert tag(catalog, "pets", 3, group="g") == first
    clock += 5_100
    assert tag(catalog, "pets", 4, group="g") != first


def test_a_group_may_be_said_to_last_for_ever(catalog: Catalog) -> None:
    made = []
    for picture in (1, 2):
        with catalog.write() as tx, actions.recorded(tx, "tag", "tag", "test", "g", 1e308) as action:
            tags.apply(action, tags.create(action, "pets"), [picture])
        made.append(action.id)
    assert made[0] == made[1] is not None


def test_groups_that_run_at_the_same_time_stay_two_actions(catalog: Catalog) -> None:
    first = [tag(catalog, "a", 1, group="g"), None]
    second = [tag(catalog, "b", 1, group="h"), None]
    first[1], second[1] = tag(catalog, "a", 2, group="g"), tag(catalog, "b", 2, group="h")
    assert first[0] == first[1] != second[0] == second[1]


def test_a_group_whose_rows_somebody_else_changed_begins_anew_so_that_all_can_be_undone(catalog: Catalog) -> None:
    before = state(catalog)
    first = tag(catalog, "pets", 1, group="g")
    untag(catalog, "pets", 1, origin="other")
    assert tag(catalog, "pets", 1, group="g") != first
    assert [info.skipped for info in take_back(catalog, 3)] == [[], [], []]
    assert state(catalog) == before


def test_an_undone_action_is_not_joined(catalog: Catalog) -> None:
    first = tag(catalog, "pets", 1, group="g")
    take_back(catalog)
    assert tag(catalog, "pets", 1, group="g") != first


def test_undoing_again_and_again_goes_further_back(catalog: Catalog) -> None:
    tag(catalog, "a", 1)
    tag(catalog, "b", 1)
    assert [take_back(catalog)[0].summary for _ in range(2)] == ["tag with b", "tag with a"]
    assert take_back(catalog) == []


def test_several_actions_are_undone_the_newest_first(catalog: Catalog) -> None:
    before = state(catalog)
    tag(catalog, "pets", 1)
    untag(catalog, "pets", 1)
    delete(catalog, "pets")
    assert [info.kind for info in take_back(catalog, 10)] == ["tag-delete", "untag", "tag"]
    assert state(catalog) == before


def test_an_undo_can_be_undone_and_that_again(catalog: Catalog) -> None:
    empty = state(catalog)
    first = tag(catalog, "pets", 1)
    full = state(catalog)
    for wanted, verb in [(empty, "undo"), (full, "redo"), (empty, "undo")]:
        take_back_one(catalog, log(catalog)[0].id)
        assert state(catalog) == wanted
        newest = log(catalog)[0]
        assert (newest.kind, newest.summary) == ("undo", f"{verb}: tag with pets")
    undone = {info.id: info.undone for info in log(catalog)}
    assert undone == {first: True, "2": False, "3": True, "4": False}


def test_after_a_redo_the_action_can_be_undone_again(catalog: Catalog) -> None:
    empty = state(catalog)
    tag(catalog, "pets", 1)
    take_back(catalog)
    take_back_one(catalog, log(catalog)[0].id)
    assert carried(catalog, "pets") == [1]
    (info,) = take_back(catalog)
    assert info.summary == "tag with pets"
    assert state(catalog) == empty


def test_an_action_is_undone_once(catalog: Catalog) -> None:
    first = tag(catalog, "pets", 1)
    take_back(catalog)
    with pytest.raises(Conflict):
        take_back_one(catalog, first)
    with pytest.raises(NotFound):
        take_back_one(catalog, "99")


def test_what_has_changed_since_is_left_alone_and_reported(catalog: Catalog) -> None:
    first = tag(catalog, "pets", 1, 2)
    untag(catalog, "pets", 1)
    tag(catalog, "pets", 3)
    info = take_back_one(catalog, first)
    assert carried(catalog, "pets") == [3]
    assert info.skipped == ["pets on image 1: changed since", "the tag pets is in use"]


def test_a_deletion_whose_name_was_given_away_is_skipped_and_does_not_block_older_ones(catalog: Catalog) -> None:
    tag(catalog, "pets")
    delete(catalog, "pets")
    with catalog.write() as tx:
        tx.sql.execute("INSERT INTO tags (name, created_at) VALUES ('pets', 0)")
    (info,) = take_back(catalog)
    assert len(info.skipped) == 1
    assert info.undone
    assert take_back(catalog)[0].kind == "tag"


def test_a_dry_run_tells_the_same_and_changes_nothing(catalog: Catalog) -> None:
    tag(catalog, "pets", 1)
    untag(catalog, "pets", 1)
    before, seq, entries = state(catalog), catalog.seq(), log(catalog)
    told: list[int] = []
    catalog.on_commit(lambda topics, seq: told.append(seq))
    dry = take_back(catalog, 2, dry_run=True)
    assert (state(catalog), catalog.seq(), log(catalog), told) == (before, seq, entries, [])
    assert [info.undone for info in dry] == [False, False]
    wet = take_back(catalog, 2)
    assert [(info.id, info.skipped) for info in dry] == [(info.id, info.skipped) for info in wet]


def test_an_undo_tells_followers_what_to_read_again(catalog: Catalog) -> None:
    tag(catalog, "pets", 1, 2)
    before = catalog.seq()
    take_back(catalog)
    with catalog.read() as sql:
        told = sql.execute("SELECT entity, entity_id, op FROM changes WHERE seq > ?", (before,)).fetchall()
    assert told == [("image", 2, "upsert"), ("image", 1, "upsert"), ("tag", 1, "delete")]


def test_saved_searches_are_undone_too(catalog: Catalog) -> None:
    with catalog.write() as tx, actions.recorded(tx, "save", "save x", "test") as action:
        saved.put(action, "x", "dog", "strict")
    before = state(catalog)
    with catalog.write() as tx, actions.recorded(tx, "save", "change x", "test") as action:
        saved.put(action, "x", "cat", "loose", replace=True)
        saved.rename(action, "x", "y")
        saved.delete(action, "y")
    take_back(catalog)
    assert state(catalog) == before


def test_ten_thousand_pictures_are_tagged_and_undone_as_one(catalog: Catalog) -> None:
    with catalog.write() as tx:
        many = [image(tx, f"many {number}.jpg") for number in range(10_000)]
    before = state(catalog)
    tag(catalog, "many", *many)
    assert take_back(catalog)[0].count == 10_000
    assert state(catalog) == before


def test_the_log_of_a_picture_tells_what_was_done_to_it_and_to_what_it_was_edited_from(catalog: Catalog) -> None:
    with gesture(catalog) as action:
        tags.apply(action, tags.create(action, "before the edit"), [1])
    with gesture(catalog) as action:
        tags.apply(action, tags.create(action, "of another"), [2])
    with catalog.write() as tx:
        edited = image(tx, "edited.jpg")
        images.inherit(tx, edited, 1)
    with gesture(catalog) as action:
        marks.favour(action, [edited])
    with catalog.read() as sql:
        assert [info.id for info in undo.log(sql, 50, edited)] == ["3", "1"]
        assert [info.id for info in undo.log(sql, 50, 2)] == ["2"]
        assert [info.id for info in undo.log(sql, 1, edited)] == ["3"]


def test_a_call_may_say_that_its_gesture_lasts_longer(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000_000
    monkeypatch.setattr(actions, "now_ms", lambda: now)
    first = tag(catalog, "a", 1, group="g")
    now += 60_000
    with catalog.write() as tx, actions.recorded(tx, "tag", "tag with b", "test", "g", 61.0) as action:
        tags.apply(action, tags.create(action, "b"), [1])
    assert action.id == first
    assert tag(catalog, "c", 1, group="h") != first
