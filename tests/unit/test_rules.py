"""Rules tag what matches, as it comes and changes, and every bit of that can be taken back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
import trio

from support.searching import Library
from support.shelf import towards
from vaultd.catalog import models, rules, tags
from vaultd.catalog.actions import recorded
from vaultd.cli.commands.rules import outcome
from vaultd.handlers import actions as action_handlers
from vaultd.handlers import rules as rule_handlers
from vaultd.handlers import tags as tag_handlers
from vaultd.handlers.vault import Vault
from vaultd.rules import ruler
from vaultipc.errors import Conflict, NotEmpty, NotFound, QueryError, Refused
from vaultipc.messages import METHODS

HANDLERS = {**rule_handlers.HANDLERS, **tag_handlers.HANDLERS, **action_handlers.HANDLERS}


class Ruled:
    """A small library, its indexes, and the socket's methods; rules are followed once `follow` was called."""

    def __init__(self, folder: Path) -> None:
        self.library = Library(folder)
        self.catalog = self.library.shelf.catalog
        absent = cast(Any, None)
        self.vault = Vault(
            self.catalog, self.library.config, absent, absent, self.library.engine, self.library.followers, absent,
            folder / "socket",
        )  # fmt: skip
        with self.catalog.write() as tx:
            models.activate(tx, self.library.shelf.model)

    async def follow(self, nursery: trio.Nursery) -> None:
        await nursery.start(self.library.followers.serve)
        await nursery.start(self.vault.ruler.serve)

    @asynccontextmanager
    async def followed_anew(self) -> AsyncIterator[None]:
        """As by another daemon, without indexes; ends when everything was asked about."""
        self.vault.ruler = ruler.Ruler(self.catalog, self.library.engine, self.library.followers.caught_up)
        async with trio.open_nursery() as nursery:
            await nursery.start(self.vault.ruler.serve)
            yield
            await self.settled()
            nursery.cancel_scope.cancel()

    async def call(self, method: str, **params: object) -> Any:
        wanted, given = METHODS[method]
        result = await cast(Any, HANDLERS[method])(self.vault, msgspec.convert(params, wanted))
        return msgspec.json.decode(msgspec.json.encode(result), type=given)

    async def settled(self) -> None:
        with trio.fail_after(20):
            await self.vault.ruler.settled()

    def tagged(self, tag: str) -> list[int]:
        with self.catalog.read() as sql:
            found = tags.find(sql, tag)
            return [] if found is None else tags.images_exactly(sql, found)

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        """All that rules and tags are, but for memories."""
        with self.catalog.read() as sql:
            return {
                table: sql.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall()
                for table in ("tags", "image_tags", "rules")
            }


@pytest.fixture
def ruled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ruled]:
    """Two screenshots, a beach and a forest, of which nothing is tagged."""
    for name, value in (("PACE_S", 0.01), ("REST_S", 0.0)):
        monkeypatch.setattr(ruler, name, value)
    made = Ruled(tmp_path)
    for path, word in (("Screenshots/1.png", "text"), ("Screenshots/2.png", "text"), ("a.jpg", "beach"),
                       ("b.jpg", "forest")):  # fmt: skip
        made.library.shelf.image(path, vector=towards(word))
    yield made
    made.library.shelf.close()


async def test_a_new_rule_tags_what_is_there_and_then_what_comes(ruled: Ruled, nursery: trio.Nursery) -> None:
    await ruled.follow(nursery)
    added = await ruled.call("rule.add", query="path:Screenshots", tag="work/screenshot")
    assert (added.rule, added.matched, added.changed) == ("1", 2, 2)
    new = ruled.library.shelf.image("Screenshots/3.png")
    ruled.library.shelf.image("Other/4.png")
    await ruled.settled()
    assert ruled.tagged("work/screenshot") == [1, 2, new]
    (told,) = (await ruled.call("rule.list")).rules
    assert (told.query, told.level, told.tag, told.count, told.problem) == (
        "path:Screenshots", "strict", "work/screenshot", 3, "",
    )  # fmt: skip


async def test_a_dry_run_tells_how_many_and_changes_nothing(ruled: Ruled, nursery: trio.Nursery) -> None:
    await ruled.follow(nursery)
    ruled.library.shelf.tag(1, "shot")
    before = ruled.rows()
    told = await ruled.call("rule.add", query="path:Screenshots", tag="shot", dry_run=True)
    assert (told.rule, told.action, told.matched, told.changed) == ("", None, 2, 2)
    told = await ruled.call("rule.add", query="beach", tag="sea", dry_run=True)
    assert (told.matched, told.changed) == (1, 1)
    assert ruled.rows() == before


