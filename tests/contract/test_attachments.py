"""Tags, comments and ratings that other programs attach to files, read by the real ingest."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.fileattributes import need_attributes
from support.ingesting import Library, draw, ingesting
from vaultd.catalog import actions, tags
from vaultipc.messages import AcceptParams

TAGS, COMMENT, RATING = "user.xdg.tags", "user.xdg.comment", "user.baloo.rating"


@pytest.fixture(autouse=True)
def attributes(tmp_path: Path) -> None:
    need_attributes(tmp_path)


def attach(library: Library, name: str, attribute: str, value: str) -> None:
    os.setxattr(library.folder / name, attribute, value.encode())


async def told(library: Library, name: str, wanted: list[str]) -> None:
    await library.until(lambda: library.tags_of(library.image(name)) == wanted, f"{name} has {wanted}")


async def test_what_is_attached_to_a_new_file_is_known_with_it(tmp_path: Path) -> None:
    async with ingesting(tmp_path, roots=False) as library:
        library.draw("a.jpg", "red")
        attach(library, "a.jpg", TAGS, "pets,holiday/spain,auto,auto/dog,cars/auto,../..")
        attach(library, "a.jpg", COMMENT, "at the beach")
        attach(library, "a.jpg", RATING, "7")
        await library.ingest.noticing.add_roots([os.fsencode(library.folder)])
        await library.settled()
        info = library.info(library.image("a.jpg"))
        assert library.tags_of(library.image("a.jpg")) == ["xattr:cars/auto", "xattr:holiday/spain", "xattr:pets"]
        assert [(text.kind, text.source, text.text) for text in info.texts] == [("comment", "xattr", "at the beach")]
        assert info.rating == 4


async def test_a_change_is_noticed_while_it_happens(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        await library.settled()
        attach(library, "a.jpg", TAGS, "pets")
        await told(library, "a.jpg", ["xattr:pets"])
        attach(library, "a.jpg", TAGS, "dogs")
        await told(library, "a.jpg", ["xattr:dogs"])
        os.removexattr(library.folder / "a.jpg", TAGS)
        await told(library, "a.jpg", [])


async def test_a_change_made_while_nobody_watched_is_found_by_the_next_scan(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        await library.settled()
    os.setxattr(tmp_path / "Pictures" / "a.jpg", TAGS, b"pets")
    async with ingesting(tmp_path) as library:
        await library.settled()
        assert library.tags_of(library.image("a.jpg")) == ["xattr:pets"]
        with library.catalog.write() as tx:  # as after the migration: what was attached was never looked at
            tx.sql.execute("UPDATE files SET ctime_ns = 0")
            tx.sql.execute("DELETE FROM image_tags")
    async with ingesting(tmp_path) as library:
        await library.settled()
        assert library.tags_of(library.image("a.jpg")) == ["xattr:pets"]


async def test_a_moved_file_keeps_what_is_attached_and_tells_what_changed(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        attach(library, "a.jpg", TAGS, "pets")
        await library.settled()
    os.setxattr(tmp_path / "Pictures" / "a.jpg", TAGS, b"dogs")
    os.rename(tmp_path / "Pictures" / "a.jpg", tmp_path / "Pictures" / "b.jpg")
    async with ingesting(tmp_path) as library:
        await library.settled()
        assert library.tags_of(library.image("b.jpg")) == ["xattr:dogs"]


async def test_copies_say_together_what_each_of_them_says(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        data = library.draw("a.jpg", "red")
        attach(library, "a.jpg", TAGS, "pets")
        (library.folder / "b.jpg").write_bytes(data)
        attach(library, "b.jpg", TAGS, "dogs")
        await library.settled()
        await told(library, "a.jpg", ["xattr:dogs", "xattr:pets"])
        os.removexattr(library.folder / "a.jpg", TAGS)
        await told(library, "a.jpg", ["xattr:dogs"])


async def test_a_tag_the_user_took_off_stays_off_while_the_file_says_it(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        attach(library, "a.jpg", TAGS, "pets,dogs")
        await library.settled()
        image = library.image("a.jpg")
        assert image is not None
        with library.catalog.write() as tx, actions.recorded(tx, "untag", "untag", "test", "") as action:
            tags.remove(action, tags.require(tx.sql, "pets"), [image])
        attach(library, "a.jpg", TAGS, "pets,dogs,new")
        await told(library, "a.jpg", ["xattr:dogs", "xattr:new"])
        attach(library, "a.jpg", TAGS, "dogs")
        await told(library, "a.jpg", ["xattr:dogs"])
        attach(library, "a.jpg", TAGS, "pets,dogs")
        await told(library, "a.jpg", ["xattr:dogs", "xattr:pets"])


async def test_a_change_of_mode_alone_tells_nobody_of_other_tags(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        attach(library, "a.jpg", TAGS, "pets")
        await library.settled()
        library.tag(library.image("a.jpg"), "mine")
        (library.folder / "a.jpg").chmod(0o600)
        await library.settled()
        await told(library, "a.jpg", ["user:mine", "xattr:pets"])


async def test_the_original_is_never_written(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        attach(library, "a.jpg", TAGS, "pets")
        await library.settled()
        before = os.stat(library.folder / "a.jpg")
        library.tag(library.image("a.jpg"), "mine")
        await library.settled()
        after = os.stat(library.folder / "a.jpg")
        assert os.getxattr(library.folder / "a.jpg", TAGS) == b"pets"
        assert (before.st_ctime_ns, before.st_mtime_ns) == (after.st_ctime_ns, after.st_mtime_ns)


async def test_what_is_attached_to_bytes_that_are_taken_in_goes_with_them(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        await library.settled()
        held = library.ingest.holding / "1"
        draw(held, "red")
        os.setxattr(held, TAGS, b"pets")
        os.setxattr(held, "user.other", b"x")
        await library.ingest.accept(AcceptParams(holding=str(held), name="new.jpg", tag="mine"))
        kept = library.folder / "Vault Inbox" / "new.jpg"
        assert os.getxattr(kept, TAGS) == b"pets"
        assert os.getxattr(kept, "user.other") == b"x"
        assert library.tags_of(library.image("Vault Inbox/new.jpg")) == ["user:mine", "xattr:pets"]


async def test_what_is_attached_to_a_copy_of_a_known_picture_is_not_said_by_the_library(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        held = library.ingest.holding / "1"
        held.write_bytes(library.draw("a.jpg", "red"))
        await library.settled()
        os.setxattr(held, TAGS, b"pets")
        await library.ingest.accept(AcceptParams(holding=str(held), name="new.jpg", tag="mine"))
        assert library.tags_of(library.image("a.jpg")) == ["user:mine"]
