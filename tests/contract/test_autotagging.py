"""The model's own tags follow the vectors, the vocabulary and the model, and never bring back what was rejected."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import trio
from numpy.typing import NDArray

from support.shelf import Concepts, Shelf, concept_pack, towards
from vaultd.autotags import tagger as tagging
from vaultd.autotags.tagger import Tagger
from vaultd.autotags.vocabulary import VocabularyError
from vaultd.catalog import actions, autotags, embeddings, models, tags
from vaultd.catalog.models import Model
from vaultd.config import load
from vaultd.models.pack import Pack

WORDS = """
[animals]
prompts = ["{}"]
terms = ["dog", "cat"]
[things]
prompts = ["{}"]
terms = ["car", "beach"]
"""


@dataclass
class Counting(Concepts):
    """Words without a model, that counts how many it was asked for."""

    asked: int = 0

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += len(texts)
        return super().embed(texts)


@dataclass
class Active:
    """The model that answers."""

    model: Model
    pack: Pack
    text: Counting = field(default_factory=Counting)


@dataclass
class Desk:
    """A library whose pictures are tagged. `run` tags them in a tagger of its own, as a restarted daemon would."""

    shelf: Shelf
    folder: Path
    active: Active
    settings: dict[str, str] = field(default_factory=dict)

    def tagger(self) -> Tagger:
        environ = {"HOME": str(self.folder), "VVAULT_LIBRARY_DATA": str(self.folder), **self.settings}
        return Tagger(self.shelf.catalog, load(None, environ), lambda: self.active)

    async def run(self) -> None:
        with trio.fail_after(30):
            async with trio.open_nursery() as nursery:
                tagger = self.tagger()
                await nursery.start(tagger.serve)
                while not tagger.settled:
                    await trio.sleep(0.01)
                nursery.cancel_scope.cancel()

    def words(self, text: str) -> None:
        (self.folder / "vocabulary.toml").write_text(text, encoding="utf-8")

    def tags(self, image: int) -> list[str]:
        with self.shelf.catalog.read() as sql:
            rows = sql.execute(
                "SELECT tag FROM image_tags WHERE image = ? AND source = 'auto' AND state = 'active'", (image,)
            ).fetchall()
            return sorted(tags.full_name(sql, tag) for (tag,) in rows)

    def rows(self) -> list[tuple[object, ...]]:
        with self.shelf.catalog.read() as sql:
            return sql.execute("SELECT * FROM image_tags ORDER BY image, tag, source").fetchall()

    def reject(self, image: int, name: str) -> None:
        with (
            self.shelf.catalog.write() as tx,
            actions.recorded(tx, "untag", "reject", "test") as action,
        ):
            tags.remove(action, autotags.named(tx.sql, name), [image], "auto")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(tagging, "PACE_S", 0.01)
    shelf = Shelf(tmp_path)
    made = Desk(shelf, tmp_path, Active(shelf.model, concept_pack(tmp_path)))
    made.words(WORDS)
    yield made
    shelf.close()


async def test_pictures_get_the_words_that_fit_them(desk: Desk) -> None:
    dog = desk.shelf.image("a.jpg", vector=towards("dog", "beach"))
    car = desk.shelf.image("b.jpg", vector=towards("car"))
    other = desk.shelf.image("c.jpg", vector=towards("thunder"))
    blind = desk.shelf.image("d.jpg")
    await desk.run()
    assert desk.tags(dog) == ["auto/animals/dog", "auto/things/beach"]
    assert desk.tags(car) == ["auto/things/car"]
    assert (desk.tags(other), desk.tags(blind)) == ([], [])


async def test_a_score_is_kept_from_0_to_1(desk: Desk) -> None:
    desk.shelf.image("a.jpg", vector=towards("dog"))
    await desk.run()
    ((score,),) = [row[4:5] for row in desk.rows()]
    assert isinstance(score, float)
    assert 0.8 <= score <= 1


async def test_a_new_picture_is_tagged_while_the_daemon_runs(desk: Desk) -> None:
    desk.shelf.image("a.jpg", vector=towards("dog"))
    with trio.fail_after(30):
        async with trio.open_nursery() as nursery:
            tagger = desk.tagger()
            await nursery.start(tagger.serve)
            await tagger.run()
            new = desk.shelf.image("b.jpg", vector=towards("cat"))
            await tagger.run()
            nursery.cancel_scope.cancel()
    assert desk.tags(new) == ["auto/animals/cat"]


async def test_running_again_writes_nothing_and_asks_the_model_for_no_word(desk: Desk) -> None:
    desk.shelf.image("a.jpg", vector=towards("dog"))
    await desk.run()
    before, seq, asked = desk.rows(), desk.shelf.catalog.seq(), desk.active.text.asked
    await desk.run()
    with desk.shelf.catalog.write() as tx:
        autotags.note(tx, autotags.Standing(), seq)
    await desk.run()
    assert (desk.rows(), desk.shelf.catalog.seq(), desk.active.text.asked) == (before, seq, asked)


async def test_tagging_is_no_action_of_the_users(desk: Desk) -> None:
    desk.shelf.image("a.jpg", vector=towards("dog"))
    await desk.run()
    with desk.shelf.catalog.read() as sql:
        assert sql.execute("SELECT count(*) FROM actions").fetchone() == (0,)
        assert tags.children(sql, None) == []


async def test_a_changed_vocabulary_changes_the_tags(desk: Desk) -> None:
    picture = desk.shelf.image("a.jpg", vector=towards("dog", "snow"))
    await desk.run()
    desk.words(WORDS.replace('"dog", ', "").replace('"car"', '"snow"'))
    await desk.run()
    assert desk.tags(picture) == ["auto/things/snow"]


async def test_a_word_that_moves_to_another_group_takes_its_pictures_and_rejections_along(desk: Desk) -> None:
    kept, rejected = (desk.shelf.image(name, vector=towards("dog")) for name in ("a.jpg", "b.jpg"))
    await desk.run()
    desk.reject(rejected, "dog")
    desk.words(WORDS.replace("animals", "pets"))
    await desk.run()
    assert (desk.tags(kept), desk.tags(rejected)) == (["auto/pets/dog"], [])


async def test_what_was_rejected_never_comes_back(desk: Desk) -> None:
    picture = desk.shelf.image("a.jpg", vector=towards("dog", "beach"))
    await desk.run()
    desk.reject(picture, "animals/dog")
    desk.words(WORDS + "[more]\nterms = ['rain']\n")
    await desk.run()
    desk.words(WORDS.replace('"dog", ', ""))
    await desk.run()
    desk.words(WORDS)
    await desk.run()
    assert desk.tags(picture) == ["auto/things/beach"]


async def test_another_model_tags_anew_from_its_vectors_alone(desk: Desk, tmp_path: Path) -> None:
    picture = desk.shelf.image("a.jpg", vector=towards("dog"))
    await desk.run()
    desk.reject(picture, "dog")
    with desk.shelf.catalog.write() as tx:
        other = models.register(tx, "concepts", "2", 64)
        embeddings.put(tx, picture, other, towards("dog", "cat"))
        models.activate(tx, other)
    desk.active = Active(other, concept_pack(tmp_path))
    await desk.run()
    assert desk.tags(picture) == ["auto/animals/cat"]


async def test_it_goes_on_where_it_was_stopped(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tagging, "BATCH", 2)
    pictures = [desk.shelf.image(f"{number}.jpg", vector=towards("dog")) for number in range(9)]
    tagger = desk.tagger()
    with trio.fail_after(30):
        async with trio.open_nursery() as nursery:
            await nursery.start(tagger.serve)
            while not desk.tags(pictures[1]):
                await trio.sleep(0)
            nursery.cancel_scope.cancel()
    with desk.shelf.catalog.read() as sql:
        reached, _ = autotags.standing(sql)
    assert reached.image is not None
    assert reached.image < pictures[-1]
    await desk.run()
    assert all(desk.tags(picture) == ["auto/animals/dog"] for picture in pictures)


async def test_a_mistake_in_the_vocabulary_leaves_the_tags_and_is_told_with_its_line(
    desk: Desk, expect_log: Callable[[str], None]
) -> None:
    expect_log("can stand in one place only")
    picture = desk.shelf.image("a.jpg", vector=towards("dog"))
    with trio.fail_after(30):
        async with trio.open_nursery() as nursery:
            tagger = desk.tagger()
            await nursery.start(tagger.serve)
            await tagger.run()
            desk.words(WORDS + '[again]\nterms = ["dog"]\n')
            with pytest.raises(VocabularyError, match=r"vocabulary\.toml, line 9: the term “dog”"):
                await tagger.run()
            new = desk.shelf.image("b.jpg", vector=towards("cat"))
            while not desk.tags(new):
                await trio.sleep(0.01)
            nursery.cancel_scope.cancel()
    assert desk.tags(picture) == ["auto/animals/dog"]


@pytest.mark.parametrize("text", ["", "# no words\n", "[animals]\nterms = []\n", "[animals\n"])
async def test_a_file_without_words_takes_no_tags_away_before_or_after_a_restart(
    desk: Desk, expect_log: Callable[[str], None], text: str
) -> None:
    expect_log("The pictures keep their tags")
    picture = desk.shelf.image("a.jpg", vector=towards("dog"))
    await desk.run()
    before = desk.rows()
    desk.words(text)
    with trio.fail_after(30):
        async with trio.open_nursery() as nursery:
            tagger = desk.tagger()
            await nursery.start(tagger.serve)
            with pytest.raises(VocabularyError, match=r"vocabulary\.toml"):
                await tagger.run()
            desk.shelf.image("b.jpg", vector=towards("cat"))
            await trio.sleep(0.1)
            nursery.cancel_scope.cancel()
    assert desk.rows() == before
    desk.words(WORDS)
    await desk.run()
    assert desk.tags(picture) == ["auto/animals/dog"]


async def test_switched_off_the_models_tags_are_gone_and_rejections_stay(desk: Desk) -> None:
    one, two = (desk.shelf.image(name, vector=towards("dog")) for name in ("a.jpg", "b.jpg"))
    await desk.run()
    desk.reject(two, "dog")
    desk.settings = {"VVAULT_AUTOTAGS_ENABLED": "false"}
    await desk.run()
    assert desk.tags(one) == []
    desk.settings = {}
    await desk.run()
    assert (desk.tags(one), desk.tags(two)) == (["auto/animals/dog"], [])


async def test_a_picture_gets_no_more_tags_than_are_wanted_and_the_surest_ones(desk: Desk) -> None:
    picture = desk.shelf.image("a.jpg", vector=towards("dog", "dog", "cat"))
    desk.settings = {"VVAULT_AUTOTAGS_MOST": "1", "VVAULT_AUTOTAGS_LEVEL": "loose"}
    await desk.run()
    assert desk.tags(picture) == ["auto/animals/dog"]


async def test_a_library_without_pictures_makes_no_vectors_of_words(desk: Desk) -> None:
    await desk.run()
    assert desk.active.text.asked == 0
    assert not os.path.exists(desk.folder / tagging.VECTORS)


async def test_renaming_a_tag_of_the_users_leaves_the_models_alone(desk: Desk) -> None:
    picture = desk.shelf.image("a.jpg", vector=towards("dog"), tags=["animals/dog"])
    await desk.run()
    with desk.shelf.catalog.write() as tx, actions.recorded(tx, "tag-rename", "rename", "test") as action:
        tags.rename(action, "animals", "beasts")
    assert desk.tags(picture) == ["auto/animals/dog"]
