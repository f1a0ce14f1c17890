"""What hiding and preferring do to an answer, on a library whose pictures mean exactly what the test says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import numpy as np
import pytest

from support.searching import Library
from support.shelf import Concepts, Vector, concept_pack, direction, towards
from vaultd.catalog import actions, embeddings, feedback, models, undo
from vaultd.index.exact import ExactIndex
from vaultd.models.pack import Pack
from vaultd.query import parse
from vaultd.search.feedback import subject
from vaultipc.messages import Verdict

BEACH = [1, 2, 3, 4, 5, 6]
"""Beaches; those of even number have a dog on them, the others a boat."""
ELSEWHERE = 7


@pytest.fixture
async def coast(tmp_path: Path) -> object:
    """Six beaches, a forest (7) and a tagged picture that nobody has looked at (8)."""
    library = Library(tmp_path)
    for number in BEACH:
        library.shelf.image(f"{number}.jpg", vector=beach(number))
    library.shelf.image("7.jpg", vector=towards("forest"))
    library.shelf.image("8.jpg", tags=["sea"])
    await library.fresh()
    return library


def beach(number: int) -> Vector:
    vector = 4 * direction("beach") + 2 * direction("boat" if number % 2 else "dog") + direction(f"{number}")
    unit: Vector = vector / np.linalg.norm(vector)
    return unit


@pytest.fixture
def library(coast: Library) -> Iterator[Library]:
    yield coast
    coast.shelf.close()


def say(library: Library, query: str, verdict: Verdict, *images: int) -> str:
    catalog = library.shelf.catalog
    with catalog.write() as tx, actions.recorded(tx, verdict, "test", "test") as action:
        feedback.say(action, subject(parse(query)), images, verdict)
    assert action.id is not None
    return action.id


def places(found: list[int], wanted: list[int]) -> int:
    """How far behind these images stand, all together."""
    return sum(found.index(image) for image in wanted)


async def test_a_hidden_picture_leaves_this_query_alone(library: Library) -> None:
    assert sorted(await library.found("beach")) == BEACH
    say(library, "beach", "hide", 2)
    assert sorted(await library.found("beach")) == [1, 3, 4, 5, 6]
    assert 2 in await library.found("beach -forest")
    assert (await library.ask("beach")).total == 5


async def test_it_is_hidden_in_every_order_and_at_every_level(library: Library) -> None:
    say(library, "beach", "hide", 2)
    for text, params in (("beach sort:name", {}), ("beach", {"level": "all"}), ("limit:3 beach group:no", {})):
        assert 2 not in await library.found(text, **params)
    assert 2 not in await library.engine.ids_matching("beach")


async def test_a_preferred_picture_leads_and_one_that_does_not_match_comes_in(library: Library) -> None:
    say(library, "beach", "prefer", 5)
    say(library, "beach", "prefer", ELSEWHERE)
    answer = await library.ask("beach")
    assert [int(hit.id) for hit in answer.hits][:2] == [5, ELSEWHERE]
    scores = {int(hit.id): hit.score for hit in answer.hits}
    assert scores[ELSEWHERE] is None
    assert all(scores[image] is not None for image in BEACH)


async def test_an_order_that_is_asked_for_stays(library: Library) -> None:
    say(library, "beach", "prefer", ELSEWHERE)
    assert await library.found("beach sort:name") == [*BEACH, ELSEWHERE]
    assert (await library.found("beach sort:relevance"))[0] == ELSEWHERE


async def test_the_others_are_drawn_to_what_is_preferred_and_away_from_what_is_hidden(tmp_path: Path) -> None:
    library = Library(tmp_path)
    dogs = [number for number in range(1, 21) if number % 2 == 0]
    for number in range(1, 21):
        library.shelf.image(f"{number}.jpg", vector=beach(number))
    await library.fresh()
    with closing(library.shelf):
        before = await library.found("beach")
        say(library, "beach", "prefer", dogs[0])
        preferred = await library.found("beach")
        assert sorted(preferred) == sorted(before)
        assert places(preferred[1:], dogs[1:]) < places([image for image in before if image != dogs[0]], dogs[1:])
        say(library, "beach", "hide", dogs[0])
        assert places(await library.found("beach"), dogs[1:]) > places(preferred[1:], dogs[1:])


async def test_a_query_of_fields_alone_only_hides_and_prefers(library: Library) -> None:
    say(library, "name:*.jpg", "hide", 3)
    say(library, "name:*.jpg", "prefer", 2)
    answer = await library.ask("name:*.jpg")
    assert [int(hit.id) for hit in answer.hits] == [2, 8, 7, 6, 5, 4, 1]
    assert all(hit.score is None for hit in answer.hits)


async def test_a_preferred_picture_that_is_away_waits_until_it_is_back(library: Library) -> None:
    say(library, "beach", "prefer", 5, 8)
    library.shelf.lose(5)
    found = await library.found("beach")
    assert found[0] == 8
    assert 5 not in found


async def test_nothing_found_and_one_preferred_is_an_answer_of_one(library: Library) -> None:
    say(library, "xqzvkj", "prefer", 5)
    assert await library.found("xqzvkj") == [5]


async def test_a_verdict_is_explained(library: Library) -> None:
    say(library, "beach", "hide", 2)
    say(library, "beach", "prefer", ELSEWHERE)
    hidden = await library.engine.explain("beach", 2)
    assert (hidden.matched, hidden.feedback) == (False, "hidden")
    preferred = await library.engine.explain("beach", ELSEWHERE)
    assert (preferred.matched, preferred.feedback) == (True, "preferred")
    assert (await library.engine.explain("beach", 1)).feedback == ""


async def test_undoing_gives_the_answer_back_at_once(library: Library) -> None:
    before = await library.found("beach")
    say(library, "beach", "hide", 2, 1)
    say(library, "beach", "prefer", ELSEWHERE)
    assert await library.found("beach") != before
    with library.shelf.catalog.write() as tx:
        undo.undo(tx, undo.newest(tx.sql, 2), "test")
    assert await library.found("beach") == before


async def test_verdicts_hold_when_another_model_answers(library: Library, tmp_path: Path) -> None:
    say(library, "beach", "hide", 2)
    say(library, "beach", "prefer", 6)
    first = concept_pack(tmp_path)
    second = Pack(first.folder, msgspec.structs.replace(first.manifest, revision="2"))
    index = ExactIndex(library.shelf.model.dimension)
    with library.shelf.catalog.write() as tx:
        model = models.register(tx, "concepts", "2", library.shelf.model.dimension)
        ids, rows = embeddings.of(tx.sql, library.shelf.model, BEACH)
        for image, row in zip(ids.tolist(), rows, strict=True):
            embeddings.put(tx, image, model, row)
    index.put(ids, rows)
    library.engine.use(second, Concepts(), index)
    answer = await library.ask("beach", only="meaning")
    assert answer.model == "concepts 2"
    assert answer.hits[0].id == "6"
    assert sorted(int(hit.id) for hit in answer.hits) == [1, 3, 4, 5, 6]
