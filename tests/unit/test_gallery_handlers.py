"""All pictures, as a gallery asks for them: columns, pages, months."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
from PIL import Image

from support.handling import call
from support.searching import Library
from support.shelf import towards
from vaultd.catalog import looks
from vaultd.demo.scene import Scene, draw
from vaultd.handlers.vault import Vault
from vaultd.worker.looks import look
from vaultipc.errors import NotFound, QueryError, UserError

MAY_2023 = 1_682_899_200_000
DAY = 86_400_000
BEFORE_1970 = -DAY * 400 + 1


@pytest.fixture
async def library(tmp_path: Path) -> Library:
    made = Library(tmp_path)
    made.shelf.image("a.jpg", vector=towards("red", "car"), taken_at=MAY_2023)
    made.shelf.image("b.jpg", vector=towards("dog"), taken_at=MAY_2023 + 40 * DAY, tags=["pets"])
    made.shelf.image("c.jpg", vector=towards("dog"), taken_at=MAY_2023 + 40 * DAY)
    made.shelf.image("old.jpg", taken_at=BEFORE_1970)
    made.shelf.image("gone.jpg", taken_at=MAY_2023)
    made.shelf.lose(5)
    await made.fresh()
    return made


@pytest.fixture
def vault(library: Library, tmp_path: Path) -> Iterator[Vault]:
    yield _over(library, tmp_path)
    library.shelf.close()


def _over(library: Library, folder: Path) -> Vault:
    absent = cast(Any, None)
    catalog, socket = library.shelf.catalog, folder / "socket"
    return Vault(catalog, library.config, absent, absent, library.engine, absent, absent, socket)


def _write(vault: Vault, statement: str, *values: object) -> None:
    with vault.catalog.write() as tx:
        tx.sql.execute(statement, values)
        tx.changed("root", 1)


async def test_all_pictures_that_can_be_opened_are_laid_out_newest_first(vault: Vault) -> None:
    told = await call(vault, "layout")
    hits = (await call(vault, "search", query="sort:date")).hits
    assert (told.ids, told.total) == (["2", "3", "1", "4"], 4)
    assert told.contents == [hit.content for hit in hits]
    assert [*zip(told.widths, told.heights, strict=True)] == [(hit.width, hit.height) for hit in hits]
    assert told.days == [19518, 19518, 19478, -400]


async def test_days_of_pictures_without_a_date_are_null(vault: Vault) -> None:
    _write(vault, "UPDATE images SET taken_at = NULL WHERE id = 4")
    assert None in (await call(vault, "layout")).days


async def test_colours_are_those_of_what_was_seen_and_grey_before(vault: Vault) -> None:
    with vault.catalog.write() as tx:
        looks.put(tx, 1, look(Image.new("RGB", (40, 30), (200, 40, 30))))
    told = await call(vault, "layout")
    colours = dict(zip(told.ids, told.colours, strict=True))
    seen = colours["1"].to_bytes(3, "big")
    assert max(abs(one - other) for one, other in zip(seen, (200, 40, 30), strict=True)) < 12
    assert colours["2"] == 0x808080


async def test_a_layout_has_no_bound_but_its_page_and_pages_are_of_one_answer(vault: Vault) -> None:
    few = msgspec.structs.replace(vault.config.search, limit=2)
    vault.engine._config = msgspec.structs.replace(vault.config, search=few)
    assert (await call(vault, "search", query="sort:date")).total == 2
    first = await call(vault, "layout", limit=3)
    assert (len(first.ids), first.total) == (3, 4)
    _write(vault, "UPDATE images SET taken_at = 0 WHERE id = 2")
    rest = await call(vault, "layout", snapshot=first.snapshot, offset=3)
    assert (rest.ids, rest.snapshot) == (["4"], first.snapshot)
    with pytest.raises(NotFound):
        await call(vault, "layout", snapshot="0" * 16)
    with pytest.raises(msgspec.ValidationError):
        await call(vault, "layout", limit=50_001)


async def test_the_layout_of_a_query_is_that_of_its_search(vault: Vault) -> None:
    for query in ("dog", "tag:pets", "date:2023-05", "dog sort:-date", "nothing-like-it"):
        told = await call(vault, "layout", query=query)
        found = await call(vault, "search", query=query)
        assert (told.ids, told.total) == ([hit.id for hit in found.hits], found.total)
    assert (await call(vault, "layout", sort="size")).total == 4
    with pytest.raises(QueryError):
        await call(vault, "layout", query="(")
    with pytest.raises(QueryError):
        await call(vault, "layout", sort="wrong")


async def _pages(vault: Vault, **params: Any) -> list[list[str]]:
    pages, cursor = [], ""
    while cursor is not None:
        page = await call(vault, "images", cursor=cursor, **params)
        pages.append([hit.id for hit in page.images])
        cursor = page.next
    return pages


@pytest.mark.parametrize("sort", ["", "date", "-date", "added", "-added", "size", "-size"])
async def test_pages_put_together_are_everything_in_order(vault: Vault, sort: str) -> None:
    whole = (await call(vault, "layout", sort=sort)).ids
    for limit in (1, 2, 3, 4, 5):
        pages = await _pages(vault, sort=sort, limit=limit)
        assert [image for page in pages for image in page] == whole
        assert all(len(page) == limit for page in pages[:-1])


async def test_what_comes_or_goes_meanwhile_neither_repeats_nor_skips_another(vault: Vault) -> None:
    first = await call(vault, "images", limit=2)
    assert [hit.id for hit in first.images] == ["2", "3"]
    _write(vault, "UPDATE files SET state = 'missing' WHERE image = 3")
    _write(vault, "UPDATE files SET state = 'present' WHERE image = 5")
    rest = await call(vault, "images", cursor=first.next)
    assert [hit.id for hit in rest.images] == ["1", "5", "4"]
    assert rest.next is None


async def test_pages_of_a_query_hold_what_it_matches(vault: Vault) -> None:
    assert await _pages(vault, query="dog", limit=1) == [["2"], ["3"]]
    assert await _pages(vault, query="tag:nobody") == [[]]
    assert (await call(vault, "images", query="dog", limit=1)).total == 2


@pytest.mark.parametrize("cursor", ["x", "size.1.1", "date.1", "date.1.1.1", "date." + "9" * 19 + ".1"])
async def test_what_is_no_cursor_is_refused(vault: Vault, cursor: str) -> None:
    with pytest.raises(UserError):
        await call(vault, "images", cursor=cursor)


async def test_private_pictures_are_only_where_they_are_asked_for(vault: Vault) -> None:
    _write(vault, "UPDATE files SET private = 1 WHERE image = 2")
    assert "2" not in (await call(vault, "layout")).ids
    assert await _pages(vault) == [["3", "1", "4"]]
    assert (await call(vault, "timeline")).months[0].count == 1
    assert (await call(vault, "layout", query="private:yes")).ids == ["2"]
    assert await _pages(vault, query="private:yes") == [["2"]]


async def test_the_timeline_counts_months_and_what_has_none(vault: Vault) -> None:
    _write(vault, "UPDATE images SET taken_at = NULL WHERE id = 3")
    told = await call(vault, "timeline")
    assert [(month.month, month.count) for month in told.months] == [("2023-06", 1), ("2023-05", 1), ("1968-11", 1)]
    assert told.undated == 1
    dogs = await call(vault, "timeline", query="dog")
    assert ([month.month for month in dogs.months], dogs.undated) == (["2023-06"], 1)
    assert (await call(vault, "timeline", query="tag:nobody")).months == []


async def test_the_timeline_counts_the_pictures_of_the_layout_where_nearly_identical_ones_stand_behind_each_other(
    tmp_path: Path,
) -> None:
    """The original, which has no date, is the better hit; its copy has one, and is the newer of the two."""
    library = Library(tmp_path)
    vault = _over(library, tmp_path)
    boat = draw(Scene("boat", "red", "beach", 1), (320, 240))
    original = library.shelf.image("boat.jpg", vector=towards("boat"), pixels=boat.size)
    copy = library.shelf.image("copy.jpg", vector=towards("boat", "dog"), pixels=(160, 120), taken_at=MAY_2023)
    with vault.catalog.write() as tx:
        looks.put(tx, original, look(boat))
        looks.put(tx, copy, look(boat.resize((160, 120))))
    await library.fresh()
    for asked in ({"query": "boat"}, {"query": "boat", "sort": "date"}, {"query": "boat sort:date"}, {}):
        days = (await call(vault, "layout", **asked)).days
        told = await call(vault, "timeline", **asked)
        dated = len([day for day in days if day is not None])
        assert (sum(month.count for month in told.months), told.undated) == (dated, len(days) - dated), asked
    assert (await call(vault, "layout", query="boat")).days == [None]
    assert (await call(vault, "layout", query="boat", sort="date")).ids == [str(copy)]
    with pytest.raises(QueryError):
        await call(vault, "timeline", sort="wrong")
    library.shelf.close()


async def test_the_groups_that_a_picture_is_in_are_told_by_level(library: Library, vault: Vault) -> None:
    library.shelf.file(2, "copy of b.jpg")
    told = await call(vault, "image.duplicates", image="2")
    assert [(group.level, group.image, len(group.members)) for group in told.groups] == [("exact", "2", 2)]
    assert (await call(vault, "image.duplicates", image="1")).groups == []
    with pytest.raises(NotFound):
        await call(vault, "image.duplicates", image="99")


async def test_everything_that_one_group_changes_is_one_action_and_one_undo(vault: Vault) -> None:
    mine = {"origin": "web", "group": "one", "images": ["1", "2"]}
    await call(vault, "tags.change", add=["sea", "sun"], **mine)
    await call(vault, "fav", **mine)
    await call(vault, "rate", rating=4, **mine)
    await call(vault, "album.add", name="best", **mine)
    await call(vault, "edit", caption="both", **mine)
    (action,) = (await call(vault, "log")).actions
    assert (await call(vault, "log", image="1")).actions == [action]
    assert (await call(vault, "log", image="3")).actions == []
    await call(vault, "undo", action=action.id)
    info = await call(vault, "image", image="1")
    assert (info.tags, info.favourite, info.rating, info.albums, info.texts) == ([], False, 0, [], [])
    assert (await call(vault, "album.list")).albums == []


async def test_a_layout_tells_what_changed_since_the_last_one(library: Library, vault: Vault) -> None:
    with vault.catalog.write() as tx:
        for image in range(1, 6):
            looks.put(tx, image, look(Image.new("RGB", (40, 30), "blue")))
            tx.changed("image", image)
    await call(vault, "layout")
    new = library.shelf.image("new.jpg", taken_at=MAY_2023 + 300 * DAY, pixels=(30, 90))
    with vault.catalog.write() as tx:
        looks.put(tx, new, look(Image.new("RGB", (40, 30), "blue")))
        tx.sql.execute("UPDATE images SET taken_at = ?, width = 7 WHERE id = 1", (MAY_2023 + 200 * DAY,))
        tx.changed("image", 1)
        tx.sql.execute("DELETE FROM files WHERE image = 4")
        tx.sql.execute("DELETE FROM images WHERE id = 4")
        tx.changed("image", 4, "delete")
    told = await call(vault, "layout")
    assert told.ids == [str(new), "1", "2", "3"]
    assert (told.widths[:2], told.heights[:2], told.days[:2]) == ([30, 7], [90, 480], [19778, 19678])
    assert set(told.colours) == {told.colours[0]} != {0x808080}
