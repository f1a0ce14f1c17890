"""Meaning and text together: what either side alone would miss, and what neither may spoil for the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.searching import Library
from support.shelf import direction, towards


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    made = Library(tmp_path)
    yield made
    made.shelf.close()


@pytest.fixture
async def street(library: Library) -> Library:
    """1 red car · 2 something red, tagged car · 3 something blue, tagged car · 4 a car, "red" written · 5 blue car ·
    6 nothing, both written · 7 a beach, Anna · 8 a beach · 9 Anna elsewhere · 10 nothing in particular, called cards.
    """
    shelf = library.shelf
    shelf.image("1.jpg", vector=towards("red", "car"))
    shelf.image("2.jpg", vector=towards("red", "thing", "x"), tags=["car"])
    shelf.image("3.jpg", vector=towards("blue", "thing", "x"), tags=["car"])
    shelf.image("4.jpg", vector=towards("car", "mud", "rope"), texts={"description": "painted red"})
    shelf.image("5.jpg", vector=towards("blue", "car"))
    shelf.image("6.jpg", vector=direction("nothing"), texts={"title": "The red one", "comment": "my car"})
    shelf.image("7.jpg", vector=towards("beach", "sand"), tags=["people/Anna"])
    shelf.image("8.jpg", vector=towards("beach", "sea"))
    shelf.image("9.jpg", vector=direction("garden"), tags=["people/Anna"])
    shelf.image("IMG_1234 cards.jpg", vector=direction("void"))
    await library.fresh()
    return library


async def test_each_word_may_be_met_by_either_side(street: Library) -> None:
    found = set(await street.found("red car"))
    assert {1, 2, 4, 6} <= found
    assert not {3, 5, 7, 8, 9, 10} & found
    assert await street.found("red car", only="text") == [6]
    assert not {2, 4, 6} & set(await street.found("red car", only="meaning"))


async def test_a_label_that_the_model_does_not_know_must_be_written(street: Library) -> None:
    assert 8 in await street.found("anna beach", only="meaning", level="loose")
    assert await street.found("anna beach", level="loose") == [7]
    assert await street.found("anna beach") == [7]
    assert set(await street.found("anna")) == {7, 9}


async def test_a_word_that_nobody_uses_as_a_label_leaves_meaning_alone(street: Library) -> None:
    assert set(await street.found("beach")) == set(await street.found("a beach")) == {7, 8}
    assert 8 in await street.found("sea beach")


async def test_what_only_the_model_tags_is_no_label(library: Library) -> None:
    library.shelf.image("1.jpg", vector=towards("beach", "a"), texts={"title": "quokka"}, auto=["quokka"])
    other = library.shelf.image("2.jpg", vector=towards("beach", "b"))
    await library.fresh()
    assert other in await library.found("quokka beach", level="loose")


async def test_a_keyword_of_a_file_is_a_label(library: Library) -> None:
    keyword = library.shelf.image("1.jpg", vector=towards("beach", "a"))
    other = library.shelf.image("2.jpg", vector=towards("beach", "b"))
    library.shelf.tag(keyword, "quokka", source="iptc")
    await library.fresh()
    assert await library.found("quokka beach", level="loose") == [keyword]
    assert other in await library.found("quokka beach", level="loose", only="meaning")


async def test_small_words_need_not_be_written(street: Library) -> None:
    for query in ("a photo of the red car", "the red car", "car that is red", "ein Bild mit red car"):
        assert 6 in await street.found(query, only="text")
    assert await street.found("the", only="text") == [6]
    assert 6 not in await street.found('"the red car"', only="text")


async def test_words_are_whole(street: Library) -> None:
    assert 10 not in await street.found("car", only="text")
    assert await street.found("cards", only="text") == [10]
    assert await street.found("1234") == await street.found("img 1234", only="text") == [10]


async def test_what_is_written_and_seen_comes_before_what_is_only_seen(library: Library) -> None:
    seen = library.shelf.image("seen.jpg", vector=towards("red", "car", "x"))
    both = library.shelf.image("both.jpg", vector=towards("red", "car", "y"), texts={"title": "car"})
    await library.fresh()
    assert await library.found("red car") == [both, seen]


async def test_a_rare_word_in_a_caption_beats_a_vague_likeness(library: Library) -> None:
    for number in range(40):
        library.shelf.image(f"{number}.jpg", vector=towards("lighthouse", "x", "y", "w", f"z{number}"))
    named = library.shelf.image("named.jpg", vector=direction("else"), texts={"caption": "the lighthouse of Eckmühl"})
    await library.fresh()
    assert (await library.found("lighthouse", level="loose"))[0] == named


async def test_likenesses_that_are_all_vague_leave_the_word_to_the_text(library: Library) -> None:
    for number in range(40):
        library.shelf.image(f"{number}.jpg", vector=towards("lighthouse", "x", "y", "w", f"z{number}"))
    named = library.shelf.image("named.jpg", vector=direction("else"), texts={"caption": "the lighthouse of Eckmühl"})
    await library.fresh()
    assert len(await library.found("lighthouse", level="loose", only="meaning")) > 30
    assert (await library.found("lighthouse", level="loose"))[0] == named
    assert len(await library.found("lighthouse")) < 20
    why = await library.engine.explain("lighthouse", 1)
    assert not why.matched
    assert why.similarity is not None and why.cut is not None and why.similarity < why.cut  # noqa: PT018


async def test_an_exact_keyword_is_never_missed_however_strict_the_level(library: Library) -> None:
    tagged = {library.shelf.image(f"t{n}.jpg", vector=direction(f"q{n}"), tags=["kingfisher"]) for n in range(50)}
    for number in range(50):
        library.shelf.image(f"m{number}.jpg", vector=towards("kingfisher", f"y{number}"))
    await library.fresh()
    assert tagged <= set(await library.found("kingfisher", level="strict"))
    assert tagged <= set(await library.found("kingfisher type:jpeg", level="strict"))
    assert tagged <= set(await library.found("a kingfisher", level="strict"))


async def test_what_is_excluded_is_what_it_would_find_alone(street: Library) -> None:
    everything = set(await street.found("type:image/"))
    for part in ("beach", "car", "red car", "anna", "tag:car", "like:1", "(red + car)", '"red one"'):
        alone = set(await street.found(part))
        assert alone
        assert set(await street.found(f"-{part}" if " " not in part or part[0] in '("' else f"-({part})")) == (
            everything - alone
        )


async def test_what_is_excluded_keeps_its_own_cut_where_everything_is_shown(street: Library) -> None:
    found = await street.found("beach -anna", level="all")
    assert found[0] == 8
    assert set(found) == set(await street.found("type:image/")) - {7, 9}


async def test_a_sum_of_words_is_written_if_all_it_adds_is_and_nothing_it_takes_away(street: Library) -> None:
    assert await street.found("red + car", only="text") == [6]
    assert await street.found("red - car", only="text") == [4]
    assert await street.found("2:red car", only="text") == [6]
    assert await street.found("car - red - blue", only="text") == [2, 3]


async def test_a_sum_with_a_picture_is_a_matter_of_looks(street: Library) -> None:
    assert await street.found("like:8 + car", only="text") == []
    assert 6 not in await street.found("like:1 + red")
