"""Why a picture is in an answer, or is not: every part says its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.searching import Library
from support.shelf import direction, towards
from vaultipc.messages import Explanation, PartMatch


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    made = Library(tmp_path)
    yield made
    made.shelf.close()


@pytest.fixture
async def shore(library: Library) -> Library:
    """1 a red car · 2 something red, tagged car · 3 Anna at a beach · 4 a beach with people."""
    library.shelf.image("1.jpg", vector=towards("red", "car"), texts={"title": "my red car"})
    library.shelf.image("2.jpg", vector=towards("red", "thing"), tags=["car"])
    library.shelf.image("3.jpg", vector=towards("beach", "sand"), tags=["Anna"])
    library.shelf.image("4.jpg", vector=towards("beach", "people"))
    library.shelf.image("5.jpg", vector=direction("void"))
    await library.fresh()
    return library


async def parts(library: Library, query: str, image: int) -> dict[tuple[str, str], PartMatch]:
    return {(part.role, part.text): part for part in (await library.engine.explain(query, image)).parts}


async def test_words_say_what_they_reach_and_what_they_need(shore: Library) -> None:
    why = await shore.engine.explain("red car", 1)
    (asked, *_) = why.parts
    assert (asked.role, asked.text, asked.matched) == ("asked", "red car", True)
    assert (asked.similarity, asked.cut) == (why.similarity, why.cut)
    assert asked.similarity is not None and asked.cut is not None and asked.similarity >= asked.cut  # noqa: PT018
    assert {(word.word, word.field) for word in why.words} == {("red", "title"), ("car", "title")}


async def test_words_that_are_seen_beside_written_ones_are_told(shore: Library) -> None:
    seen = (await parts(shore, "red car", 2))["seen", "red"]
    assert seen.similarity is not None and seen.cut is not None and seen.similarity >= seen.cut  # noqa: PT018
    assert ("seen", "red") not in await parts(shore, "red car", 5)


async def test_a_word_that_must_be_written_is_told(shore: Library) -> None:
    assert ("label", "anna") in await parts(shore, "anna beach", 3)
    assert ("label", "anna") in await parts(shore, "anna beach", 4)
    assert not (await shore.engine.explain("anna beach", 4)).matched


async def test_what_is_excluded_says_its_similarity_and_its_cut(shore: Library) -> None:
    removed = (await parts(shore, "beach -people", 4))["excluded", "people"]
    assert removed.matched
    assert removed.similarity is not None and removed.cut is not None  # noqa: PT018
    kept = (await parts(shore, "beach -people", 3))["excluded", "people"]
    assert not kept.matched
    assert [(f.text, f.passed) for f in (await shore.engine.explain("beach -people", 4)).filters] == [
        ("-people", False)
    ]
    assert (await parts(shore, "beach -people", 4))["excluded", "people"].cut is not None


async def test_a_sum_says_what_each_of_its_terms_reaches(shore: Library) -> None:
    found = await parts(shore, "like:1 + 2:beach - people", 4)
    assert [part.weight for (role, _), part in found.items() if role == "term"] == [1, 2, -1]
    assert found["term", "beach"].matched
    assert not found["term", "like:1"].matched
    assert found["asked", "like:1 + 2:beach - people"].similarity is not None


async def test_a_phrase_has_no_similarity(shore: Library) -> None:
    phrase = (await parts(shore, '"red car"', 1))["asked", '"red car"']
    assert (phrase.matched, phrase.similarity, phrase.cut) == (True, None, None)


async def test_where_everything_passes_nothing_is_needed(shore: Library) -> None:
    why = await shore.engine.explain("car -beach", 5, level="all")
    asked, excluded = why.parts[0], why.parts[-1]
    assert why.matched
    assert (asked.cut, excluded.role) == (None, "excluded")
    assert excluded.cut is not None


async def test_the_reasons_of_an_answer_are_those_of_each_picture(shore: Library) -> None:
    for query in ("red car -people", "like:1 OR beach", "anna beach", "2:red car type:jpeg"):
        answer = await shore.ask(query, explain=True)
        assert answer.hits
        for hit in answer.hits:
            assert isinstance(hit.explain, Explanation)
            assert hit.explain == await shore.engine.explain(query, int(hit.id))
            assert hit.explain.matched
