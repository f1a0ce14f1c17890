"""The socket's methods that change tags, saved searches and history, and take changes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.handling import call, three_pictures
from vaultd.catalog import autotags, images, keywords
from vaultd.catalog import tags as catalog_tags
from vaultd.domain.content import Keywords
from vaultd.handlers.vault import Vault
from vaultipc.errors import Conflict, NotEmpty, NotFound, QueryError, Refused, UserError
from vaultipc.messages import TagFolder


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    with three_pictures(tmp_path) as made:
        yield made


async def folder(vault: Vault, tag: str = "", source: str = "user") -> tuple[list[str], list[str]]:
    """What a tag's folder lists: its subtags and the names of its pictures."""
    listed: TagFolder = await call(vault, "tags.folder", tag=tag, source=source)
    return [subtag.name for subtag in listed.subtags], [hit.name for hit in listed.hits]


async def test_tagging_makes_the_tag_and_names_the_action(vault: Vault) -> None:
    result = await call(vault, "tag", tag="pets/dogs", images=["1", "2", "1"])
    assert (result.changed, result.unchanged, result.errors) == (2, 0, [])
    assert result.action == "1"
    assert await folder(vault) == (["pets"], [])
    assert await folder(vault, "pets") == (["dogs"], [])
    assert await folder(vault, "pets/dogs") == ([], ["0.jpg", "1.jpg"])


async def test_a_tags_folder_is_told_page_by_page(vault: Vault) -> None:
    await call(vault, "tag", tag="pets", images=["1", "2", "3"])
    first = await call(vault, "tags.folder", tag="pets", limit=2)
    assert ([hit.name for hit in first.hits], first.more) == (["0.jpg", "1.jpg"], "2")
    last = await call(vault, "tags.folder", tag="pets", limit=2, after=first.more)
    assert ([hit.name for hit in last.hits], last.more, last.seq) == (["2.jpg"], "", first.seq)
    with pytest.raises(UserError):
        await call(vault, "tags.folder", tag="pets", after="-1")


async def test_a_tags_folder_tells_what_came_since_an_answer(vault: Vault) -> None:
    await call(vault, "tag", tag="pets", images=["1"])
    before = (await call(vault, "tags.folder", tag="pets")).seq
    await call(vault, "tag", tag="pets", images=["2"])
    await call(vault, "tag", tag="other", images=["3"])
    news = await call(vault, "tags.folder", tag="pets", since=before)
    assert ([hit.name for hit in news.hits], news.since) == (["1.jpg"], before)


async def test_where_a_disk_came_or_the_log_is_lost_a_tags_folder_is_told_whole(vault: Vault) -> None:
    await call(vault, "tag", tag="pets", images=["1", "2"])
    before = (await call(vault, "tags.folder", tag="pets")).seq
    with vault.catalog.write() as tx:
        tx.changed("root", 1)
    for since in (before, before + 1000):
        whole = await call(vault, "tags.folder", tag="pets", since=since)
        assert ([hit.name for hit in whole.hits], whole.since) == (["0.jpg", "1.jpg"], 0)


async def test_a_change_of_a_tag_is_another_state_of_the_catalog(vault: Vault) -> None:
    before = await call(vault, "hits", ids=[])
    assert (await call(vault, "hits", ids=[])).seq == before.seq
    await call(vault, "tag", tag="pets", images=["1"])
    assert (await call(vault, "hits", ids=[])).seq > before.seq


async def test_tags_are_given_and_taken_off_as_one_action(vault: Vault) -> None:
    await call(vault, "tag", tag="old", images=["1"])
    await call(vault, "tag", tag="kept", images=["1"])
    result = await call(vault, "tags.change", images=["1"], add=["new/one", "kept"], remove=["old", "unheard"])
    assert (result.changed, result.unchanged) == (2, 1)
    assert [await folder(vault, tag) for tag in ("old", "kept", "new/one")] == [
        ([], []),
        ([], ["0.jpg"]),
        ([], ["0.jpg"]),
    ]
    assert (await call(vault, "log")).actions[0].summary == "tag with new/one, kept and untag old, unheard"
    await call(vault, "undo", action=result.action)
    assert await folder(vault, "old") == ([], ["0.jpg"])
    assert await folder(vault) == (["kept", "old"], [])


@pytest.mark.parametrize("add", [["good", "auto/bad"], ["good", ".bad"], ["good", "x" * 256]])
async def test_a_change_of_tags_with_a_name_that_none_can_have_changes_nothing(vault: Vault, add: list[str]) -> None:
    await call(vault, "tag", tag="old", images=["1"])
    with pytest.raises(UserError):
        await call(vault, "tags.change", images=["1"], add=add, remove=["old"])
    assert await folder(vault) == (["old"], [])
    assert await folder(vault, "old") == ([], ["0.jpg"])


