"""Tags of the catalog, and what each view of them shows."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.catalog_rows import gesture, image, keyword, opened
from vaultd.catalog import tag_counts, tags
from vaultd.catalog.store import Catalog
from vaultipc.errors import Conflict, NotEmpty, NotFound, Refused, TooLarge, UserError


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with opened(tmp_path) as catalog:
        yield catalog


def pictures(catalog: Catalog, count: int) -> list[int]:
    with catalog.write() as tx:
        return [image(tx, f"{number}.jpg") for number in range(count)]


def tagged(catalog: Catalog, name: str, *images: int) -> int:
    with gesture(catalog) as action:
        tag = tags.create(action, name)
        tags.apply(action, tag, images)
    return tag


def said(catalog: Catalog, name: str, *images: int, source: str = "xmp") -> int:
    """Another source's word for a tag that is made as ingest would."""
    with catalog.write() as tx:
        tag = tags.find(tx.sql, name)
        if tag is None:
            listed = int(source != "auto")
            insert = "INSERT INTO tags (name, created_at, listed) VALUES (?, 0, ?)"
            tag = tx.sql.execute(insert, (name, listed)).lastrowid
        assert tag is not None
        for content in images:
            keyword(tx, content, tag, source)
    return tag


def names(catalog: Catalog, tag: int | None = None, view: tags.View = "user") -> list[str]:
    with catalog.read() as sql:
        return [name for _, name in tags.children(sql, tag, view)]


def images_of(catalog: Catalog, name: str, view: tags.View = "user") -> list[int]:
    with catalog.read() as sql:
        tag = tags.find(sql, name)
        return [] if tag is None else tags.images_exactly(sql, tag, view)


def counts(catalog: Catalog, prefix: str = "", source: str = "") -> dict[str, int]:
    with catalog.read() as sql:
        return {info.name: info.count for info in tag_counts.listing(sql, prefix, source)}


def test_a_tag_is_made_with_its_parents_and_found_by_its_full_name(catalog: Catalog) -> None:
    dogs = tagged(catalog, "pets/dogs")
    with catalog.read() as sql:
        assert tags.find(sql, "pets/dogs") == dogs
        assert tags.full_name(sql, dogs) == "pets/dogs"
        assert tags.find(sql, "dogs") is None
        assert tags.find(sql, "../x") is None
        pets = tags.require(sql, "pets")
        assert set(tags.subtree(sql, pets)) == {pets, dogs}
    assert names(catalog) == ["pets"]
    assert names(catalog, pets) == ["dogs"]


def test_making_a_tag_that_exists_changes_nothing(catalog: Catalog) -> None:
    tagged(catalog, "pets")
    with gesture(catalog) as action:
        tags.create(action, "pets")
    assert action.id is None


def test_two_ways_of_typing_a_letter_mean_one_tag(catalog: Catalog) -> None:
    tag = tagged(catalog, unicodedata.normalize("NFD", "été"))
    with catalog.read() as sql:
        assert tags.find(sql, unicodedata.normalize("NFC", "été")) == tag
        assert tags.find(sql, unicodedata.normalize("NFD", "été")) == tag


@pytest.mark.parametrize(
    "name", ["", " ", ".", "..", ".hidden", "a//b", "a/", "/a", "a\nb", "a\0b", "a\x7fb", "a\udc80"]
)
def test_a_name_that_no_folder_should_have_is_refused(catalog: Catalog, name: str) -> None:
    with pytest.raises(UserError):
        tagged(catalog, name)
    assert names(catalog) == []


def test_a_name_has_at_most_255_bytes_a_component(catalog: Catalog) -> None:
    tagged(catalog, "é" * 127 + "/" + "b" * 255)
    with pytest.raises(TooLarge):
        tagged(catalog, "é" * 128)


def test_the_name_auto_is_reserved_at_the_top_only(catalog: Catalog) -> None:
    with pytest.raises(Refused):
        tagged(catalog, "auto/dog")
    tagged(catalog, "car/auto")


def test_tagging_counts_what_changed_and_what_was_so_already(catalog: Catalog) -> None:
    a, b, c = pictures(catalog, 3)
    tagged(catalog, "pets", a)
    with gesture(catalog) as action:
        assert tags.apply(action, tags.create(action, "pets"), [a, b, c, b]) == (2, 1)
    assert images_of(catalog, "pets") == [a, b, c]


