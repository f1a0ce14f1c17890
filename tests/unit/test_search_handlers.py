"""The socket's methods that ask: search, similar, explain, and the folders that are no search."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from support.searching import Library
from support.shelf import Vector, towards
from vaultd.catalog import looks
from vaultd.demo.scene import Scene, draw
from vaultd.handlers import duplicates, history, images, saved, search, views
from vaultd.handlers.vault import Vault
from vaultd.worker.looks import look
from vaultd.worker.messages import Unreadable
from vaultipc.errors import NotFound, QueryError, Refused, UserError
from vaultipc.messages import METHODS

HANDLERS = {
    **search.HANDLERS,
    **images.HANDLERS,
    **views.HANDLERS,
    **duplicates.HANDLERS,
    **saved.HANDLERS,
    **history.HANDLERS,
}
MAY_2023 = 1_682_899_200_000


async def see(path: bytes) -> Vector:
    """Sees a red car in every file, but for text files."""
    if path.endswith(b".txt"):
        raise Unreadable("not-an-image", "it is no picture")
    return towards("red", "car")


@pytest.fixture
async def library(tmp_path: Path) -> Library:
    made = Library(tmp_path, see)
    made.shelf.image("car.jpg", vector=towards("red", "car"), taken_at=MAY_2023)
    made.shelf.image("dog.jpg", vector=towards("dog"), tags=["pets"])
    made.shelf.file(2, "copy of dog.jpg")
    made.shelf.image("gone.jpg")
    made.shelf.lose(3)
    await made.fresh()
    return made


@pytest.fixture
def vault(library: Library, tmp_path: Path) -> Iterator[Vault]:
    absent = cast(Any, None)
    catalog, socket = library.shelf.catalog, tmp_path / "socket"
    yield Vault(catalog, library.config, absent, absent, library.engine, absent, absent, socket)
    library.shelf.close()


async def call(vault: Vault, method: str, **params: object) -> Any:
    """The result of a request as it would come over the socket: decoded, answered, encoded."""
    wanted, given = METHODS[method]
    result = await cast(Any, HANDLERS[method])(vault, msgspec.convert(params, wanted))
    return msgspec.json.decode(msgspec.json.encode(result), type=given)


def names(result: Any) -> list[str]:
    return [hit.name for hit in result.hits]


async def test_a_search_is_remembered_when_it_asks_for_that(vault: Vault) -> None:
    assert names(await call(vault, "search", query="car")) == ["car.jpg"]
    assert (await call(vault, "history")).queries == []
    await call(vault, "search", query="dog", remember=True)
    with pytest.raises(QueryError):
        await call(vault, "search", query="(", remember=True)
    assert [entry.query for entry in (await call(vault, "history")).queries] == ["dog"]


async def test_no_search_is_remembered_where_none_shall_be(vault: Vault) -> None:
    quiet = msgspec.structs.replace(vault.config.privacy, remember_queries=False)
    vault.config = msgspec.structs.replace(vault.config, privacy=quiet)
    await call(vault, "search", query="dog", remember=True)
    assert (await call(vault, "history")).queries == []


async def test_the_like_of_an_image_is_found_by_id_path_or_bytes(vault: Vault, tmp_path: Path) -> None:
    outside = tmp_path / "caf\udce9.jpg"
    outside.touch()
    encoded = b64encode(b"/home/pictures/car.jpg").decode()
    assert names(await call(vault, "similar", image="1")) == []
    assert names(await call(vault, "similar", image="/home/pictures/car.jpg")) == []
    assert names(await call(vault, "similar", image_b64=encoded)) == []
    path = b64encode(str(tmp_path).encode() + b"/caf\xe9.jpg").decode()
    assert names(await call(vault, "similar", image_b64=path)) == ["car.jpg"]


async def test_what_cannot_be_looked_at_has_no_like(vault: Vault, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(Refused, match="no picture"):
        await call(vault, "similar", image=str(tmp_path / "notes.txt"))
    with pytest.raises(NotFound):
        await call(vault, "similar", image="/nowhere.jpg")
    with pytest.raises(NotFound):
        await call(vault, "similar", image="99")


async def test_the_pages_of_a_likeness_are_of_one_answer(vault: Vault, tmp_path: Path) -> None:
    (tmp_path / "x.jpg").touch()
    first = await call(vault, "similar", image=str(tmp_path / "x.jpg"), level="all")
    second = await call(vault, "similar", snapshot=first.snapshot, offset=1)
    assert (first.total, names(second)) == (2, names(first)[1:])


async def test_an_answer_is_explained_for_any_image(vault: Vault) -> None:
    assert (await call(vault, "explain", query="car", image="1")).matched
    assert not (await call(vault, "explain", query="car", image="/home/pictures/dog.jpg")).matched
    with pytest.raises(NotFound):
        await call(vault, "explain", query="car", image="99")


async def test_one_image_is_told_with_all_its_files(vault: Vault) -> None:
    info = await call(vault, "image", image="2")
    assert [place.path for place in info.paths] == ["/home/pictures/dog.jpg", "/home/pictures/copy of dog.jpg"]
    assert (await call(vault, "image", image="3")).paths[0].state == "missing"


async def test_hits_are_of_the_images_named_wherever_they_are(vault: Vault) -> None:
    listing = await call(vault, "hits", ids=["3", "99", "1"])
    assert [(hit.name, hit.state) for hit in listing.hits] == [("gone.jpg", "missing"), ("car.jpg", "online")]
    for wrong in ("x", "-1", "", "9" * 30, "１"):
        with pytest.raises(UserError, match="no image id"):
            await call(vault, "hits", ids=[wrong])


async def test_views_list_what_they_say(vault: Vault) -> None:
    assert names(await call(vault, "view", view="recent")) == ["dog.jpg", "car.jpg"]
    assert names(await call(vault, "view", view="untagged")) == ["car.jpg"]
    assert names(await call(vault, "view", view="missing")) == ["gone.jpg"]


async def test_dates_lead_from_years_to_images(vault: Vault) -> None:
    assert (await call(vault, "dates")).values == [2023]
    assert (await call(vault, "dates", year=2023)).values == [5]
    assert names(await call(vault, "dates", year=2023, month=5)) == ["car.jpg"]
    assert names(await call(vault, "dates", year=9999, month=12)) == []
    for wrong in ({"month": 5}, {"year": 2023, "month": 13}, {"year": -1}, {"year": 10_000}):
        with pytest.raises(UserError, match="month"):
            await call(vault, "dates", **wrong)


async def test_contents_with_several_files_are_duplicates(vault: Vault) -> None:
    (group,) = (await call(vault, "duplicates")).groups
    assert (group.level, group.best) == ("exact", "/home/pictures/dog.jpg")
    assert len(group.members) == 2


async def test_copies_of_a_picture_are_duplicates_of_another_level(library: Library, vault: Vault) -> None:
    drawn = draw(Scene("boat", "red", "beach", 1), (320, 240))
    with library.shelf.catalog.write() as tx:
        looks.put(tx, 1, look(drawn.resize((160, 120))))
        looks.put(tx, 2, look(drawn))
        tx.sql.execute("UPDATE images SET width = 2 * width, height = 2 * height WHERE id = 2")
    (group,) = (await call(vault, "duplicates", level="same")).groups
    assert (group.level, group.best, group.image) == ("same", "/home/pictures/dog.jpg", "2")
    assert [member.path for member in group.members] == ["/home/pictures/dog.jpg", "/home/pictures/car.jpg"]
    assert group.images == ["2", "1"]
    (exact,) = (await call(vault, "duplicates")).groups
    assert exact.images == ["2", "2"]
    assert len((await call(vault, "duplicates", level="same", image="1")).groups) == 1
    assert (await call(vault, "duplicates", level="same", image="3")).groups == []
    assert (await call(vault, "duplicates", image="1")).groups == []