async def test_an_image_that_does_not_exist_is_an_error_of_its_own(vault: Vault) -> None:
    result = await call(vault, "tag", tag="pets", images=["1", "99", "/nowhere.jpg"])
    assert (result.changed, [error.item for error in result.errors]) == (1, ["99", "/nowhere.jpg"])


async def test_without_any_image_no_tag_is_made(vault: Vault) -> None:
    result = await call(vault, "tag", tag="pets", images=["99"])
    assert (result.action, result.changed) == (None, 0)
    assert await folder(vault) == ([], [])
    with pytest.raises(UserError):
        await call(vault, "tag", tag="pets")


async def test_a_picture_can_be_named_by_its_path(vault: Vault) -> None:
    path = "/pictures-of-a-test/photos/2.jpg"
    assert (await call(vault, "tag", tag="pets", images=[path])).changed == 1
    assert await folder(vault, "pets") == ([], ["2.jpg"])


async def test_untagging_and_undoing_it(vault: Vault) -> None:
    await call(vault, "tag", tag="pets", images=["1"])
    result = await call(vault, "untag", tag="pets", images=["1", "2"])
    assert (result.changed, result.unchanged) == (1, 1)
    assert await folder(vault, "pets") == ([], [])
    undone = await call(vault, "undo")
    assert [(info.kind, info.summary, info.count, info.undone) for info in undone.actions] == [
        ("untag", "untag pets", 1, True)
    ]
    assert await folder(vault, "pets") == ([], ["0.jpg"])
    with pytest.raises(NotFound):
        await call(vault, "untag", tag="none", images=["1"])


async def test_a_tag_that_no_list_shows_is_unknown_whether_or_not_a_file_once_said_it(vault: Vault) -> None:
    with vault.catalog.write() as tx:
        keywords.replace(tx, 1, [Keywords("xmp", ["sea"])])
        keywords.replace(tx, 1, [])
    for name in ("sea", "never"):
        tagged = await call(vault, "tag", tag=name, images=["2"])
        await call(vault, "undo", action=tagged.action)
        with pytest.raises(NotFound, match=f"there is no tag “{name}”"):
            await call(vault, "untag", tag=name, images=["2"])


async def test_moving_between_tags_is_one_action_with_the_picture_it_replaces(vault: Vault) -> None:
    await call(vault, "tag", tag="a", images=["1"])
    await call(vault, "tag", tag="b", images=["2"])
    result = await call(vault, "retag", source="a", target="b", images=["1"], replaces=["2"])
    assert (result.changed, result.unchanged) == (1, 0)
    assert await folder(vault, "a") == ([], [])
    assert await folder(vault, "b") == ([], ["0.jpg"])
    await call(vault, "undo", action=result.action)
    assert await folder(vault, "a") == ([], ["0.jpg"])
    assert await folder(vault, "b") == ([], ["1.jpg"])


async def test_the_models_tags_are_rejected_or_accepted_under_auto(vault: Vault) -> None:
    with vault.catalog.write() as tx:
        dog = autotags.Word("animals", "dog")
        autotags.write(tx, autotags.Difference([(1, dog, 0.9), (2, dog, 0.8)], []))
    assert await folder(vault) == ([], [])
    assert await folder(vault, source="auto") == (["animals"], [])
    assert await folder(vault, "animals", source="auto") == (["dog"], [])
    await call(vault, "untag", tag="auto/animals/dog", images=["1"])
    assert await folder(vault, "animals/dog", "auto") == ([], ["1.jpg"])
    await call(vault, "retag", source="auto/animals/dog", target="pets", images=["2"])
    assert await folder(vault, "pets") == ([], ["1.jpg"])
    assert await folder(vault, "animals/dog", "auto") == ([], ["1.jpg"])
    with pytest.raises(Refused):
        await call(vault, "tag", tag="auto/animals/dog", images=["1"])
    with pytest.raises(NotFound):
        await folder(vault, "dog")


async def test_tags_are_made_renamed_counted_and_deleted(vault: Vault) -> None:
    assert (await call(vault, "tags.create", tag="a/b")).changed == 1
    assert (await call(vault, "tags.create", tag="a/b")).unchanged == 1
    await call(vault, "tag", tag="a/b", images=["1"])
    await call(vault, "tags.rename", name="a", to="c")
    listed = (await call(vault, "tags")).tags
    assert [(info.name, info.count, info.sources) for info in listed] == [
        ("c", 1, {"user": 1}),
        ("c/b", 1, {"user": 1}),
    ]
    with pytest.raises(NotEmpty):
        await call(vault, "tags.delete", tag="c/b")
    await call(vault, "untag", tag="c/b", images=["1"])
    await call(vault, "tags.delete", tag="c/b")
    assert await folder(vault, "c") == ([], [])