def test_untagging_takes_only_this_very_tag(catalog: Catalog) -> None:
    (a,) = pictures(catalog, 1)
    pets, dogs = tagged(catalog, "pets", a), tagged(catalog, "pets/dogs", a)
    with gesture(catalog) as action:
        assert tags.remove(action, pets, [a, a]) == (1, 0)
        assert tags.remove(action, pets, [a]) == (0, 1)
    assert images_of(catalog, "pets") == []
    with catalog.read() as sql:
        assert tags.images_exactly(sql, dogs) == [a]


def test_untagging_rejects_what_a_file_says_so_that_it_does_not_come_back(catalog: Catalog) -> None:
    (a,) = pictures(catalog, 1)
    pets = said(catalog, "pets", a)
    tagged(catalog, "pets", a)
    with gesture(catalog) as action:
        assert tags.remove(action, pets, [a]) == (1, 0)
    assert images_of(catalog, "pets") == []
    with catalog.read() as sql:
        assert sql.execute("SELECT source, state FROM image_tags").fetchall() == [("xmp", "rejected")]


def test_tagging_again_after_a_rejection_shows_the_picture_again(catalog: Catalog) -> None:
    (a,) = pictures(catalog, 1)
    pets = said(catalog, "pets", a)
    with gesture(catalog) as action:
        tags.remove(action, pets, [a])
        assert tags.apply(action, pets, [a]) == (1, 0)
    assert images_of(catalog, "pets") == [a]


def test_what_only_a_model_says_is_in_its_own_view(catalog: Catalog) -> None:
    a, b = pictures(catalog, 2)
    said(catalog, "dog", a, b, source="auto")
    tagged(catalog, "mine", a)
    assert names(catalog) == ["mine"]
    assert names(catalog, None, "auto") == ["dog"]
    assert images_of(catalog, "dog") == []
    assert images_of(catalog, "dog", "auto") == [a, b]
    assert counts(catalog) == {"mine": 1}
    assert counts(catalog, source="auto") == {"dog": 2}


def test_a_person_who_makes_a_tag_of_the_models_sees_it_from_then_on(catalog: Catalog) -> None:
    (a,) = pictures(catalog, 1)
    said(catalog, "dog", a, source="auto")
    tagged(catalog, "dog")
    assert names(catalog) == ["dog"]
    with gesture(catalog) as action:
        tags.delete(action, "dog")
    assert names(catalog) == []
    assert images_of(catalog, "dog", "auto") == [a]


def test_rejecting_in_the_models_view_leaves_the_persons_word(catalog: Catalog) -> None:
    a, b = pictures(catalog, 2)
    dog = said(catalog, "dog", a, b, source="auto")
    tagged(catalog, "dog", a)
    with gesture(catalog) as action:
        assert tags.remove(action, dog, [a, b], "auto") == (2, 0)
    assert images_of(catalog, "dog", "auto") == []
    assert images_of(catalog, "dog") == [a]


def test_a_view_does_not_show_what_is_not_in_it(catalog: Catalog) -> None:
    (a,) = pictures(catalog, 1)
    dog = said(catalog, "dog", a, source="auto")
    with catalog.read() as sql:
        assert tags.visible(sql, "dog", "auto") == dog
        with pytest.raises(NotFound):
            tags.visible(sql, "dog")


def test_a_renamed_tag_keeps_its_pictures_and_subtags(catalog: Catalog) -> None:
    (a,) = pictures(catalog, 1)
    tag = tagged(catalog, "pets/dogs", a)
    with gesture(catalog) as action:
        tags.rename(action, "pets", "animals/tame")
    with catalog.read() as sql:
        assert tags.full_name(sql, tag) == "animals/tame/dogs"
    assert images_of(catalog, "animals/tame/dogs") == [a]


def test_an_empty_tag_gives_way_to_a_renamed_one_and_a_used_one_does_not(catalog: Catalog) -> None:
    a, b = pictures(catalog, 2)
    pets = tagged(catalog, "pets", a)
    tagged(catalog, "empty")
    tagged(catalog, "used", b)
    tagged(catalog, "above/below")
    for name, why in (("used", "is on 1 picture"), ("above", "has subtags")):
        with gesture(catalog) as action, pytest.raises(NotEmpty, match=f"“{name}” {why}") as refused:
            tags.rename(action, "pets", name)
        assert refused.value.hint.endswith(f"""`vvault tag {name} --query 'tag:="pets"'`""")
    with gesture(catalog) as action:
        tags.rename(action, "pets", "empty")
    with catalog.read() as sql:
        assert tags.find(sql, "empty") == pets


