"""Answers of the search where pictures on drives that are away are shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.searching import Library
from support.shelf import towards
from vaultd.catalog import shown, volumes
from vaultd.catalog.volumes import Identity
from vaultd.search import columns
from vaultipc.messages import Layout, SearchResult

HERE, AWAY = 1, 2
STICK = b"/media/me/Stick"


@pytest.fixture
async def library(tmp_path: Path) -> AsyncIterator[Library]:
    """A car that is here, and one on a drive that is away."""
    made = Library(tmp_path)
    shelf = made.shelf
    with shelf.catalog.write() as tx:
        stick = volumes.ensure(tx, Identity("local", "stick", None), STICK)
        tx.sql.execute("INSERT INTO roots (volume, path, position, added_at) VALUES (?, ?, 1, 0)", (stick.id, b"pics"))
    for name in ("here.jpg", "away.jpg"):
        shelf.image(name, vector=towards("red", "car"), tags=["cars"], camera="Canon", taken_at=0)
    shelf.lose(AWAY)
    shelf.file(AWAY, "away.jpg", volume=stick.id, root=2)
    plug_in(made, None)
    await made.fresh()
    yield made
    shelf.close()


def plug_in(library: Library, place: bytes | None) -> None:
    with library.shelf.catalog.write() as tx:
        volumes.place(tx, 2, place)


def told(result: SearchResult) -> dict[str, str]:
    return {hit.name: hit.state for hit in result.hits}


async def laid_out(library: Library) -> Layout:
    engine = library.engine
    snapshot = await engine.whole("", sort="name")
    return await engine.read(lambda sql: columns.layout(sql, engine.afar, snapshot, 0, 10))


@pytest.mark.parametrize("query", ["red car", "tag:cars", "camera:canon", "name:*.jpg", "cars -dog", "sort:name"])
async def test_every_kind_of_question_finds_it_only_where_it_is_shown(library: Library, query: str) -> None:
    assert told(await library.ask(query)) == {"here.jpg": "online"}
    shown.begin(library.shelf.catalog, "show")
    assert told(await library.ask(query)) == {"here.jpg": "online", "away.jpg": "offline"}


async def test_who_finds_nothing_is_told_of_pictures_on_drives_that_are_away(library: Library) -> None:
    nothing = await library.ask("name:nothing")
    assert nothing.notes == ["one picture is on drives that are away, and not searched (search.offline)"]
    assert (await library.ask("tag:cars")).notes == []
    shown.begin(library.shelf.catalog, "show")
    assert (await library.ask("name:nothing")).notes == []


async def test_facets_and_totals_count_it(library: Library) -> None:
    shown.begin(library.shelf.catalog, "show")
    result = await library.ask("tag:cars", facets=True)
    assert result.total == 2
    assert isinstance(result.facets, dict)
    assert result.facets["tag"] == {"cars": 2}
    assert result.facets["camera"] == {"Canon": 2}


async def test_it_is_found_by_its_path_and_alike_by_its_name(library: Library) -> None:
    assert await library.found("path:Stick") == []
    shown.begin(library.shelf.catalog, "show")
    assert await library.found("path:Stick") == [AWAY]
    assert await library.found("like:away.jpg") == [AWAY, HERE]
    assert (await library.engine.explain("path:Stick", AWAY)).matched


async def test_a_drive_that_goes_or_comes_back_changes_the_answer_at_once(library: Library) -> None:
    shown.begin(library.shelf.catalog, "show")
    for place, state in ((STICK, "online"), (None, "offline"), (b"/mnt", "online")):
        plug_in(library, place)
        assert told(await library.ask("tag:cars"))["away.jpg"] == state
    plug_in(library, None)
    shown.begin(library.shelf.catalog, "hide")
    assert told(await library.ask("tag:cars")) == {"here.jpg": "online"}


async def test_a_layout_tells_which_of_its_pictures_are_away(library: Library) -> None:
    layout = await laid_out(library)
    assert (layout.ids, layout.away) == ([str(HERE)], [])
    shown.begin(library.shelf.catalog, "show")
    layout = await laid_out(library)
    assert [layout.ids[place] for place in layout.away] == [str(AWAY)]
    assert len(layout.ids) == 2
    plug_in(library, STICK)
    assert (await laid_out(library)).away == []


async def test_a_query_means_for_a_change_what_it_shows(library: Library) -> None:
    assert await library.engine.ids_matching("tag:cars") == [HERE]
    shown.begin(library.shelf.catalog, "show")
    assert sorted(await library.engine.ids_matching("tag:cars")) == [HERE, AWAY]
