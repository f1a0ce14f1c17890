"""What a `like:` means, and what arithmetic makes of it, on a library whose pictures mean what the test says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import trio

from support.searching import Library
from support.shelf import Concepts, Vector, concept_pack, towards
from vaultd.domain import naming
from vaultd.models.pack import Pack
from vaultd.query import Like
from vaultd.search import likes
from vaultd.search.parsing import parse
from vaultd.worker.messages import Unreadable
from vaultipc.errors import NotFound, QueryError, Refused
from vaultipc.messages import Explanation, SearchParams, SimilarParams


class Eyes:
    """Sees in a file what is written in it. Counts how often it looked; `slow` never ends."""

    looked = 0

    async def __call__(self, path: bytes) -> Vector:
        self.looked += 1
        text = Path(os.fsdecode(path)).read_text()
        if text == "broken":
            raise Unreadable("truncated", "the file ends in the middle of the picture")
        if text == "slow":
            await trio.sleep_forever()
        return towards(*text.split())


@pytest.fixture
def eyes() -> Eyes:
    return Eyes()


@pytest.fixture
def library(tmp_path: Path, eyes: Eyes) -> Iterator[Library]:
    made = Library(tmp_path, eyes)
    yield made
    made.shelf.close()


@pytest.fixture
async def shore(library: Library) -> Library:
    """1 pool · 2 pool by night · 3 pool by night in snow · 4 dog · 5 another dog.jpg · 6 not looked at."""
    shelf = library.shelf
    shelf.image("pool.jpg", vector=towards("pool"))
    shelf.image("IMG_2.jpg", vector=towards("pool", "night"))
    shelf.image("winter/IMG_3.jpg", vector=towards("pool", "night", "snow"))
    shelf.image("2023/dog.jpg", vector=towards("dog", "a"))
    shelf.image("2024/dog.jpg", vector=towards("dog", "b"))
    shelf.image("new.jpg")
    await library.fresh()
    return library


async def test_a_picture_is_named_by_id_by_name_or_by_path(shore: Library) -> None:
    by_id = await shore.found("like:2")
    assert by_id[0] == 2
    assert 4 not in by_id
    for name in ("IMG_2.jpg", "img_2.JPG", "/home/pictures/IMG_2.jpg", "/home/./pictures/x/../IMG_2.jpg"):
        assert await shore.found(f"like:{name}") == by_id


async def test_any_other_file_is_looked_at_and_not_taken_in(shore: Library, tmp_path: Path, eyes: Eyes) -> None:
    (tmp_path / "mine.jpg").write_text("dog")
    assert set(await shore.found(f"like:{tmp_path}/mine.jpg")) == {4, 5}
    assert set(await shore.found(f"like:{tmp_path}/mine.jpg path:2024")) == {5}
    assert eyes.looked == 1
    with shore.shelf.catalog.read() as sql:
        assert sql.execute("SELECT count(*) FROM images").fetchone() == (6,)


async def test_a_file_that_changed_is_looked_at_again(shore: Library, tmp_path: Path) -> None:
    file = tmp_path / "mine.jpg"
    file.write_text("dog")
    assert set(await shore.found(f"like:{file}")) == {4, 5}
    file.write_text("pool")
    assert (await shore.found(f"like:{file}"))[0] == 1


async def test_a_tilde_is_the_home_folder(shore: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "mine.jpg").write_text("dog")
    assert set(await shore.found("like:~/mine.jpg")) == {4, 5}


async def test_a_link_stands_for_the_picture_it_leads_to(shore: Library, tmp_path: Path) -> None:
    (tmp_path / "link.jpg").symlink_to("/home/pictures/pool.jpg")
    assert await shore.found(f"like:{tmp_path}/link.jpg") == await shore.found("like:1")
    (tmp_path / "entry.jpg").symlink_to("/anywhere/.originals/1/pool.jpg")
    assert await shore.found(f"like:{tmp_path}/entry.jpg") == await shore.found("like:1")


async def test_a_name_that_means_several_pictures_asks_which(shore: Library) -> None:
    with pytest.raises(QueryError, match=r"2 pictures are called “dog.jpg”: 4 \(/home/pictures/2023/dog.jpg\), 5"):
        await shore.ask("like:dog.jpg")
    assert (await shore.found("like:2024/dog.jpg"))[0] == 5


async def test_a_name_is_found_before_the_indexes_have_caught_up(shore: Library) -> None:
    shore.shelf.image("just now.jpg", vector=towards("pool"))
    assert (await shore.found('like:"just now.jpg"'))[0] == 1


async def test_a_name_that_is_none_is_told_with_what_may_be_meant(shore: Library) -> None:
    with pytest.raises(NotFound, match=r"there is no picture “pol\.jpg”"):
        await shore.ask("like:pol.jpg")
    with pytest.raises(NotFound) as told:
        await shore.ask("like:img_22_2.jpg")
    assert "IMG_2.jpg" in told.value.hint
    for wrong in ("99", "9" * 30, "/nowhere/x.jpg", "~nobody/x.jpg", "x/pool.jpg"):
        with pytest.raises(NotFound):
            await shore.ask(f"like:{wrong}")


async def test_a_picture_that_was_not_looked_at_yet_is_waited_for(shore: Library) -> None:
    with pytest.raises(NotFound, match="was not looked at yet") as told:
        await shore.ask("like:new.jpg")
    assert "vvault wait" in told.value.hint


async def test_what_is_no_picture_is_refused(shore: Library, tmp_path: Path) -> None:
    (tmp_path / "torn.jpg").write_text("broken")
    with pytest.raises(Refused, match=r"torn\.jpg cannot be used: the file ends in the middle"):
        await shore.ask(f"like:{tmp_path}/torn.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    for no_file in (tmp_path, tmp_path / "pipe.jpg", "/dev/zero"):
        with pytest.raises(Refused, match="no file that holds a picture"):
            await shore.ask(f"like:{no_file}")


async def test_a_file_that_takes_for_ever_costs_its_asker_alone(
    shore: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(likes, "WITHIN_S", 0.3)
    (tmp_path / "huge.jpg").write_text("slow")
    refused = []

    async def ask() -> None:
        with pytest.raises(Refused, match="took longer than"):
            await shore.ask(f"like:{tmp_path}/huge.jpg")
        refused.append(True)

    async with trio.open_nursery() as nursery:
        for _ in range(10):
            nursery.start_soon(ask)
        await trio.sleep(0.05)
        assert 4 in await shore.found("dog")
        assert not refused
    assert len(refused) == 10


async def test_who_may_not_name_files_names_pictures_of_the_library(shore: Library, tmp_path: Path) -> None:
    (tmp_path / "mine.jpg").write_text("dog")
    naming.by_id_only()
    assert (await shore.engine.search(SearchParams(query="like:1"))).total
    for query in (
        f"like:{tmp_path}/mine.jpg",
        "like:~/mine.jpg",
        "like:∕tmp∕mine.jpg",
        "-like:/home/pictures/pool.jpg dog",
        "like:1 + like:/x",
    ):
        with pytest.raises(Refused, match="by path"):
            parse(query)
        with pytest.raises(Refused, match="by path"):
            await shore.engine.search(SearchParams(query=query))
        with pytest.raises(Refused, match="by path"):
            await shore.engine.explain(query, 1)
    with pytest.raises(Refused, match="by path"):
        await shore.engine.similar(SimilarParams(), Like("/home/pictures/pool.jpg"))


async def test_pictures_and_words_are_added_and_taken_away(shore: Library) -> None:
    assert (await shore.found("like:pool.jpg + night"))[0] == 2
    assert (await shore.found("like:pool.jpg + night + snow"))[0] == 3
    assert (await shore.found("like:IMG_3.jpg - snow"))[0] == 2
    assert (await shore.found('like:IMG_3.jpg - "snow" - night'))[0] == 1
    assert set((await shore.found("like:1 + like:4", level="all"))[:2]) == {1, 4}
    assert (await shore.found("4:like:1 + like:4", level="all"))[0] == 1
    assert (await shore.found("like:1 + 4:like:4", level="all"))[0] == 4


async def test_weights_move_what_a_sum_means(shore: Library) -> None:
    assert (await shore.found("5:pool night", only="meaning"))[0] == 1
    assert (await shore.found("pool 5:snow", level="all", only="meaning"))[0] == 3


async def test_what_takes_away_all_that_it_adds_means_nothing(shore: Library) -> None:
    assert await shore.found("like:1 - like:1") == []
    assert await shore.found("pool - pool", only="meaning") == []


async def test_a_like_is_a_condition_like_any_other(shore: Library) -> None:
    assert set(await shore.found("like:4")) == {4, 5}
    assert await shore.found("like:4 path:2024") == [5]
    assert set(await shore.found("like:4 OR like:1")) >= {1, 4, 5}
    assert await shore.found("dog -like:4") == []
    assert not {4, 5} & set(await shore.found("-like:4"))
    assert not {4, 5} & set(await shore.found("-like:4", level="all"))


async def test_a_like_is_of_meaning_alone(shore: Library) -> None:
    assert await shore.found("like:1", only="text") == []
    assert await shore.found("like:1", only="meaning") == await shore.found("like:1")


async def test_similar_shares_all_that_like_can(shore: Library, tmp_path: Path) -> None:
    async def similar(image: str) -> list[int]:
        return [int(hit.id) for hit in (await shore.engine.similar(SimilarParams(limit=9), Like(image))).hits]

    alike = await shore.found("like:2")
    assert await similar("2") == await similar("/home/pictures/IMG_2.jpg") == [image for image in alike if image != 2]
    (tmp_path / "mine.jpg").write_text("pool")
    assert (await similar(f"{tmp_path}/mine.jpg"))[0] == 1
    answer = await shore.engine.similar(SimilarParams(explain=True), Like("2"))
    assert [hit.explain.matched for hit in answer.hits if isinstance(hit.explain, Explanation)] == [True] * answer.total


async def test_answers_to_different_pictures_of_one_name_are_different(shore: Library, tmp_path: Path) -> None:
    file = tmp_path / "mine.jpg"
    file.write_text("dog")
    first = await shore.ask(f"like:{file}")
    assert (await shore.ask(f"like:{file}")).snapshot == first.snapshot
    file.write_text("pool night")
    assert (await shore.ask(f"like:{file}")).snapshot != first.snapshot


async def test_another_model_looks_for_itself(shore: Library, tmp_path: Path, eyes: Eyes) -> None:
    file, library = tmp_path / "mine.jpg", shore
    file.write_text("dog")
    await library.ask(f"like:{file}")
    await library.ask(f"like:{file} sort:date")
    assert eyes.looked == 1
    pack = concept_pack(tmp_path)
    other = Pack(pack.folder, msgspec.structs.replace(pack.manifest, revision="2"))
    library.engine.use(other, Concepts(), library.followers.vectors)
    await library.ask(f"like:{file}")
    assert eyes.looked == 2


async def test_the_picture_that_is_meant_comes_first_whatever_is_as_like_it(library: Library) -> None:
    one, other = (library.shelf.image(f"{name}.jpg", vector=towards("pool")) for name in ("one", "other"))
    await library.fresh()
    assert await library.found("like:one.jpg group:no") == [one, other]
    assert await library.found("like:other.jpg group:no") == [other, one]
