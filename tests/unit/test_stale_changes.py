"""A change of what was read before is refused where the picture changed since."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.handling import call, three_pictures
from vaultd.catalog import changes
from vaultd.catalog.store import position
from vaultd.handlers.vault import Vault
from vaultipc.errors import Conflict

CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("edit", {"caption": "mine"}),
    ("tags.change", {"add": ["mine"]}),
    ("fav", {}),
    ("rate", {"rating": 5}),
]


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    with three_pictures(tmp_path) as made:
        yield made


async def read(vault: Vault, image: str) -> int:
    seq: int = (await call(vault, "image", image=image)).seq
    return seq


@pytest.mark.parametrize(("method", "said"), CHANGES)
async def test_what_was_changed_since_it_was_read_is_not_overwritten(
    vault: Vault, method: str, said: dict[str, Any]
) -> None:
    seq = await read(vault, "1")
    await call(vault, "edit", images=["1"], caption="another's")
    with pytest.raises(Conflict, match="image 1 was changed since it was read"):
        await call(vault, method, images=["2", "1"], if_seq=seq, **said)
    for untouched in ("1", "2"):
        info = await call(vault, "image", image=untouched)
        assert (info.tags, info.favourite, info.rating) == ([], False, 0)
    assert [text.text for text in (await call(vault, "image", image="1")).texts] == ["another's"]
    assert (await call(vault, method, images=["1"], if_seq=await read(vault, "1"), **said)).changed == 1


@pytest.mark.parametrize(("method", "said"), CHANGES)
async def test_a_change_of_another_picture_makes_nothing_stale(vault: Vault, method: str, said: dict[str, Any]) -> None:
    seq = await read(vault, "1")
    await call(vault, "edit", images=["2"], caption="of the other")
    assert (await call(vault, method, images=["1"], if_seq=seq, **said)).changed == 1


async def test_what_is_too_long_ago_to_be_told_counts_as_changed(vault: Vault) -> None:
    seq = await read(vault, "1")
    for number in range(3):
        await call(vault, "edit", images=["2"], caption=str(number))
    with vault.catalog.write() as tx:
        changes.follow(tx, "all", position(tx.sql))
        changes.trim(tx, kept=1)
    with pytest.raises(Conflict, match="nobody knows"):
        await call(vault, "fav", images=["1"], if_seq=seq)
    with pytest.raises(Conflict):
        await call(vault, "fav", images=["1"], if_seq=10**6)


async def test_trimming_leaves_the_newest_entries(vault: Vault) -> None:
    with vault.catalog.write() as tx:
        for _ in range(9):
            tx.changed("image", 1)
        last = position(tx.sql)
        changes.follow(tx, "all", last)
        assert changes.trim(tx) == 0
        assert changes.trim(tx, kept=4) == last - 4
        assert len(changes.after(tx.sql, 0, last)) == 4
        assert changes.reaches(tx.sql, last - 4)
