"""What stands beside pictures: read by the real ingest, noticed when it changes, and said of the right picture."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from support.ingesting import Library, ingesting
from support.packets import DARKTABLE, LIGHTROOM, keywords, packet
from vaultd.catalog import actions, edits, marks, tags


def put(library: Library, name: str, data: bytes | str) -> None:
    """As careful programs write: under another name, then renamed."""
    path = library.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.new")
    part.write_bytes(data if isinstance(data, bytes) else data.encode())
    os.replace(part, path)


async def told(library: Library, name: str, wanted: list[str]) -> None:
    await library.until(lambda: library.tags_of(library.image(name)) == wanted, f"{name} has {wanted}")


def texts(library: Library, name: str) -> dict[str, str]:
    """The texts that sidecars gave, by kind."""
    info = library.info(library.image(name))
    return {text.kind: text.text for text in info.texts if text.source == "sidecar"}


def untag(library: Library, name: str, tag: str) -> None:
    image = library.image(name)
    assert image is not None
    with library.catalog.write() as tx, actions.recorded(tx, "untag", "untag", "test", "") as action:
        tags.remove(action, tags.require(tx.sql, tag), [image])


async def test_what_stands_beside_a_new_picture_is_known_with_it(tmp_path: Path) -> None:
    async with ingesting(tmp_path, roots=False) as library:
        library.draw("a.jpg", "red")
        put(library, "a.jpg.xmp", DARKTABLE)
        await library.ingest.noticing.add_roots([os.fsencode(library.folder)])
        await library.settled()
        assert library.tags_of(library.image("a.jpg")) == ["sidecar:party", "sidecar:places/Germany/Berlin"]
        assert texts(library, "a.jpg") == {"title": "On the roof"}
        assert library.info(library.image("a.jpg")).ratings == {"sidecar": 3}


async def test_a_sidecar_is_followed_while_it_comes_changes_and_goes(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        await library.settled()
        reads = library.ingest.counters.decoded
        put(library, "a.xmp", keywords("pets", rating=2))
        await told(library, "a.jpg", ["sidecar:pets"])
        (library.folder / "a.xmp").write_bytes(keywords("dogs"))
        await told(library, "a.jpg", ["sidecar:dogs"])
        assert library.info(library.image("a.jpg")).ratings == {}
        (library.folder / "a.xmp").unlink()
        await told(library, "a.jpg", [])
        assert library.ingest.counters.decoded == reads


async def test_changes_while_nobody_watched_are_found_by_the_next_scan(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        for name in ("a.jpg", "b.jpg", "c.jpg"):
            library.draw(name, {"a": "red", "b": "blue", "c": "green"}[name[0]])
            put(library, f"{name}.xmp", keywords(name[0]))
        await library.settled()
        library.tag(library.image("b.jpg"), "mine")
    (tmp_path / "Pictures" / "a.jpg.xmp").write_bytes(keywords("other"))
    (tmp_path / "Pictures" / "b.jpg.xmp").unlink()
    for end in ("", ".xmp"):
        os.rename(tmp_path / "Pictures" / f"c.jpg{end}", tmp_path / "Pictures" / f"d.jpg{end}")
    async with ingesting(tmp_path) as library:
        await library.settled()
        assert library.tags_of(library.image("a.jpg")) == ["sidecar:other"]
        assert library.tags_of(library.image("b.jpg")) == ["user:mine"]
        assert library.tags_of(library.image("d.jpg")) == ["sidecar:c"]
        assert library.ingest.counters.decoded == 0
        assert library.count("sidecars") == 2


async def test_a_sidecar_may_come_before_its_picture(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        await library.settled()
        put(library, "a.jpg.xmp", keywords("pets"))
        put(library, "a.txt", "a red square")
        put(library, "b.json", '{"prompt": "a blue square"}')
        library.draw("a.jpg", "red")
        library.draw("b.png", "blue")
        await library.settled()
        await told(library, "a.jpg", ["sidecar:pets"])
        await library.until(lambda: texts(library, "a.jpg") == {"caption": "a red square"}, "its text is known")
        await library.until(lambda: texts(library, "b.png") == {"prompt": "a blue square"}, "its prompt is known")


async def test_texts_beside_generated_images_are_prompt_or_caption(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        for name, colour in (("a.png", "red"), ("b.png", "blue"), ("c.png", "green")):
            library.draw(name, colour)
        await library.settled()
        put(library, "a.txt", "a cat, oil\nNegative prompt: dogs\nSteps: 20, Sampler: Euler a, Seed: 1")
        put(library, "b.png.json", '{"prompt": "a boat", "negative_prompt": "cars", "seed": 1}')
        put(library, "c.json", '{"seed": 1}')
        put(library, "notes.txt", "nothing of a picture")
        await library.until(lambda: texts(library, "a.png") == {"prompt": "a cat, oil", "negative": "dogs"}, "a text")
        await library.until(lambda: texts(library, "b.png") == {"prompt": "a boat", "negative": "cars"}, "an object")
        await library.settled()
        assert texts(library, "c.png") == {}
        assert library.count("sidecars") == 3


async def test_a_tag_the_user_took_off_stays_off_through_edits_renames_and_scans(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        put(library, "a.jpg.xmp", keywords("pets", "dogs"))
        await library.settled()
        untag(library, "a.jpg", "pets")
        put(library, "a.jpg.xmp", keywords("pets", "dogs", "new"))
        await told(library, "a.jpg", ["sidecar:dogs", "sidecar:new"])
        os.rename(library.folder / "a.jpg", library.folder / "b.jpg")
        await library.until(lambda: library.image("b.jpg") is not None, "it is renamed")
        os.rename(library.folder / "a.jpg.xmp", library.folder / "b.jpg.xmp")
        await told(library, "b.jpg", ["sidecar:dogs", "sidecar:new"])
        (library.folder / "b.jpg.xmp").unlink()
        await told(library, "b.jpg", [])
        put(library, "b.jpg.xmp", keywords("pets", "dogs"))
        await told(library, "b.jpg", ["sidecar:dogs"])
        library.draw("new", "blue")
        os.replace(library.folder / "new", library.folder / "b.jpg")
        await library.settled()
        await told(library, "b.jpg", ["sidecar:dogs"])


async def test_a_folder_takes_its_sidecars_along_and_passes_them_over_where_it_says_so(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("trip/a.jpg", "red")
        put(library, "trip/a.jpg.xmp", keywords("sea"))
        await library.settled()
        os.rename(library.folder / "trip", library.folder / "journey")
        await library.until(lambda: library.image("journey/a.jpg") is not None, "the folder is renamed")
        await library.settled()
        assert library.tags_of(library.image("journey/a.jpg")) == ["sidecar:sea"]
        assert library.count("sidecars") == 1
        put(library, "journey/a.jpg.xmp", keywords("hills"))
        await told(library, "journey/a.jpg", ["sidecar:hills"])
        (library.folder / ".vaultignore").write_text("*.xmp\n")
        await told(library, "journey/a.jpg", [])
        put(library, "journey/b.jpg.xmp", keywords("no"))
        library.draw("journey/b.jpg", "blue")
        await library.settled()
        assert library.tags_of(library.image("journey/b.jpg")) == []
        (library.folder / ".vaultignore").unlink()
        await told(library, "journey/a.jpg", ["sidecar:hills"])
        await library.ingest.noticing.remove_root(os.fsencode(library.folder), forget=True)
        assert library.count("sidecars") == 0


async def test_the_users_word_goes_before_and_a_sidecars_before_the_files(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        put(library, "a.jpg.xmp", packet("<dc:title>theirs</dc:title>", 'xmp:Rating="2"'))
        await library.settled()
        image = library.image("a.jpg")
        assert image is not None
        with library.catalog.write() as tx:
            tx.sql.execute("INSERT INTO texts VALUES (?, 'title', 'exif', 'of the camera')", (image,))
        assert [text.source for text in library.info(image).texts] == ["sidecar", "exif"]
        with library.catalog.write() as tx, actions.recorded(tx, "edit", "edit", "test", "") as action:
            edits.write(action, [image], {"title": "mine"})
            marks.rate(action, [image], 5)
        info = library.info(image)
        assert [text.text for text in info.texts] == ["mine", "theirs", "of the camera"]
        assert (info.rating, info.ratings) == (5, {"user": 5, "sidecar": 2})


async def test_copies_say_together_what_stands_beside_each(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        data = library.draw("a.jpg", "red")
        (library.folder / "sub").mkdir()
        (library.folder / "sub" / "b.jpg").write_bytes(data)
        put(library, "a.jpg.xmp", keywords("pets", rating=1))
        put(library, "sub/b.jpg.xmp", keywords("dogs", rating=4))
        await library.settled()
        await told(library, "a.jpg", ["sidecar:dogs", "sidecar:pets"])
        assert library.info(library.image("a.jpg")).rating == 4
        (library.folder / "sub" / "b.jpg").unlink()
        await told(library, "a.jpg", ["sidecar:pets"])


async def test_a_damaged_or_hostile_sidecar_keeps_what_it_said_and_is_told_of(tmp_path: Path) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        put(library, "a.jpg.xmp", keywords("pets"))
        await library.settled()
        for damaged in (bomb, b"", keywords("dogs")[:-20], b"<a>" * 300_000, b"x" * (1 << 20) + b"y"):
            put(library, "a.jpg.xmp", damaged)
            await library.until(partial(_has_size, library, len(damaged)), "it was looked at")
            assert library.tags_of(library.image("a.jpg")) == ["sidecar:pets"]
            with library.catalog.read() as sql:
                assert sql.execute("SELECT count(*) FROM sidecars WHERE problem <> ''").fetchone() == (1,)
        put(library, "a.jpg.xmp", keywords("dogs"))
        await told(library, "a.jpg", ["sidecar:dogs"])


def _has_size(library: Library, wanted: int) -> bool:
    """Whether the one sidecar is known with so many bytes."""
    with library.catalog.read() as sql:
        return bool(sql.execute("SELECT size FROM sidecars").fetchone()[0] == wanted)


async def test_a_sidecar_is_of_the_picture_that_it_names_and_else_of_all_of_its_name(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        library.draw("a.png", "blue")
        put(library, "a.xmp", LIGHTROOM)  # of a.NEF, which is not here: then of what is
        await library.settled()
        for name in ("a.jpg", "a.png"):
            await told(library, name, ["sidecar:party", "sidecar:places/Germany/Berlin"])
        put(library, "a.xmp", LIGHTROOM.replace(b"a.NEF", b"a.png"))
        await told(library, "a.jpg", [])
        assert library.tags_of(library.image("a.png")) == ["sidecar:party", "sidecar:places/Germany/Berlin"]
        put(library, "a.xmp", keywords("sea"))
        put(library, "a.PNG.XMP", keywords("hills"))
        await told(library, "a.png", ["sidecar:hills"])
        await told(library, "a.jpg", ["sidecar:sea"])
        (library.folder / "a.PNG.XMP").unlink()
        await told(library, "a.png", ["sidecar:sea"])