async def test_what_changes_is_asked_again_and_keeps_its_tag(ruled: Ruled, nursery: trio.Nursery) -> None:
    await ruled.follow(nursery)
    await ruled.call("rule.add", query="tag:draft", tag="todo")
    ruled.library.shelf.tag(4, "draft")
    await ruled.settled()
    assert ruled.tagged("todo") == [4]
    await ruled.call("untag", tag="draft", images=["4"])
    await ruled.settled()
    assert ruled.tagged("todo") == [4]


async def test_what_words_mean_is_asked_when_there_is_a_vector(ruled: Ruled, nursery: trio.Nursery) -> None:
    await ruled.follow(nursery)
    added = await ruled.call("rule.add", query="beach", tag="sea")
    assert (added.matched, ruled.tagged("sea")) == (1, [3])
    new = ruled.library.shelf.image("new.jpg", vector=towards("beach"))
    ruled.library.shelf.image("other.jpg", vector=towards("forest"))
    await ruled.settled()
    assert ruled.tagged("sea") == [3, new]


async def test_a_tag_that_was_taken_off_or_undone_does_not_come_back(ruled: Ruled, nursery: trio.Nursery) -> None:
    await ruled.follow(nursery)
    await ruled.call("rule.add", query="path:Screenshots", tag="shot")
    await ruled.call("untag", tag="shot", images=["1"])
    new = ruled.library.shelf.image("Screenshots/3.png")
    await ruled.settled()
    (newest, *_) = (await ruled.call("log")).actions
    assert (newest.kind, newest.count) == ("rule", 1)
    await ruled.call("undo", action=newest.id)
    for image in (1, new):
        ruled.library.shelf.tag(image, "touched")
    await ruled.settled()
    assert ruled.tagged("shot") == [2]
    ran = await ruled.call("rule.run")
    assert [(one.matched, one.changed) for one in ran.rules] == [(3, 0)]
    assert ruled.tagged("shot") == [2]


async def test_what_a_person_rejected_of_a_file_is_not_said_by_a_rule(ruled: Ruled, nursery: trio.Nursery) -> None:
    await ruled.follow(nursery)
    ruled.library.shelf.tag(1, "shot", "xmp")
    await ruled.call("untag", tag="shot", images=["1"])
    await ruled.call("rule.add", query="path:Screenshots", tag="shot")
    assert ruled.tagged("shot") == [2]


async def test_plain_undo_takes_back_what_a_person_did_and_not_what_came_in(
    ruled: Ruled, nursery: trio.Nursery
) -> None:
    await ruled.follow(nursery)
    await ruled.call("rule.add", query="path:Screenshots", tag="shot")
    await ruled.call("tag", tag="mine", images=["4"])
    new = ruled.library.shelf.image("Screenshots/3.png")
    await ruled.settled()
    (undone,) = (await ruled.call("undo")).actions
    assert undone.summary == "tag with mine"
    assert ruled.tagged("shot") == [1, 2, new]


async def test_adding_a_rule_is_one_action_and_undoing_it_leaves_what_was_there(
    ruled: Ruled, nursery: trio.Nursery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ruler, "ROWS", 1)
    await ruled.follow(nursery)
    ruled.library.shelf.tag(1, "shot")
    before = ruled.rows()
    added = await ruled.call("rule.add", query="path:Screenshots", tag="shot")
    after = ruled.rows()
    (done,) = (await ruled.call("undo")).actions
    assert (done.id, done.kind, done.skipped) == (added.action, "rule-add", [])
    await ruled.settled()
    assert ruled.rows() == before
    undo = (await ruled.call("log")).actions[0]
    await ruled.call("undo", action=undo.id)
    await ruled.settled()
    assert ruled.rows() == after


async def test_removing_a_rule_takes_away_what_it_alone_tagged_and_undo_brings_it_back(
    ruled: Ruled, nursery: trio.Nursery
) -> None:
    await ruled.follow(nursery)
    await ruled.call("rule.add", query="path:Screenshots", tag="shot")
    await ruled.call("rule.add", query="name:2.png", tag="shot")
    await ruled.call("tag", tag="shot", images=["4"])
    await ruled.call("untag", tag="shot", images=["3"])
    before = ruled.rows()
    assert (await ruled.call("rule.remove", rule="1")).changed == 1
    assert ruled.tagged("shot") == [2, 4]
    assert [rule.id for rule in (await ruled.call("rule.list")).rules] == ["2"]
    ruled.library.shelf.image("Screenshots/5.png")
    await ruled.settled()
    assert ruled.tagged("shot") == [2, 4]
    await ruled.call("undo")
    await ruled.settled()
    assert ruled.tagged("shot") == [1, 2, 4, 5]
    assert set(before["image_tags"]) <= set(ruled.rows()["image_tags"])


