"""What an answer promises, on a library whose pictures mean exactly what the test says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from support.searching import Library
from support.shelf import direction, towards
from vaultd.catalog import history
from vaultd.query import Like
from vaultd.search import snapshots
from vaultipc.errors import NotFound, QueryError
from vaultipc.messages import SimilarParams

IN_1971, IN_JANUARY_1972, IN_1973 = 47_336_400_000, 64_693_080_000, 110_451_600_000


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    made = Library(tmp_path)
    yield made
    made.shelf.close()


@pytest.fixture
async def zoo(library: Library) -> Library:
    """1 red car · 2 blue car · 3 dog at the beach · 4 beach · 5 means nothing, tagged · 6 means nothing, says so."""
    shelf = library.shelf
    shelf.image("IMG_1.jpg", vector=towards("red", "car"), taken_at=IN_1973, camera="Nikon D90", size=10)
    shelf.image("IMG_2.jpg", vector=towards("blue", "car"), taken_at=IN_1971, tags=["pets"], size=30)
    shelf.image("IMG_3.png", vector=towards("dog", "beach"), taken_at=IN_JANUARY_1972, type_="image/png", auto=["dog"])
    shelf.image("sea/IMG_4.jpg", vector=towards("beach"), pixels=(4000, 3000))
    shelf.image("sea/IMG_5.jpg", vector=direction("something"), tags=["pets/dogs", "red car"])
    shelf.image("Café/IMG_6.jpg", vector=direction("else"), texts={"title": "A dog waits"})
    await library.fresh()
    return library


async def test_words_find_what_they_mean(zoo: Library) -> None:
    assert await zoo.found("beach", only="meaning") == [4, 3]
    assert set(await zoo.found("car")) == {1, 2, 5}


async def test_several_words_are_meant_together(zoo: Library) -> None:
    assert (await zoo.found("red car", only="meaning"))[0] == 1
    assert await zoo.found("red car", level="strict", only="meaning") == [1]
    assert await zoo.found("car tag:pets red", level="strict", only="meaning") == []


async def test_what_is_written_is_never_missed(zoo: Library) -> None:
    assert 6 in await zoo.found("dog", level="strict")
    assert 5 in await zoo.found("red car", level="strict")
    assert await zoo.found("dog", only="text") == [6]
    assert await zoo.found("cafe") == [6]


async def test_a_phrase_is_text_only_and_stands_together(zoo: Library) -> None:
    assert await zoo.found('"dog waits"') == [6]
    assert await zoo.found('"waits dog"') == []
    assert await zoo.found('"beach"') == []


async def test_a_word_that_is_excluded_removes_what_it_would_find(zoo: Library) -> None:
    assert await zoo.found("beach -dog") == [4]
    assert (await zoo.found("beach -dog", level="all"))[0] == 4
    assert 3 not in await zoo.found("beach -dog", level="all")
    assert set(await zoo.found("-beach")) == {1, 2, 5, 6}


async def test_nothing_comes_back_for_what_means_nothing(zoo: Library) -> None:
    for nonsense in ("xqzvkj", "wplfrt qqqz", "0f9a8b", "!!!", "~"):
        assert (await zoo.ask(nonsense)).total == 0


async def test_an_empty_query_matches_nothing_and_an_order_alone_everything(zoo: Library) -> None:
    assert await zoo.found("") == []
    assert await zoo.found("sort:size") == [3, 4, 5, 6, 2, 1]
    assert await zoo.found("limit:2") == [1, 3]


async def test_a_choice_finds_either(zoo: Library) -> None:
    assert set(await zoo.found("beach OR car")) == {1, 2, 3, 4, 5}
    assert set(await zoo.found("tag:=pets OR beach")) == {2, 3, 4}
    assert await zoo.found("(beach OR car) type:png") == [3]
    assert set(await zoo.found("name:IMG_6* OR -(car OR beach)")) == {6}


FIELDS: dict[str, set[int]] = {
    "tag:pets": {2, 5},
    "tag:=pets": {2},
    "tag:pets/dogs": {5},
    "tag:PETS": {2, 5},
    "-tag:pets": {1, 3, 4, 6},
    'tag:"red car"': {5},
    "tag:dog": set(),
    "auto:dog": {3},
    "-auto:dog tag:pets": {2, 5},
    "type:png": {3},
    "type:image/": {1, 2, 3, 4, 5, 6},
    "after:1972": {1, 3},
    "before:1972": {2},
    "date:1972-01": {3},
    "date:1971..1972": {2, 3},
    "-date:1972": {1, 2, 4, 5, 6},
    "date:>1972": {1},
    "date:<=1972": {2, 3},
    "camera:nikon": {1},
    "-camera:nikon": {2, 3, 4, 5, 6},
    "width:>=1000": {4},
    "height:100..480 -type:png": {1, 2, 5, 6},
    "name:img_1*": {1},
    "name:4.jpg": {4},
    "name:4": {4},
    "name:sea": set(),
    "path:/sea/": {4, 5},
    "path:cafe": {6},
    "path:*/sea/*_4*": {4},
}


async def test_a_field_is_exact(zoo: Library) -> None:
    assert {query: set(await zoo.found(query)) for query in FIELDS} == FIELDS


async def test_a_filter_never_moves_the_cut(zoo: Library) -> None:
    plain, filtered = await zoo.ask("beach"), await zoo.ask("beach type:png")
    assert plain.cut == filtered.cut
    assert [hit.id for hit in filtered.hits] == ["3"]
    assert {hit.id: hit.score for hit in plain.hits}["3"] == filtered.hits[0].score


async def test_a_filter_finds_what_stands_far_behind(library: Library) -> None:
    for number in range(600):
        library.shelf.image(f"many/{number}.jpg", vector=towards("car", f"x{number}"))
    rare = library.shelf.image("rare.png", vector=towards("car", "y", "z"), type_="image/png")
    await library.fresh()
    assert await library.found("car type:png") == [rare]
    assert (await library.ask("car")).total > 500


async def test_stricter_levels_find_less(zoo: Library) -> None:
    found = [set(await zoo.found("dog", level=level)) for level in ("strict", "default", "loose", "all")]
    assert found[0] <= found[1] <= found[2] <= found[3] == {1, 2, 3, 4, 5, 6}
    assert (await zoo.ask("dog", level="all")).cut is None


async def test_orders_are_total_and_reversible(zoo: Library) -> None:
    assert await zoo.found("date:1970..1980") == [1, 3, 2]
    assert await zoo.found("date:1970..1980 sort:-date") == [2, 3, 1]
    assert await zoo.found("name:IMG sort:name") == [1, 2, 3, 4, 5, 6]
    assert await zoo.found("name:IMG sort:-name") == [6, 5, 4, 3, 2, 1]
    assert await zoo.found("name:IMG sort:added") == [6, 5, 4, 3, 2, 1]
    assert await zoo.found("name:IMG", sort="-size") == [1, 2, 3, 4, 5, 6]
    assert await zoo.found("beach sort:name") == [3, 4]
    assert await zoo.found("beach sort:score") == await zoo.found("beach", sort="score") == await zoo.found("beach")


async def test_the_sort_asked_for_goes_before_the_one_written(zoo: Library) -> None:
    assert await zoo.found("name:IMG_1 OR name:IMG_2 sort:name", sort="-name") == [2, 1]
    with pytest.raises(QueryError, match="nothing can be sorted"):
        await zoo.ask("a", sort="colour")


async def test_scores_fall_from_first_to_last_and_lie_between_0_and_1(zoo: Library) -> None:
    for query in ("car", "dog", "beach OR car", "red car"):
        scores = [hit.score for hit in (await zoo.ask(query)).hits]
        assert all(score is not None and 0 <= score <= 1 for score in scores)
        assert scores == sorted(scores, key=lambda score: -(score or 0))
    assert [hit.score for hit in (await zoo.ask("tag:pets")).hits] == [None, None]


async def test_a_limit_bounds_the_answer(zoo: Library) -> None:
    assert (await zoo.ask("name:IMG limit:4", limit=2)).total == 4


async def test_pages_are_of_one_answer_whatever_happens_between(zoo: Library) -> None:
    first = await zoo.ask("name:IMG sort:name", limit=2)
    zoo.shelf.image("IMG_0.jpg")
    zoo.shelf.lose(3)
    second = await zoo.ask("", snapshot=first.snapshot, offset=2, limit=3)
    assert [(hit.id, hit.rank) for hit in first.hits] == [("1", 1), ("2", 2)]
    assert [(hit.id, hit.rank) for hit in second.hits] == [("4", 4), ("5", 5)]
    assert second.total == 6
    assert (second.query, second.seq) == (first.query, first.seq)


async def test_a_snapshot_is_not_kept_for_ever(zoo: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await zoo.ask("car")
    monkeypatch.setattr(snapshots, "KEPT_S", -1.0)
    with pytest.raises(NotFound, match="no longer kept"):
        await zoo.ask("", snapshot=first.snapshot)
    with pytest.raises(NotFound):
        await zoo.ask("", snapshot="none")


async def test_the_same_question_at_once_gets_the_same_answer_until_something_changes(zoo: Library) -> None:
    first = await zoo.ask("car")
    assert (await zoo.ask(" car ")).snapshot == first.snapshot
    zoo.shelf.tag(1, "x")
    assert (await zoo.ask("car")).snapshot != first.snapshot


async def test_what_was_asked_is_noted_down_without_a_new_answer_to_it(zoo: Library) -> None:
    first = await zoo.ask("car")
    with zoo.shelf.catalog.write() as tx:
        history.remember(tx, "car", 10)
    assert (await zoo.ask("car")).snapshot == first.snapshot


async def test_an_answer_lasts_where_both_indexes_had_followed_the_catalog(
    zoo: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "FRESH_S", -1.0)
    first = await zoo.ask("car")
    assert (await zoo.ask("car")).snapshot == first.snapshot
    zoo.shelf.tag(1, "x")
    behind = await zoo.ask("car")
    assert behind.snapshot != first.snapshot
    assert (await zoo.ask("car")).snapshot != behind.snapshot


async def test_what_is_gone_or_away_is_in_no_answer(zoo: Library) -> None:
    zoo.shelf.lose(4)
    assert await zoo.found("beach") == [3]
    assert 4 not in await zoo.found("-car")
    assert await zoo.found("path:sea") == [5]
    with zoo.shelf.catalog.write() as tx:
        tx.sql.execute("UPDATE volumes SET mount_point = NULL")
        tx.changed("root", 1)
    assert await zoo.found("type:image/") == await zoo.found("beach") == await zoo.found("dog", level="all") == []


async def test_the_file_shown_is_the_one_that_was_asked_for(zoo: Library) -> None:
    zoo.shelf.file(1, "b.jpg")
    zoo.shelf.file(1, "another place/holiday.jpg")
    assert [hit.name for hit in (await zoo.ask("name:holiday")).hits] == ["holiday.jpg"]
    assert [hit.name for hit in (await zoo.ask("car path:another")).hits] == ["holiday.jpg"]
    assert [hit.name for hit in (await zoo.ask("car camera:nikon")).hits] == ["b.jpg"]


async def test_an_unknown_tag_is_noted(zoo: Library) -> None:
    assert (await zoo.ask("car tag:cats")).notes == ["there is no tag “cats”"]


async def test_an_answer_says_how_it_divides(zoo: Library) -> None:
    facets = (await zoo.ask("name:IMG", facets=True)).facets
    assert facets == {
        "tag": {"pets": 2, "pets/dogs": 1, "red car": 1},
        "year": {"1971": 1, "1972": 1, "1973": 1},
        "month": {"1971-07": 1, "1972-01": 1, "1973-07": 1},
        "type": {"image/jpeg": 5, "image/png": 1},
        "camera": {"Nikon D90": 1},
        "lens": {},
        "color": {},
        "model": {},
        "lora": {},
        "sampler": {},
        "country": {},
        "region": {},
        "city": {},
        "rating": {},
    }


async def test_an_answer_divides_by_place(zoo: Library) -> None:
    told = [
        (1, "country", "gps", "Portugal"), (1, "city", "gps", "Lisbon"), (1, "city", "iptc", "Lisboa"),
        (2, "country", "gps", "Portugal"), (2, "country", "xmp", "Portugal"), (2, "region", "gps", "Faro"),
    ]  # fmt: skip
    with zoo.shelf.catalog.write() as tx:
        tx.sql.executemany("INSERT INTO texts (image, kind, source, text) VALUES (?, ?, ?, ?)", told)
    facets = (await zoo.ask("name:IMG", facets=True)).facets
    assert isinstance(facets, dict)
    assert facets["country"] == {"Portugal": 2}, "however often it is said of a picture"
    assert facets["region"] == {"Faro": 1}
    assert facets["city"] == {"Lisboa": 1, "Lisbon": 1}


async def test_a_match_is_explained(zoo: Library) -> None:
    why = await zoo.engine.explain("red car -dog type:jpeg", 1)
    assert why.matched
    assert why.similarity is not None and why.cut is not None and why.similarity >= why.cut  # noqa: PT018
    assert why.fused.semantic_rank == 1
    assert [(one.text, one.passed) for one in why.filters] == [("-dog", True), ("type:jpeg", True)]
    tagged = await zoo.engine.explain("red car", 5)
    assert tagged.matched
    assert [(word.word, word.field) for word in tagged.words] == [("red", "tags"), ("car", "tags")]
    assert tagged.tags == ["pets/dogs", "red car"]
    assert tagged.fused.text_rank == 1


async def test_what_does_not_match_is_explained_too(zoo: Library) -> None:
    why = await zoo.engine.explain("red car type:png", 4)
    assert not why.matched
    assert why.similarity is not None and why.cut is not None and why.similarity < why.cut  # noqa: PT018
    assert (why.fused.semantic_rank, why.fused.text_rank) == (None, None)
    assert [one.passed for one in why.filters] == [False]


async def test_every_hit_can_say_why(zoo: Library) -> None:
    result = await zoo.ask("dog OR car", explain=True)
    reasons = [hit.explain for hit in result.hits]
    assert all(not isinstance(why, msgspec.UnsetType) and why.matched for why in reasons)
    assert [hit.score for hit in result.hits] == [
        None if isinstance(why, msgspec.UnsetType) else why.score for why in reasons
    ]


async def test_similar_pictures_are_found_without_the_picture_itself(library: Library) -> None:
    one = library.shelf.image("a.jpg", vector=towards("red", "car"))
    other = library.shelf.image("b.jpg", vector=towards("red", "car", "night"))
    library.shelf.image("c.jpg", vector=towards("dog"))
    bare = library.shelf.image("d.jpg")
    await library.fresh()
    result = await library.engine.similar(SimilarParams(), Like(str(one)))
    assert [int(hit.id) for hit in result.hits] == [other]
    with pytest.raises(NotFound, match="not looked at"):
        await library.engine.similar(SimilarParams(), Like(str(bare)))


async def test_all_that_a_query_matches_can_be_acted_on(zoo: Library) -> None:
    assert await zoo.engine.ids_matching("tag:pets OR beach") == [
        int(hit.id) for hit in (await zoo.ask("tag:pets OR beach")).hits
    ]


async def test_a_long_or_strange_query_ends(zoo: Library) -> None:
    for text in ("a " * 250, "(" * 30 + "a" + ")" * 30, "name:" + "*a" * 200 + "b", "犬 🐕 \u202e", "x" * 9_000):
        assert (await zoo.ask(text)).total >= 0


async def test_large_answers_are_cut_to_the_limit(library: Library) -> None:
    rng = np.random.default_rng(0)
    for number in range(50):
        vector = direction("car") + 0.01 * rng.normal(size=len(direction("car"))).astype(np.float32)
        library.shelf.image(f"{number}.jpg", vector=(vector / np.linalg.norm(vector)).astype(np.float32))
    await library.fresh()
    result = await library.ask("car limit:7", limit=10_000)
    assert result.total == len(result.hits) == 7


async def test_a_page_is_as_long_as_the_query_says_where_nobody_else_does(zoo: Library) -> None:
    assert len(await zoo.found("type:image/ limit:2")) == 2
    assert len(await zoo.found("type:image/ limit:2", limit=1)) == 1
    for number in range(120):
        zoo.shelf.image(f"more/{number}.jpg")
    assert len(await zoo.found("type:image/")) == 100
    assert len(await zoo.found("type:image/ limit:110")) == 110


async def test_a_file_is_found_by_its_whole_name(library: Library) -> None:
    image = library.shelf.image("IMG_1133.jpg")
    await library.fresh()
    for query in ("IMG_1133.jpg", '"IMG_1133.jpg"', "img_1133.JPG", "IMG_1133.nef", "IMG_1133"):
        assert await library.found(query, only="text") == [image]


async def test_a_sign_at_the_end_of_a_word_means_nothing(zoo: Library) -> None:
    for query in ("car.", "car!", "car?", '"car,"'):
        assert await zoo.found(query, only="meaning") == await zoo.found("car", only="meaning")