async def test_requests_of_one_group_are_undone_together(vault: Vault) -> None:
    await call(vault, "tag", tag="pets", images=["1", "2"])
    stamp = {"origin": "mount", "group": "7:100"}
    for content in ("1", "2"):
        await call(vault, "untag", tag="pets", images=[content], **stamp)
    await call(vault, "tags.delete", tag="pets", **stamp)
    entries = (await call(vault, "log")).actions
    assert [(info.summary, info.count) for info in entries] == [
        ("untag pets; delete tag pets", 2),
        ("tag with pets", 2),
    ]
    foretold = await call(vault, "undo", dry_run=True)
    assert [(info.id, info.undone) for info in foretold.actions] == [(entries[0].id, False)]
    assert await folder(vault) == ([], [])
    await call(vault, "undo")
    assert await folder(vault, "pets") == ([], ["0.jpg", "1.jpg"])


@pytest.mark.parametrize("action", ["0", "99", "x", "-1", "9" * 40, "١"])
async def test_an_unknown_action_is_not_found(vault: Vault, action: str) -> None:
    with pytest.raises(NotFound):
        await call(vault, "undo", action=action)


async def test_undoing_nothing_is_a_mistake_and_having_nothing_to_undo_is_not(vault: Vault) -> None:
    assert (await call(vault, "undo", count=3)).actions == []
    with pytest.raises(UserError):
        await call(vault, "undo", count=0)


async def test_searches_are_saved_changed_renamed_deleted_and_undone(vault: Vault) -> None:
    await call(vault, "save", name="dogs", query="dog -cat")
    with pytest.raises(Conflict):
        await call(vault, "save", name="dogs", query="dog")
    await call(vault, "save", name="dogs", query="dog", level="strict", replace=True)
    await call(vault, "saved.rename", name="dogs", to="hounds")
    (found,) = (await call(vault, "saved")).saved
    assert (found.name, found.query, found.level, found.count) == ("hounds", "dog", "strict", None)
    await call(vault, "saved.delete", name="hounds")
    await call(vault, "undo", count=4)
    assert (await call(vault, "saved")).saved == []
    assert (await call(vault, "undo")).actions == []


async def test_a_saved_query_must_make_sense_and_may_be_empty(vault: Vault) -> None:
    with pytest.raises(QueryError):
        await call(vault, "save", name="x", query='"open')
    await call(vault, "save", name="x", query="")
    (found,) = (await call(vault, "saved", count=True)).saved
    assert found.count == 0


async def test_forgetting_what_is_not_remembered_is_not_found(vault: Vault) -> None:
    assert (await call(vault, "history")).queries == []
    with pytest.raises(NotFound):
        await call(vault, "history.forget", query="dog")


async def test_the_configuration_is_shown_with_where_it_comes_from(vault: Vault) -> None:
    values = (await call(vault, "config.show")).values
    assert values["search.level"].value == "default"
    assert values["search.level"].source == "default"


async def test_what_a_mount_does_and_what_the_catalog_knows_agree_at_once(vault: Vault) -> None:
    topics: list[frozenset[str]] = []
    vault.catalog.on_commit(lambda changed, seq: topics.append(changed))
    await call(vault, "tag", tag="pets", images=["1"])
    assert topics == [frozenset({"tag", "image"})]
    with vault.catalog.read() as sql:
        assert catalog_tags.images_exactly(sql, catalog_tags.require(sql, "pets")) == [1]


async def test_the_id_of_a_picture_that_was_edited_in_place_means_the_edited_one(vault: Vault) -> None:
    await call(vault, "tag", tag="pets", images=["1"])
    with vault.catalog.write() as tx:
        images.inherit(tx, 3, 1)
        tx.sql.execute("DELETE FROM files WHERE image = 3")
        tx.sql.execute("UPDATE files SET image = 3 WHERE image = 1")
    await call(vault, "untag", tag="pets", images=["1"])
    assert await folder(vault, "pets") == ([], [])
    assert [hit.id for hit in (await call(vault, "hits", ids=["1", "2"])).hits] == ["3", "2"]


async def test_a_picture_of_which_a_copy_was_edited_means_itself(vault: Vault) -> None:
    with vault.catalog.write() as tx:
        images.inherit(tx, 3, 1)
    assert [hit.id for hit in (await call(vault, "hits", ids=["1"])).hits] == ["1"]
    with vault.catalog.write() as tx:  # an edit that was taken back, and both files deleted: no way to go in circles
        images.inherit(tx, 1, 3)
        tx.sql.execute("DELETE FROM files WHERE image IN (1, 3)")
    assert (await call(vault, "tag", tag="pets", images=["1"])).changed == 1


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({}, "name one folder"),
        ({"path": "/a", "root": "1"}, "name one folder"),
        ({"root": "/a"}, "is no id of a watched folder"),
        ({"root": "1" * 19}, "is no id of a watched folder"),
    ],
)
async def test_a_folder_to_be_watched_no_more_is_named_in_one_way(
    vault: Vault, params: dict[str, object], told: str
) -> None:
    with pytest.raises(UserError, match=told):
        await call(vault, "remove", **params)
