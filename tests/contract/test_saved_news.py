"""What the daemon notices of its saved searches: who entered and who left, and what is no news."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest
import trio

from support.catalog_rows import gesture
from support.searching import Library
from support.shelf import Concepts, concept_pack, towards
from vaultd.catalog import members, models
from vaultd.catalog.members import Following
from vaultd.catalog.saved import put
from vaultd.handlers import feedback, saved
from vaultd.handlers.vault import Vault
from vaultd.index.exact import ExactIndex
from vaultd.models.pack import Pack
from vaultd.search import membership, snapshots
from vaultd.search.membership import Memberships
from vaultipc.errors import NotFound, UserError
from vaultipc.messages import METHODS, SavedChanges

HANDLERS = {**saved.HANDLERS, **feedback.HANDLERS}


@pytest.fixture
def coast(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """Two beaches and a forest, with a saved search for beaches."""
    monkeypatch.setattr(membership, "REST_S", 0.01)
    library = Library(tmp_path)
    for word in ("beach", "beach", "forest"):
        library.shelf.image(f"{word}{library.shelf.catalog.seq()}.jpg", vector=towards(word))
    with library.shelf.catalog.write() as tx:
        models.activate(tx, library.shelf.model)
    with gesture(library.shelf.catalog) as action:
        put(action, "sea", "beach", "default")
    yield library
    library.shelf.close()


@pytest.fixture
async def library(coast: Library, nursery: trio.Nursery) -> Library:
    """The same, its indexes followed; pytest-trio ends the nursery with the test."""
    await nursery.start(coast.followers.serve)
    return coast


async def call(library: Library, method: str, **params: object) -> Any:
    absent = cast(Any, None)
    catalog = library.shelf.catalog
    vault = Vault(catalog, library.config, absent, absent, library.engine, absent, absent, Path("/nowhere"))
    wanted, given = METHODS[method]
    result = await cast(Any, HANDLERS[method])(vault, msgspec.convert(params, wanted))
    return msgspec.json.decode(msgspec.json.encode(result), type=given)


@asynccontextmanager
async def followed(library: Library) -> AsyncIterator[Callable[[], Any]]:
    """The saved searches are followed meanwhile; what is yielded waits until all was noticed."""
    asked: list[int] = []
    answers = library.engine.ids_matching

    async def counted(query: str, level: Any = "default") -> list[int]:
        found = await answers(query, level)
        asked.append(library.shelf.catalog.seq())
        return found

    async def noticed() -> None:
        wanted, rounds = library.shelf.catalog.seq(), len(asked)
        with trio.fail_after(30):
            while len(asked) == rounds or asked[-1] < wanted:
                await trio.sleep(0.01)
            await trio.sleep(0.05)

    cast(Any, library.engine).ids_matching = counted
    async with trio.open_nursery() as nursery:
        await nursery.start(memberships(library).serve)
        await noticed()
        yield noticed
        nursery.cancel_scope.cancel()
    del cast(Any, library.engine).ids_matching


def memberships(library: Library) -> Memberships:
    return Memberships(library.shelf.catalog, library.config, library.engine, library.followers.caught_up)


async def news(library: Library, name: str = "sea", since: str = "") -> tuple[list[str], list[str]]:
    changes: SavedChanges = await call(library, "saved.changes", name=name, since=since)
    return [hit.id for hit in changes.entered], [hit.id for hit in changes.left]


async def test_what_is_there_at_first_is_no_news_and_what_comes_and_goes_is(library: Library) -> None:
    assert (await call(library, "saved.changes", name="sea")).since is None
    async with followed(library) as noticed:
        first: SavedChanges = await call(library, "saved.changes", name="sea", since="7d")
        assert (first.entered, first.left) == ([], [])
        assert first.since is not None
        library.shelf.image("new.jpg", vector=towards("beach"))
        library.shelf.lose(1)
        await noticed()
        assert await news(library) == (["4"], ["1"])
        (left,) = (await call(library, "saved.changes", name="sea", since="7d")).left
        assert left.state == "missing"


async def test_it_goes_on_where_it_was_after_a_restart(library: Library) -> None:
    async with followed(library):
        pass
    library.shelf.image("new.jpg", vector=towards("beach"))
    async with followed(library):
        assert await news(library) == (["4"], [])


async def test_a_volume_that_is_away_takes_nothing_out(library: Library) -> None:
    async with followed(library) as noticed:
        with library.shelf.catalog.write() as tx:
            tx.sql.execute("UPDATE volumes SET mount_point = NULL")
            tx.changed("root", 1)
        await noticed()
        assert await news(library) == ([], [])


async def test_a_hidden_picture_has_left_and_a_preferred_one_entered(library: Library) -> None:
    async with followed(library) as noticed:
        await call(library, "hide", query="beach sort:date", images=["2"])
        await call(library, "prefer", query="beach", images=["3"])
        await noticed()
        assert await news(library) == (["3"], ["2"])


async def test_another_query_begins_anew_and_another_name_does_not(library: Library) -> None:
    async with followed(library) as noticed:
        await call(library, "saved.rename", name="sea", to="coast")
        library.shelf.image("new.jpg", vector=towards("beach"))
        await noticed()
        assert await news(library, "coast") == (["4"], [])
        await call(library, "save", name="coast", query="forest", replace=True)
        await noticed()
        assert await news(library, "coast") == ([], [])


async def test_another_model_is_no_news(library: Library, tmp_path: Path) -> None:
    first = concept_pack(tmp_path)
    second = Pack(first.folder, msgspec.structs.replace(first.manifest, revision="2"))
    async with followed(library) as noticed:
        library.shelf.image("new.jpg", vector=towards("beach"))
        await noticed()
        with library.shelf.catalog.write() as tx:  # it has seen no picture, and so finds none
            models.activate(tx, models.register(tx, "concepts", "2", library.shelf.model.dimension))
            library.engine.use(second, Concepts(), ExactIndex(library.shelf.model.dimension))
            tx.changed("model", 2)
        await noticed()
        assert await news(library) == ([], [])


async def test_a_search_that_cannot_be_answered_keeps_its_members_and_the_others_are_followed(library: Library) -> None:
    async with followed(library) as noticed:
        with library.shelf.catalog.write() as tx:
            tx.sql.execute("INSERT INTO saved VALUES (9, 'a', 'colur:red', 'default', 0)")
            tx.changed("saved", 9)
        library.shelf.image("new.jpg", vector=towards("beach"))
        await noticed()
        assert await news(library) == (["4"], [])
        assert await news(library, "a") == ([], [])


async def test_what_happened_more_than_a_year_ago_is_not_known(library: Library) -> None:
    async with followed(library):
        with library.shelf.catalog.write() as tx:
            members.begin(tx, 1)
            members.followed(tx, 1, Following("default beach", "", 5_000))
    changes: SavedChanges = await call(library, "saved.changes", name="sea", since="1970")
    assert changes.since is not None
    assert changes.since > "2000"


async def test_an_unknown_search_or_moment_is_said_so(library: Library) -> None:
    with pytest.raises(NotFound):
        await call(library, "saved.changes", name="none")
    with pytest.raises(UserError, match="no date"):
        await call(library, "saved.changes", name="sea", since="soon")


async def test_a_day_that_begins_asks_again(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(membership, "LOOK_S", 0.01)
    async with followed(library) as noticed:
        monkeypatch.setattr(membership, "date", SimpleNamespace(today=lambda: date(2999, 1, 1)))
        await noticed()


async def test_following_many_searches_drops_no_answer_that_a_person_is_looking_at(library: Library) -> None:
    await library.followers.caught_up(library.shelf.catalog.seq())
    answer = await library.ask("forest")
    with gesture(library.shelf.catalog) as action:
        for number in range(snapshots.MOST):
            put(action, f"{number}", f"beach -word{number}", "default")
    async with followed(library):
        assert (await library.ask("forest", snapshot=answer.snapshot)).total == 1