async def test_a_tag_that_a_rule_gives_cannot_be_deleted_and_can_be_renamed(
    ruled: Ruled, nursery: trio.Nursery
) -> None:
    await ruled.follow(nursery)
    await ruled.call("rule.add", query="name:nothing", tag="shot")
    with pytest.raises(NotEmpty, match="rule 1 gives the tag"):
        await ruled.call("tags.delete", tag="shot", force=True)
    await ruled.call("tags.rename", name="shot", to="screens/shot")
    assert [rule.tag for rule in (await ruled.call("rule.list")).rules] == ["screens/shot"]


async def test_private_pictures_are_tagged_only_by_a_rule_that_asks_for_them(
    ruled: Ruled, nursery: trio.Nursery
) -> None:
    await ruled.follow(nursery)
    with ruled.catalog.write() as tx:
        tx.sql.execute("UPDATE files SET private = 1 WHERE image = 1")
        tx.changed("image", 1)
    await ruled.call("rule.add", query="path:Screenshots", tag="shot")
    assert ruled.tagged("shot") == [2]
    await ruled.call("rule.add", query="path:Screenshots private:yes", tag="secret")
    assert ruled.tagged("secret") == [1]


async def test_pictures_of_a_disk_that_was_away_are_asked_about_when_it_returns(
    ruled: Ruled, nursery: trio.Nursery
) -> None:
    await ruled.follow(nursery)
    with ruled.catalog.write() as tx:
        tx.sql.execute("UPDATE volumes SET mount_point = NULL")
        tx.changed("root", 1)
    assert (await ruled.call("rule.add", query="path:Screenshots", tag="shot")).matched == 0
    with ruled.catalog.write() as tx:
        tx.sql.execute("UPDATE volumes SET mount_point = ?", (b"/",))
        tx.changed("root", 1)
    await ruled.settled()
    assert ruled.tagged("shot") == [1, 2]


async def test_rules_that_feed_each_other_come_to_an_end(ruled: Ruled, nursery: trio.Nursery) -> None:
    await ruled.follow(nursery)
    await ruled.call("rule.add", query="tag:one", tag="two")
    await ruled.call("rule.add", query="tag:two", tag="one")
    await ruled.call("rule.add", query="-tag:none", tag="none")
    ruled.library.shelf.tag(4, "one")
    await ruled.settled()
    await ruled.settled()
    assert (ruled.tagged("one"), ruled.tagged("two"), ruled.tagged("none")) == ([4], [4], [1, 2, 3, 4])


