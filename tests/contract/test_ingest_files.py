"""Whatever happens to a picture on the disk, its content keeps what is known of it."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import trio

from support.ingesting import draw, ingesting, reads_everything
from vaultd.catalog.store import Transaction
from vaultd.ingest import scan
from vaultd.ingest.observe import Finding, Seen, observe

ODD_NAMES = [b"new\nline.jpg", "caf\u00e9 \N{DOG FACE}.jpg".encode(), b"invalid \xff\xfe.jpg", b"  -rf *.jpg"]


async def test_pictures_that_were_there_are_found_with_their_facts(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        library.draw("deep/er/b.png", "blue")
        (library.folder / "notes.txt").write_text("no picture")
        await library.settled()
        info = library.info(library.image("deep/er/b.png"))
        assert (info.type, info.width, info.height) == ("image/png", 80, 60)
        assert library.count("images") == library.count("files") == 2
        assert library.ingest.state == "idle"
        assert library.ingest.pending == 0
        assert library.ingest.root_states()[0].state == "watching"


async def test_a_new_picture_is_stored_with_its_vector_soon_after_it_was_copied(tmp_path: Path) -> None:
    async with ingesting(tmp_path, model=True) as library:
        await library.settled()
        draw(tmp_path / "new.jpg", "red")
        start = trio.current_time()
        shutil.copy(tmp_path / "new.jpg", library.folder)
        await library.until(lambda: library.count("embeddings") == 1, "the picture is stored")
        assert trio.current_time() - start < 3
        assert library.ingest.counters.embedded == 1


async def test_a_renamed_file_keeps_its_tags_and_is_not_read_again(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        await library.settled()
        image = library.image("a.jpg")
        library.tag(image, "pets")
        (library.folder / "a.jpg").rename(library.folder / "b.jpg")
        await library.until(lambda: library.image("b.jpg") == image, "the new name is known")
        assert library.paths(image) == ["b.jpg"]
        assert library.tags_of(image) == ["user:pets"]
        await library.settled()
        assert library.ingest.counters.decoded == 1


async def test_a_file_moved_between_folders_is_followed(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("one/a.jpg", "red")
        (library.folder / "two").mkdir()
        await library.settled()
        image = library.image("one/a.jpg")
        (library.folder / "one/a.jpg").rename(library.folder / "two/a.jpg")
        await library.until(lambda: library.paths(image) == ["two/a.jpg"], "the file is in the other folder")


async def test_a_renamed_folder_takes_its_files_along_at_once(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        for number in range(5):
            library.draw(f"old/deep/{number}.png", f"#0000{number}0")
        await library.settled()
        images = [library.image(f"old/deep/{number}.png") for number in range(5)]
        (library.folder / "old").rename(library.folder / "new")
        await library.until(lambda: library.image("new/deep/4.png") is not None, "the folder is known")
        assert [library.image(f"new/deep/{number}.png") for number in range(5)] == images
        library.draw("new/deep/later.png", "white")
        await library.until(lambda: library.image("new/deep/later.png") is not None, "it is watched under its new name")
        assert library.ingest.counters.decoded == 6


async def test_a_folder_moved_in_is_read_and_one_moved_out_is_missing(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        await library.settled()
        (tmp_path / "outside/deep").mkdir(parents=True)
        draw(tmp_path / "outside/deep/a.jpg", "red")
        (tmp_path / "outside").rename(library.folder / "inside")
        await library.until(lambda: library.image("inside/deep/a.jpg") is not None, "the folder is read")
        image = library.image("inside/deep/a.jpg")
        (library.folder / "inside").rename(tmp_path / "outside")
        await library.until(lambda: library.paths(image) == [], "the folder is gone")
        assert library.paths(image, "missing") == ["inside/deep/a.jpg"]


async def test_a_picture_in_folders_made_just_before_it_is_not_missed(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        await library.settled()
        for number in range(5):
            library.draw(f"new{number}/x/y/a.png", f"#0000{number}0")
        await library.until(lambda: library.count("images") == 5, "all are read")


async def test_a_copy_is_another_file_of_the_same_content(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        await library.settled()
        image = library.image("a.jpg")
        shutil.copy(library.folder / "a.jpg", library.folder / "b.jpg")
        os.link(library.folder / "a.jpg", library.folder / "c.jpg")
        await library.until(lambda: library.paths(image) == ["a.jpg", "b.jpg", "c.jpg"], "both copies are known")
        assert library.ingest.counters.decoded == 1


async def test_many_copies_of_one_new_picture_are_decoded_once(tmp_path: Path) -> None:
    async with ingesting(tmp_path, ingest_workers=2, ingest_batch=2) as library:
        content = library.draw("0.jpg", "red")
        for number in range(1, 9):
            (library.folder / f"{number}.jpg").write_bytes(content)
        await library.settled()
        assert len(library.paths(library.image("0.jpg"))) == 9
        assert library.ingest.counters.decoded == 1


async def test_a_deleted_picture_is_missing_and_has_its_tags_when_it_returns(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        content = library.draw("a.jpg", "red")
        await library.settled()
        image = library.image("a.jpg")
        library.tag(image, "pets")
        (library.folder / "a.jpg").unlink()
        await library.until(lambda: library.paths(image) == [], "it is gone")
        assert library.paths(image, "missing") == ["a.jpg"]
        (library.folder / "other name.jpg").write_bytes(content)
        await library.until(lambda: library.image("other name.jpg") == image, "it is back")
        assert library.tags_of(image) == ["user:pets"]
        assert library.ingest.counters.decoded == 1


@pytest.mark.parametrize("way", ["in place", "by a temporary file", "deleted and written again"])
def test_an_edited_picture_is_a_new_content_with_the_old_tags(tmp_path: Path, way: str) -> None:
    trio.run(_edit, tmp_path, way)


async def _edit(tmp_path: Path, way: str) -> None:
    async with ingesting(tmp_path) as library:
        content = library.draw("a.jpg", "red")
        (library.folder / "copy.jpg").write_bytes(content)
        await library.settled()
        old = library.image("a.jpg")
        library.tag(old, "pets")
        if way == "in place":
            library.draw("a.jpg", "blue")
        elif way == "by a temporary file":
            draw(library.folder / ".a.jpg.tmp", "blue")
            (library.folder / ".a.jpg.tmp").rename(library.folder / "a.jpg")
        else:
            (library.folder / "a.jpg").unlink()
            await trio.sleep(0.3)
            library.draw("a.jpg", "blue")
        await library.until(lambda: library.image("a.jpg") not in (None, old), "the edit is known")
        new = library.image("a.jpg")
        assert library.tags_of(new) == ["user:pets"]
        assert library.tags_of(old) == ["user:pets"], "the other copy keeps them"
        assert library.paths(old) == ["copy.jpg"]
        (library.folder / "a.jpg").write_bytes(content)
        await library.until(lambda: library.image("a.jpg") == old, "taken back, it is the old content again")


async def test_every_name_of_a_file_that_is_edited_in_place_has_the_new_content(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        content = library.draw("a.png", "red")
        library.draw("s/c.png", "green")
        os.link(library.folder / "a.png", library.folder / "s/b.png")
        (library.folder / "copy.png").write_bytes(content)
        await library.settled()
        old = library.image("a.png")
        library.tag(old, "pets")
        draw(library.folder / "a.png", "blue")
        await library.until(lambda: library.image("a.png") not in (None, old), "the edit is known")
        new = library.image("a.png")
        assert library.paths(new) == ["a.png", "s/b.png"]
        assert library.paths(old) == ["copy.png"], "a copy has bytes of its own"
        assert library.tags_of(new) == library.tags_of(old) == ["user:pets"]
        assert library.ingest.counters.decoded == 3


async def test_of_two_names_of_a_file_one_that_was_saved_over_is_another_file(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.png", "red")
        os.link(library.folder / "a.png", library.folder / "b.png")
        await library.settled()
        old = library.image("a.png")
        draw(tmp_path / "new.png", "blue")
        (tmp_path / "new.png").rename(library.folder / "a.png")
        await library.until(lambda: library.image("a.png") not in (None, old), "the edit is known")
        await library.settled()
        assert library.paths(old) == ["b.png"]


async def test_another_known_picture_copied_over_one_inherits_nothing(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("cat.jpg", "red")
        library.draw("dog.jpg", "blue")
        await library.settled()
        dog = library.image("dog.jpg")
        library.tag(library.image("cat.jpg"), "cats")
        shutil.copy(library.folder / "dog.jpg", library.folder / "cat.jpg")
        await library.until(lambda: library.image("cat.jpg") == dog, "the copy is known")
        assert library.tags_of(dog) == []


async def test_touching_a_file_changes_nothing(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        await library.settled()
        image = library.image("a.jpg")
        os.utime(library.folder / "a.jpg", ns=(5, 7_000_000_000))
        (library.folder / "a.jpg").chmod(0o600)
        await library.settled()
        assert library.image("a.jpg") == image
        assert library.ingest.counters.decoded == 1
        assert library.info(image).paths[0].mtime_ns == 7_000_000_000


async def test_what_happened_while_nobody_watched_is_found_at_the_start(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        for name, colour in (
            ("moved.jpg", "red"),
            ("deleted.jpg", "blue"),
            ("edited.png", "white"),
            ("kept.jpg", "black"),
        ):
            library.draw(name, colour)
        await library.settled()
        moved, deleted, edited = (library.image(name) for name in ("moved.jpg", "deleted.jpg", "edited.png"))
        library.tag(edited, "edited")
    (tmp_path / "Pictures/sub").mkdir()
    (tmp_path / "Pictures/moved.jpg").rename(tmp_path / "Pictures/sub/a.jpg")
    (tmp_path / "Pictures/deleted.jpg").unlink()
    draw(tmp_path / "Pictures/edited.png", "green")
    draw(tmp_path / "Pictures/new.jpg", "yellow")
    async with ingesting(tmp_path) as library:
        await library.settled()
        assert library.paths(moved) == ["sub/a.jpg"]
        assert library.paths(deleted) == []
        assert library.tags_of(library.image("edited.png")) == ["user:edited"]
        assert library.image("new.jpg") is not None
        assert library.ingest.counters.decoded == 2, "the edited one and the new one"


async def test_odd_names_are_read_moved_and_told_exactly(tmp_path: Path) -> None:
    async with ingesting(tmp_path, ingest_thumbnails="true") as library:
        for number, name in enumerate(ODD_NAMES):
            library.draw(name, f"#{number}00000")
        await library.settled()
        assert len({library.image(name) for name in ODD_NAMES} - {None}) == len(ODD_NAMES)
        image = library.image(ODD_NAMES[2])
        os.rename(os.fsencode(library.folder) + b"/" + ODD_NAMES[2], os.fsencode(library.folder) + b"/\xfe.jpg")
        await library.until(lambda: library.image(b"\xfe.jpg") == image, "its new name is known")


async def test_links_are_not_followed_however_they_loop(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a/b.jpg", "red")
        (library.folder / "a/loop").symlink_to("..")
        (library.folder / "link.jpg").symlink_to("a/b.jpg")
        (library.folder / "self.jpg").symlink_to("self.jpg")
        (library.folder / "outside").symlink_to("/")
        await library.settled()
        assert library.count("files") == 1


@pytest.mark.skipif(reads_everything(), reason="this user may enter every folder")
async def test_a_folder_that_may_not_be_entered_is_left_out(tmp_path: Path, expect_log: Callable[[str], None]) -> None:
    expect_log("a folder is left out")
    async with ingesting(tmp_path) as library:
        library.draw("closed/a.jpg", "red")
        library.draw("b.jpg", "blue")
        (library.folder / "closed").chmod(0)
        await library.settled()
        assert library.count("files") == 1
        (library.folder / "closed").chmod(0o700)


async def test_ignored_files_are_passed_over_and_become_missing_when_a_rule_says_so(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        for name in ("a.jpg", ".hidden/b.jpg", "@eaDir/c.jpg", "raw/d.jpg", "e.jpg.part"):
            library.draw(name, "red")
        await library.settled()
        assert library.paths(library.image("a.jpg")) == ["a.jpg", "raw/d.jpg"]
        (library.folder / ".vaultignore").write_text("raw/\n")
        await library.until(lambda: library.image("raw/d.jpg") is None, "the rule is heeded")
        (library.folder / ".vaultignore").unlink()
        await library.until(lambda: library.image("raw/d.jpg") is not None, "and its end too")


async def test_a_file_that_is_written_slowly_is_read_when_it_is_whole(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        await library.settled()
        content = draw(tmp_path / "whole.png", "red")
        with (library.folder / "slow.png").open("wb", buffering=0) as file:
            for start in range(0, len(content), len(content) // 8):
                file.write(content[start : start + len(content) // 8])
                await trio.sleep(0.03)
        await library.until(lambda: library.image("slow.png") is not None, "it is read")
        assert library.ingest.counters.quarantined == 0


async def test_lost_events_are_made_up_for_by_a_scan(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("gone.jpg", "red")
        await library.settled()
        image = library.image("gone.jpg")
        limit = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
        if limit > 40_000:
            pytest.skip(f"the kernel's queue holds {limit} events, too many to fill here")
        # No checkpoint in between: the watcher reads nothing, as if it had been stopped.
        noise = library.folder / "noise"
        for _ in range(limit // 2 + 10):
            noise.touch()
            noise.unlink()
        (library.folder / "gone.jpg").unlink()
        library.draw("new.jpg", "blue")
        await library.until(lambda: library.image("new.jpg") is not None, "the new file is found")
        await library.until(lambda: library.paths(image) == [], "the deleted one is missing")
        assert library.ingest.counters.rescans == 1


async def test_a_file_renamed_while_it_is_read_is_not_lost(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("first.jpg", "red")
        await library.settled()
        [worker] = library.ingest.pool.pids
        os.kill(worker, signal.SIGSTOP)
        library.draw("a.jpg", "blue")
        await library.until(lambda: library.count("files") == 2, "it is noticed")
        await trio.sleep(0.1)
        (library.folder / "a.jpg").rename(library.folder / "b.jpg")
        await trio.sleep(0.3)
        os.kill(worker, signal.SIGCONT)
        await library.until(lambda: library.image("b.jpg") is not None, "it is read under its new name")


@pytest.mark.skipif(reads_everything(), reason="this user may read every file")
async def test_a_file_that_became_readable_is_read_at_the_next_scan(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        (library.folder / "a.jpg").chmod(0)
        await library.settled()
        assert library.failed()["a.jpg"].kind == "unreadable"
        (library.folder / "a.jpg").chmod(0o600)
        await library.settled()
        assert library.image("a.jpg") is not None


async def test_looking_through_a_library_again_writes_of_what_changed_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    observed: list[str] = []

    def noted(tx: Transaction, seen: Seen) -> tuple[int, Finding]:
        observed.append(Path(os.fsdecode(seen.path)).name)
        return observe(tx, seen)

    async with ingesting(tmp_path) as library:
        for number in range(6):
            library.draw(f"{number % 2}/{number}.png", f"#0000{number}0")
        await library.settled()
        monkeypatch.setattr(scan, "observe", noted)
        await library.ingest.rescan()
        assert observed == []
        with library.catalog.write() as tx:
            tx.sql.execute("UPDATE files SET ctime_ns = 1 WHERE CAST(path AS TEXT) LIKE '%/3.png'")
        assert (await library.ingest.rescan()).seen == 6
        assert observed == ["3.png"]