def test_a_tag_cannot_be_moved_into_itself(catalog: Catalog) -> None:
    tagged(catalog, "a/b")
    with pytest.raises(Conflict):
        _rename(catalog, "a", "a/b/c")
    assert counts(catalog) == {"a": 0, "a/b": 0}


def _rename(catalog: Catalog, old: str, new: str) -> None:
    with gesture(catalog) as action:
        tags.rename(action, old, new)


def test_only_an_empty_tag_can_be_deleted(catalog: Catalog) -> None:
    (a,) = pictures(catalog, 1)
    tagged(catalog, "pets/dogs", a)
    for name in ("pets", "pets/dogs"):
        with pytest.raises(NotEmpty):
            _delete(catalog, name)
    with gesture(catalog) as action:
        tags.remove(action, tags.require(action.tx.sql, "pets/dogs"), [a])
        tags.delete(action, "pets/dogs")
        tags.delete(action, "pets")
    assert counts(catalog) == {}
    with pytest.raises(NotFound):
        _delete(catalog, "pets")


def _delete(catalog: Catalog, name: str) -> None:
    with gesture(catalog) as action:
        tags.delete(action, name)


def test_a_picture_that_is_away_holds_its_tag_until_it_is_forced(catalog: Catalog) -> None:
    with catalog.write() as tx:
        gone = image(tx, "gone.jpg", state="missing")
    tagged(catalog, "gone", gone)
    with pytest.raises(NotEmpty, match="1 picture, 1 of them not shown at present"):
        _delete(catalog, "gone")
    with gesture(catalog) as action:
        tags.delete(action, "gone", force=True)
    assert counts(catalog) == {}


def test_a_content_that_an_edit_replaced_does_not_hold_a_tag(catalog: Catalog) -> None:
    (edited,) = pictures(catalog, 1)
    tagged(catalog, "old", edited)
    with catalog.write() as tx:
        tx.sql.execute("UPDATE files SET image = NULL WHERE image = ?", (edited,))
    _delete(catalog, "old")
    assert counts(catalog) == {}


def test_counts_take_an_image_once_and_include_subtags(catalog: Catalog) -> None:
    a, b, c = pictures(catalog, 3)
    tagged(catalog, "pets", a)
    tagged(catalog, "pets/dogs", a, b)
    said(catalog, "pets", a, c)
    with catalog.write() as tx:
        tx.sql.execute("UPDATE files SET state = 'missing' WHERE image = ?", (c,))
    with catalog.read() as sql:
        found = {info.name: (info.count, info.sources) for info in tag_counts.listing(sql)}
    assert found == {"pets": (2, {"user": 2, "xmp": 1}), "pets/dogs": (2, {"user": 2})}
    assert counts(catalog, "pets/") == {"pets/dogs": 2}
    assert counts(catalog, source="xmp") == {"pets": 1}


def test_tagging_tells_followers_which_images_to_read_again(catalog: Catalog) -> None:
    a, b = pictures(catalog, 2)
    before = catalog.seq()
    tag = tagged(catalog, "pets", a, b)
    with catalog.read() as sql:
        log = sql.execute("SELECT entity, entity_id, op FROM changes WHERE seq > ?", (before,)).fetchall()
    assert log == [("tag", tag, "upsert"), ("image", a, "upsert"), ("image", b, "upsert")]


def test_renaming_writes_one_entry_however_many_pictures_there_are(catalog: Catalog) -> None:
    tag = tagged(catalog, "pets", *pictures(catalog, 50))
    before = catalog.seq()
    _rename(catalog, "pets", "animals")
    with catalog.read() as sql:
        assert sql.execute("SELECT entity, entity_id FROM changes WHERE seq > ?", (before,)).fetchall() == [
            ("tag", tag)
        ]


@pytest.mark.parametrize("name", ["a\u2215b", "pets/a\u2215b"])
def test_a_tag_that_a_query_would_take_for_another_is_neither_made_nor_renamed_to(catalog: Catalog, name: str) -> None:
    tagged(catalog, "old", *pictures(catalog, 1))
    meant = name.replace("\u2215", "/")
    for change in (tags.create, lambda action, name: tags.rename(action, "old", name)):
        with pytest.raises(UserError, match="U\\+2215") as refused, gesture(catalog) as action:
            change(action, name)
        assert f"“{meant}”" in refused.value.hint
