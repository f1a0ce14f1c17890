"""Which folder a watch means, also after events were lost."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from support.watches import watches
from vaultd.ingest import watch
from vaultd.ingest.watch import ANOTHER, FolderWatch, WatchLimit


@pytest.fixture
def folders(tmp_path: Path) -> list[bytes]:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    return [os.fsencode(tmp_path / name) for name in ("a", "b")]


async def test_folders_that_were_exchanged_unseen_are_both_watched(folders: list[bytes]) -> None:
    a, b = folders
    found = FolderWatch(10)
    found.add(a)
    found.add(b)
    os.rename(a, a + b"c")
    os.rename(b, a)
    os.rename(a + b"c", b)
    found.add(a)
    found.add(b)
    for folder in folders:
        Path(os.fsdecode(folder), "new").mkdir()
    assert {event.path for event in await found.events()} >= {a + b"/new", b + b"/new"}
    assert len(found) == 2
    found.close()


async def test_a_folder_that_was_replaced_unseen_is_watched_and_the_old_one_no_more(folders: list[bytes]) -> None:
    a, b = folders
    found = FolderWatch(10)
    before = watches()
    found.add(a)
    os.rename(a, a + b"c")
    os.rename(b, a)
    found.add(a)
    assert watches() == before + 1
    Path(os.fsdecode(a), "new").mkdir()
    assert [event.path for event in await found.events()] == [a + b"/new"]
    found.close()


def test_what_is_not_named_is_watched_no_more(folders: list[bytes]) -> None:
    found = FolderWatch(10)
    top = os.path.dirname(folders[0])
    for folder in (top, *folders):
        found.add(folder)
    found.remove(top, besides={top, folders[1]})
    assert list(found) == [top, folders[1]]
    found.close()


def test_where_others_took_the_rest_a_quarter_is_given_back_and_what_stays_is_watched_from_above(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [os.fsencode(tmp_path) + b"/sub" * depth for depth in range(9)]
    os.makedirs(folders[-1])
    found, before = FolderWatch(100), watches()
    for folder in reversed(folders[:8]):
        found.add(folder)
    monkeypatch.setattr(found._inotify, "add_watch", _full)
    with pytest.raises(WatchLimit) as limit:
        found.add(folders[8])
    monkeypatch.undo()
    assert sorted(limit.value.given_back) == folders[6:8]
    assert watches() - before == len(found) == 6
    assert folders[7] not in found
    with pytest.raises(WatchLimit) as limit:
        found.add(folders[8])
    assert not limit.value.given_back, "what was given back stays free, though there is room now"
    found.close()


def _full(folder: bytes, mask: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


async def test_where_all_instances_are_taken_nothing_is_watched_and_it_is_said_how_to_get_more(
    folders: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "INotify", _refuse)
    found = FolderWatch(10)
    with pytest.raises(WatchLimit) as limit:
        found.add(folders[0])
    assert str(limit.value) == found.more == ANOTHER
    found.remove(folders[0])
    found.close()


def _refuse(nonblocking: bool) -> None:
    raise OSError(errno.EMFILE, "Too many open files")
