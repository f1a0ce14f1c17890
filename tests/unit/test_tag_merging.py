"""Tags that become one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.handling import call, three_pictures
from vaultd.catalog import keywords
from vaultd.domain.content import Keywords
from vaultd.handlers.vault import Vault
from vaultipc.errors import Conflict, NotEmpty, NotFound, Refused


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    with three_pictures(tmp_path) as made:
        yield made


async def listed(vault: Vault) -> dict[str, int]:
    """Every tag that a person sees, and on how many pictures it is."""
    return {tag.name: tag.count for tag in (await call(vault, "tags")).tags}


async def test_merged_tags_are_one_with_the_pictures_of_all_and_undone_they_are_what_they_were(vault: Vault) -> None:
    await call(vault, "tag", tag="dog", images=["1"])
    await call(vault, "tag", tag="dogs", images=["1", "2"])
    await call(vault, "tag", tag="doggo", images=["3"])
    before = await listed(vault)
    done = await call(vault, "tags.merge", sources=["dog", "doggo"], into="dogs")
    assert (done.changed, done.unchanged) == (1, 1)
    assert await listed(vault) == {"dogs": 3}
    assert (await call(vault, "log")).actions[0].summary == "merge tags dog, doggo into dogs"
    await call(vault, "undo")
    assert await listed(vault) == before


async def test_subtags_go_along_and_merge_with_those_of_the_same_name(vault: Vault) -> None:
    for tag, image in (("animals/cats", "1"), ("pets/cats", "2"), ("pets/cats/grey", "3"), ("pets/fish", "3")):
        await call(vault, "tag", tag=tag, images=[image])
    before = await listed(vault)
    await call(vault, "tags.merge", sources=["pets"], into="animals")
    assert {name for name in await listed(vault) if "pets" in name} == set()
    assert (await listed(vault))["animals/cats"] == 3
    assert (await listed(vault))["animals/fish"] == 1
    await call(vault, "undo")
    assert await listed(vault) == before


async def test_a_tag_and_one_below_it_merge_both_into_the_same(vault: Vault) -> None:
    await call(vault, "tag", tag="a/b", images=["1"])
    await call(vault, "tag", tag="a", images=["2"])
    await call(vault, "tags.merge", sources=["a", "a/b"], into="c")
    assert await listed(vault) == {"c": 2}


async def test_a_tag_may_merge_into_its_parent_and_never_into_what_is_below_it(vault: Vault) -> None:
    await call(vault, "tag", tag="a/b", images=["1"])
    with pytest.raises(Conflict):
        await call(vault, "tags.merge", sources=["a"], into="a/b")
    with pytest.raises(Conflict):
        await call(vault, "tags.merge", sources=["a"], into="a/new")
    await call(vault, "tags.merge", sources=["a/b"], into="a")
    assert await listed(vault) == {"a": 1}


async def test_a_merged_tag_that_a_file_names_does_not_come_back_with_it(vault: Vault) -> None:
    said = Keywords("xmp", ["dog"])
    with vault.catalog.write() as tx:
        keywords.replace(tx, 1, [said])
    assert await listed(vault) == {"dog": 1}
    await call(vault, "tags.merge", sources=["dog"], into="dogs")
    with vault.catalog.write() as tx:
        keywords.replace(tx, 1, [said])
    assert await listed(vault) == {"dogs": 1}


async def test_a_merge_that_cannot_be_done_changes_nothing(vault: Vault) -> None:
    await call(vault, "tag", tag="dog", images=["1"])
    await call(vault, "tag", tag="cat", images=["2"])
    with vault.catalog.write() as tx:
        tag = tx.sql.execute("SELECT id FROM tags WHERE name = 'cat'").fetchone()[0]
        tx.sql.execute("INSERT INTO rules (query, level, tag, created_at) VALUES ('cat', 'default', ?, 0)", (tag,))
    for sources, fault in ((["dog", "cat"], NotEmpty), (["dog", "unheard"], NotFound), (["auto/dog"], Refused)):
        with pytest.raises(fault):
            await call(vault, "tags.merge", sources=sources, into="pets")
        assert await listed(vault) == {"dog": 1, "cat": 1}
    assert (await call(vault, "tags.merge", sources=["dog"], into="dog")).action is None