async def test_only_what_is_new_is_asked_about(
    ruled: Ruled, nursery: trio.Nursery, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ruled.follow(nursery)
    await ruled.call("rule.add", query="path:Screenshots", tag="shot")
    await ruled.call("rule.add", query="beach", tag="sea")
    await ruled.settled()
    asked: list[int] = []
    judged = ruled.library.engine.judged

    async def counted(query: Any, level: Any, images: Any) -> list[int]:
        asked.extend(images)
        return await judged(query, level, images)

    monkeypatch.setattr(ruled.library.engine, "judged", counted)
    new = ruled.library.shelf.image("Screenshots/9.png", vector=towards("beach"))
    await ruled.settled()
    assert set(asked) == {new}
    assert (ruled.tagged("shot"), ruled.tagged("sea")) == ([1, 2, new], [3, new])


async def test_a_daemon_that_ended_in_between_goes_on_where_it_was(ruled: Ruled) -> None:
    async with ruled.followed_anew():
        await ruled.call("rule.add", query="path:Screenshots", tag="shot")
    new = ruled.library.shelf.image("Screenshots/3.png")
    with ruled.catalog.write() as tx, recorded(tx, "rule-add", "by hand", "test") as action:
        rules.put(action, "name:b.jpg", "strict", "wood")
    async with ruled.followed_anew():
        pass
    assert (ruled.tagged("shot"), ruled.tagged("wood")) == ([1, 2, new], [4])


async def test_where_the_log_was_trimmed_everything_is_asked_again(ruled: Ruled) -> None:
    async with ruled.followed_anew():
        await ruled.call("rule.add", query="path:Screenshots", tag="shot")
    new = ruled.library.shelf.image("Screenshots/3.png")
    with ruled.catalog.write() as tx:
        tx.sql.execute("DELETE FROM changes")
    ruled.library.shelf.image("b2.jpg")
    async with ruled.followed_anew():
        pass
    assert ruled.tagged("shot") == [1, 2, new]


async def test_without_rules_the_change_log_is_not_held_back(ruled: Ruled, nursery: trio.Nursery) -> None:
    await ruled.follow(nursery)

    def follows() -> bool:
        with ruled.catalog.read() as sql:
            return rules.position(sql) != rules.UNKNOWN

    await ruled.call("rule.add", query="path:Screenshots", tag="shot")
    ruled.library.shelf.image("Screenshots/3.png")
    await ruled.settled()
    assert follows()
    await ruled.call("rule.remove", rule="1")
    with trio.fail_after(5):
        while follows():
            await trio.sleep(0.01)


async def test_a_rule_whose_picture_to_be_like_is_gone_says_so_and_the_others_go_on(
    ruled: Ruled, nursery: trio.Nursery
) -> None:
    await ruled.follow(nursery)
    await ruled.call("rule.add", query="like:a.jpg", tag="alike")
    await ruled.call("rule.add", query="path:Screenshots", tag="shot")
    ruled.library.shelf.lose(3)
    with ruled.catalog.write() as tx:
        tx.sql.execute("DELETE FROM files WHERE image = 3")
        tx.changed("image", 3)
    new = ruled.library.shelf.image("Screenshots/3.png", vector=towards("beach"))
    await ruled.settled()
    problems = [rule.problem for rule in (await ruled.call("rule.list")).rules]
    assert (bool(problems[0]), problems[1]) == (True, "")
    assert ruled.tagged("shot") == [1, 2, new]
    ruled.library.shelf.file(3, "a.jpg")
    await ruled.settled()
    await ruled.settled()
    assert [rule.problem for rule in (await ruled.call("rule.list")).rules] == ["", ""]
    assert ruled.tagged("alike") == [3, new]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("beach sort:date", "sort:, limit: and group:"), ("beach limit:3", "sort:, limit: and group:"),
        ("", "."), ("date:last-30-days", "means something else every day"),
        ("a OR -(b after:yesterday)", "means something else every day"), ("date:2020..today", "else every day"),
        ("camra:x", "did you mean"),
    ],
)  # fmt: skip
async def test_what_cannot_be_a_rule_is_refused_with_a_sentence(ruled: Ruled, query: str, sentence: str) -> None:
    before = ruled.rows()
    with pytest.raises(QueryError, match=sentence):
        await ruled.call("rule.add", query=query, tag="x")
    assert ruled.rows() == before


@pytest.mark.parametrize(
    "query", ["date:2020", "date:2020..", "date:*", "before:may-2023", "mono:yes sharp:no", "-beach"]
)
async def test_what_means_the_same_every_day_may_be_asked(ruled: Ruled, query: str, nursery: trio.Nursery) -> None:
    await ruled.follow(nursery)
    assert (await ruled.call("rule.add", query=query, tag="x", dry_run=True)).rule == ""


async def test_mistakes_are_refused(ruled: Ruled, nursery: trio.Nursery) -> None:
    await ruled.follow(nursery)
    await ruled.call("rule.add", query="path:Screenshots", tag="shot")
    with pytest.raises(Conflict, match="rule 1 says that already"):
        await ruled.call("rule.add", query="path:Screenshots", tag="shot")
    with pytest.raises(Refused, match="reserved"):
        await ruled.call("rule.add", query="path:Screenshots", tag="auto/x")
    for number in ("7", "x", "-1", "9" * 30):
        with pytest.raises(NotFound):
            await ruled.call("rule.remove", rule=number)


def test_a_person_is_told_of_one_picture_and_of_many() -> None:
    assert outcome({"matched": 1, "changed": 1}, "red", dry_run=False) == "1 picture matches, 1 was tagged red"
    assert outcome({"matched": 1200, "changed": 2}, "red", dry_run=False) == "1,200 pictures match, 2 were tagged red"
    assert outcome({"matched": 2, "changed": 1}, "red", dry_run=True) == "2 pictures match, 1 would be tagged red"
