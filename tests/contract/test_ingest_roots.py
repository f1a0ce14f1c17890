"""Adding and removing folders, and folders that come and go by themselves."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trio

from support.ingesting import draw, ingesting
from support.watches import watches
from vaultipc.errors import NotFound, Refused


def path_of(*parts: object) -> bytes:
    return os.fsencode(os.path.join(*map(str, parts)))


async def test_a_folder_inside_a_watched_one_is_watched_already(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        (library.folder / "sub").mkdir()
        await library.ingest.noticing.add_roots([path_of(library.folder / "sub"), path_of(library.folder)])
        assert [root.path for root in library.ingest.root_states()] == [str(library.folder)]


async def test_a_folder_that_two_add_at_once_is_watched_once(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        await library.settled()
        other = tmp_path / "other"
        other.mkdir()
        draw(other / "new.jpg", "red")
        async with trio.open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(library.ingest.noticing.add_roots, [path_of(other)])
        await library.settled()
        assert library.count("roots") == 2
        assert library.count("files") == 1


async def test_a_folder_around_a_watched_one_takes_it_over(tmp_path: Path) -> None:
    (tmp_path / "around").mkdir()
    async with ingesting(tmp_path / "around", mount_path=str(tmp_path / "vault")) as library:
        library.draw("a.jpg", "red")
        await library.settled()
        (tmp_path / "around/more").mkdir()
        draw(tmp_path / "around/more/b.jpg", "blue")
        await library.ingest.noticing.add_roots([path_of(tmp_path / "around")])
        await library.settled()
        assert [(root.path, root.files) for root in library.ingest.root_states()] == [(str(tmp_path / "around"), 2)]
        assert library.ingest.counters.decoded == 2


async def test_a_folder_that_cannot_be_watched_is_refused_with_a_reason(tmp_path: Path) -> None:
    mount = tmp_path / "vault"
    mount.mkdir()
    draw(tmp_path / "a.jpg", "red")
    async with ingesting(tmp_path, roots=False, mount_path=str(mount)) as library:
        with pytest.raises(NotFound, match="there is no folder"):
            await library.ingest.noticing.add_roots([path_of(tmp_path / "none")])
        with pytest.raises(Refused, match="not a folder"):
            await library.ingest.noticing.add_roots([path_of(tmp_path / "a.jpg")])
        with pytest.raises(Refused, match="not an absolute path"):
            await library.ingest.noticing.add_roots([b"Pictures"])
        for inside in (mount, library.ingest.holding):
            with pytest.raises(Refused, match="belongs to Visionary Vault"):
                await library.ingest.noticing.add_roots([path_of(inside)])
        with pytest.raises(Refused, match=r"contains .*vault"):
            await library.ingest.noticing.add_roots([path_of(library.folder), path_of(tmp_path)])
        assert library.ingest.root_states() == [], "none of several is added if one is refused"


async def test_removing_a_folder_keeps_tags_and_vectors_for_its_return(tmp_path: Path) -> None:
    async with ingesting(tmp_path, model=True) as library:
        library.draw("a.jpg", "red")
        await library.settled()
        image = library.image("a.jpg")
        library.tag(image, "pets")
        await library.ingest.noticing.remove_root(path_of(library.folder), forget=False)
        assert library.ingest.root_states() == []
        assert library.paths(image) == []
        library.draw("b.jpg", "blue")
        await trio.sleep(0.3)
        assert library.count("files") == 1, "nobody watches any more"
        await library.ingest.noticing.add_roots([path_of(library.folder)])
        await library.settled()
        assert library.paths(image) == ["a.jpg"]
        assert library.tags_of(image) == ["user:pets"]
        assert library.ingest.counters.embedded == 2, "only the new one was read"


async def test_a_folder_is_removed_by_its_id_which_it_has_again_when_it_returns(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        other = tmp_path / "other"
        other.mkdir()
        await library.ingest.noticing.add_roots([path_of(other)])
        first, second = library.ingest.root_states()
        await library.ingest.noticing.remove_root(int(first.id), forget=False)
        assert [root.id for root in library.ingest.root_states()] == [second.id]
        with pytest.raises(NotFound, match=f"no watched folder {first.id}"):
            await library.ingest.noticing.remove_root(int(first.id), forget=False)
        await library.ingest.noticing.add_roots([path_of(library.folder)])
        assert [root.id for root in library.ingest.root_states()] == [second.id, first.id]


async def test_forgetting_a_folder_drops_what_no_other_folder_holds(tmp_path: Path) -> None:
    async with ingesting(tmp_path, model=True) as library:
        content = library.draw("shared.jpg", "red")
        library.draw("alone.jpg", "blue")
        other = tmp_path / "other"
        other.mkdir()
        (other / "copy.jpg").write_bytes(content)
        await library.ingest.noticing.add_roots([path_of(other)])
        await library.settled()
        assert library.count("images") == 2
        await library.ingest.noticing.remove_root(path_of(library.folder), forget=True)
        assert (library.count("images"), library.count("files"), library.count("embeddings")) == (1, 1, 1)
        with pytest.raises(NotFound, match="not a watched folder"):
            await library.ingest.noticing.remove_root(path_of(library.folder), forget=True)


async def test_a_folder_can_be_removed_in_the_middle_of_its_scan(tmp_path: Path) -> None:
    async with ingesting(tmp_path, roots=False) as library:
        for number in range(300):
            (library.folder / f"{number}").mkdir()
            (library.folder / f"{number}" / "a.jpg").write_bytes(b"x" * number)
        await library.ingest.noticing.add_roots([path_of(library.folder)])
        await trio.sleep(0.02)
        await library.ingest.noticing.remove_root(path_of(library.folder), forget=True)
        await library.until(lambda: library.ingest.state == "idle", "all is quiet")
        assert library.count("files") == 0


async def test_a_folder_that_vanished_is_offline_and_complete_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("cannot be read")
    monkeypatch.setattr("vaultd.ingest.minder.LOOK_S", 0.1)
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        await library.settled()
        image = library.image("a.jpg")
        library.tag(image, "pets")
        library.folder.rename(tmp_path / "elsewhere")
        await library.until(lambda: library.ingest.root_states()[0].state == "offline", "its state is told")
        assert library.paths(image) == []
        (tmp_path / "elsewhere").rename(library.folder)
        await library.until(lambda: library.paths(image) == ["a.jpg"], "it is back")
        assert library.tags_of(image) == ["user:pets"]
        assert library.ingest.counters.decoded == 1
        library.draw("b.jpg", "blue")
        await library.until(lambda: library.image("b.jpg") is not None, "it is watched again")


async def test_a_folder_that_was_replaced_by_another_is_looked_through_and_watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vaultd.ingest.minder.LOOK_S", 0.1)
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        library.draw("sub/kept.jpg", "white")
        await library.settled()
        red, white = library.image("a.jpg"), library.image("sub/kept.jpg")
        library.tag(red, "pets")
        library.tag(white, "snow")
        fresh, old = tmp_path / "fresh", tmp_path / "old"
        fresh.mkdir()
        draw(fresh / "b.jpg", "blue")
        (library.folder / "sub").rename(fresh / "moved")
        library.folder.rename(old)
        fresh.rename(library.folder)
        await library.until(lambda: library.image("b.jpg") is not None, "what is new is found")
        await library.until(lambda: library.paths(red, "missing") == ["a.jpg"], "what is away is known to be")
        assert library.paths(white) == ["moved/kept.jpg"], "and what moved to have moved"
        await library.until(lambda: library.ingest.root_states()[0].state == "watching", "it is no drive that is away")
        library.draw("moved/c.jpg", "green")
        await library.until(lambda: library.image("moved/c.jpg") is not None, "what comes later is seen")
        library.folder.rename(tmp_path / "spare")
        old.rename(library.folder)
        await library.until(lambda: library.paths(red) == ["a.jpg"], "the old one is back")
        assert (library.tags_of(red), library.tags_of(white)) == (["user:pets"], ["user:snow"])
        assert library.ingest.counters.decoded == 4


async def test_a_folder_of_which_a_folder_above_was_replaced_is_looked_through_and_watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vaultd.ingest.minder.LOOK_S", 0.1)
    for above in ("home", "backup"):
        (tmp_path / above / "deep").mkdir(parents=True)
    draw(tmp_path / "home/deep/a.jpg", "red")
    draw(tmp_path / "backup/deep/b.jpg", "blue")
    async with ingesting(tmp_path, roots=False) as library:
        await library.ingest.noticing.add_roots([path_of(tmp_path / "home/deep")])
        await library.settled()
        (tmp_path / "home").rename(tmp_path / "old")
        (tmp_path / "backup").rename(tmp_path / "home")
        await library.until(lambda: library.count("images") == 2, "what is new is found")
        await library.until(lambda: library.paths(1, "missing") != [], "what is away is known to be")
        draw(tmp_path / "home/deep/c.jpg", "green")
        await library.until(lambda: library.count("images") == 3, "what comes later is seen")


async def test_of_a_folder_that_was_replaced_nothing_is_watched_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vaultd.ingest.minder.LOOK_S", 0.1)
    async with ingesting(tmp_path) as library:
        library.draw("sub/a.jpg", "red")
        await library.settled()
        before = watches()
        (tmp_path / "fresh/sub").mkdir(parents=True)
        draw(tmp_path / "fresh/b.jpg", "blue")
        library.folder.rename(tmp_path / "old")
        (tmp_path / "fresh").rename(library.folder)
        await library.until(lambda: library.image("b.jpg") is not None, "what is new is found")
        await library.until(lambda: library.ingest.state == "idle", "all is quiet")
        assert watches() == before


@pytest.fixture
def drive(tmp_path: Path) -> Iterator[Callable[[Path], None]]:
    """Mounts one and the same small file system wherever it is asked to, unmounting it from where it was."""
    if os.getuid() != 0 or shutil.which("mkfs.ext4") is None:
        pytest.skip("needs root and mkfs.ext4 to attach a drive")
    image = tmp_path / "drive.img"
    with image.open("wb") as file:
        file.truncate(8 << 20)
    subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
    mounted: list[Path] = []

    def attach(place: Path) -> None:
        detach()
        place.mkdir(exist_ok=True, parents=True)
        done = subprocess.run(["mount", "-o", "loop", image, place], check=False, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"no drive can be attached here: {done.stderr.strip()}")
        mounted.append(place)

    def detach() -> None:
        while mounted:
            subprocess.run(["umount", mounted.pop()], check=True)

    attach.detach = detach  # type: ignore[attr-defined]
    yield attach
    detach()


async def test_a_drive_that_is_unplugged_is_offline_and_is_known_again_wherever_it_is_mounted(
    tmp_path: Path, drive: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vaultd.ingest.minder.LOOK_S", 0.1)
    drive(tmp_path / "one")
    (tmp_path / "one/DCIM").mkdir()
    async with ingesting(tmp_path, roots=False) as library:
        draw(tmp_path / "one/DCIM/a.jpg", "red")
        await library.ingest.noticing.add_roots([path_of(tmp_path / "one/DCIM")])
        await library.settled()
        image = 1
        drive.detach()  # type: ignore[attr-defined]
        await library.until(lambda: library.ingest.root_states()[0].state == "offline", "its state is told")
        assert library.paths(image, "missing") == []
        assert len(library.paths(image, "offline")) == 1
        await library.settled()
        assert len(library.paths(image, "offline")) == 1, "an empty mount point is no reason to forget"
        drive(tmp_path / "two")
        await library.until(lambda: library.paths(image) == [str(tmp_path / "two/DCIM/a.jpg")], "it is known again")
        draw(tmp_path / "two/DCIM/b.jpg", "blue")
        await library.until(lambda: library.count("images") == 2, "it is watched where it is now")
        assert library.ingest.counters.decoded == 2


async def test_when_the_kernel_watches_no_more_folders_the_rest_is_polled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("max_user_watches")
    monkeypatch.setattr("vaultd.ingest.minder.LOOK_S", 0.1)
    monkeypatch.setattr("vaultd.ingest.minder.POLL_S", 0.2)
    async with ingesting(tmp_path, roots=False) as library:
        monkeypatch.setattr(library.ingest.noticing.watch._inotify, "add_watch", _refuse)
        await library.ingest.noticing.add_roots([path_of(library.folder)])
        await library.settled()
        assert library.ingest.root_states()[0].state == "polling"
        library.draw("a.jpg", "red")
        await library.until(lambda: library.image("a.jpg") is not None, "it is found without being told")


def _refuse(folder: bytes, mask: int) -> None:
    raise OSError(28, "No space left on device")


async def test_the_progress_is_told_while_pictures_are_read(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        for number in range(40):
            library.draw(f"{number}.png", f"#00{number:02}00")
        await library.until(lambda: library.ingest.rate_per_s > 0 and library.ingest.pending > 0, "reading goes on")
        assert (library.ingest.eta_s or 0) > 0
        await library.settled()
        assert library.ingest.eta_s is None
        assert library.ingest.rate_per_s == 0
