"""What the user says, written into the pictures' own files by the real exiftool, and taken back bit for bit."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from support.ingesting import Library, ingesting
from support.metadata_writers import bag, jpeg, xmp
from vaultd.catalog import actions, marks, rewritten, tags, undo
from vaultd.catalog.actions import Action
from vaultd.catalog.rewritten import Entry
from vaultd.catalog.store import Transaction
from vaultd.catalog.written import FILES
from vaultd.ingest import before
from vaultd.ingest.writing_files import Outcome

pytestmark = pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")

ODD = "-rm \n'$(x)';ä.jpg"
KINDS = {"a.jpg": "JPEG", "b.png": "PNG", "c.webp": "WEBP", "d.tif": "TIFF", "e.gif": "GIF"}
Whole = tuple[bytes, int, int]


def whole(path: Path) -> Whole:
    """All that is to be as it was: bytes, modification time, inode."""
    status = path.stat()
    return path.read_bytes(), status.st_mtime_ns, status.st_ino


def pixels(path: Path) -> bytes:
    with Image.open(path) as picture:
        return picture.tobytes()


def read_by_exiftool(path: Path) -> dict[str, object]:
    with path.open("rb") as file:
        done = subprocess.run(
            ["exiftool", "-j", "-G1", "-struct", "-"], stdin=file, capture_output=True, check=True, timeout=60
        )
    found: dict[str, object] = json.loads(done.stdout)[0]
    return found


def read_by_exiv2(path: Path) -> str:
    return subprocess.run(["exiv2", "-PXkt", path], capture_output=True, check=True, timeout=60, text=True).stdout


def do(library: Library, change: Callable[[Action], object]) -> None:
    with library.catalog.write() as tx, actions.recorded(tx, "test", "test", "test", "") as action:
        change(action)


def begin(tx: Transaction, entries: Sequence[Entry]) -> None:
    with actions.recorded(tx, "write-files", "write", "test", "") as action:
        for entry in entries:
            rewritten.record(action, entry)


async def write(library: Library, images: Sequence[int], *, really: bool = True, back: bool = False) -> Outcome:
    with library.catalog.read() as sql:
        dues = FILES.taken_back(sql, images) if back else FILES.due(sql, images)
    return await library.ingest.upkeep.writing_files.write(dues, begin if really else None)


async def take_back(library: Library) -> list[str]:
    """Undoes the newest action that wrote files; returns why not, for what could not be."""
    with library.catalog.read() as sql:
        (newest,) = sql.execute("SELECT max(id) FROM actions WHERE kind = 'write-files'").fetchone()
        rows = rewritten.of_actions(sql, [newest])
    writer = library.ingest.upkeep.writing_files
    outcomes = {("rewritten", row.id): await writer.take_back(row, dry_run=False) for row in rows}
    astray = {key: reason for key, reason in outcomes.items() if reason}
    with library.catalog.write() as tx:
        skipped = undo.undo(tx, [newest], "test", astray)[0].skipped
    await writer.sweep()
    return skipped


def known(library: Library, name: str) -> int:
    image = library.image(name)
    assert image is not None
    return image


async def noise(library: Library, *names: str) -> list[int]:
    """Pictures of the formats that their names tell, each another one; their contents."""
    for number, name in enumerate(names):
        picture = Image.effect_noise((96, 64), 40 + 20 * number).convert("RGB")
        picture.save(library.folder / name, KINDS.get(name, "JPEG"))
    await library.settled()
    return [known(library, name) for name in names]


async def test_every_format_is_written_read_by_others_and_given_back_bit_for_bit(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        (library.folder / ODD).write_bytes(jpeg(colour="cyan"))
        theirs = jpeg(xmp=xmp(bag("dc:subject", "old"), 'xmp:Rating="2"'), colour="blue")
        (library.folder / "theirs.jpg").write_bytes(theirs)
        names = [*KINDS, ODD, "theirs.jpg"]
        images = [*await noise(library, *KINDS), known(library, ODD), known(library, "theirs.jpg")]
        paths = [library.folder / name for name in names]
        were, shown = [whole(path) for path in paths], [pixels(path) for path in paths]
        os.setxattr(paths[0], "user.mine", b"kept")
        do(library, lambda action: tags.apply(action, tags.create(action, "places/Lisbon"), images))
        do(library, lambda action: marks.rate(action, images, 5))
        preview = await write(library, images, really=False)
        assert (len(preview.plans), preview.written, preview.refused) == (len(paths), set(), [])
        assert [whole(path) for path in paths] == were
        done = await write(library, images)
        assert (len(done.written), done.refused) == (len(paths), [])
        assert 0 < done.kept < 200_000
        for path, (data, _, inode), seen in zip(paths, were, shown, strict=True):
            assert path.read_bytes() != data
            assert path.stat().st_ino == inode
            assert pixels(path) == seen
            told = read_by_exiftool(path)
            assert told["XMP-xmp:Rating"] == 5
            assert "places|Lisbon" in str(told["XMP-lr:HierarchicalSubject"])
        assert os.getxattr(paths[0], "user.mine") == b"kept"
        assert "old" in str(read_by_exiftool(paths[-1])["XMP-dc:Subject"])
        if shutil.which("exiv2"):
            assert "places|Lisbon" in read_by_exiv2(paths[0])
        await library.settled()
        assert [known(library, name) for name in names] == images, "the contents stay what they are"
        assert library.tags_of(images[0]) == ["user:places/Lisbon"], "what we wrote is nobody else's word"
        assert sorted(library.tags_of(images[-1])) == ["user:places/Lisbon", "xmp:old"]
        assert (await write(library, images, really=False)).plans == [], "it stands there"
        assert await take_back(library) == []
        assert [whole(path) for path in paths] == were
        await library.settled()
        assert [known(library, name) for name in names] == images
        assert library.tags_of(images[0]) == ["user:places/Lisbon"], "what was said in the vault stays"
        assert list(library.ingest.upkeep.writing_files.folder.iterdir()) == []


async def test_a_vector_is_not_made_again_for_words_that_were_written(tmp_path: Path) -> None:
    async with ingesting(tmp_path, model=True) as library:
        (image,) = await noise(library, "a.jpg")
        library.tag(image, "pets")
        with library.catalog.read() as sql:
            vectors = sql.execute("SELECT rowid, image, vector FROM embeddings").fetchall()
        read = msgspec.structs.asdict(library.ingest.counters)
        assert (await write(library, [image])).refused == []
        await library.settled()
        with library.catalog.read() as sql:
            assert sql.execute("SELECT rowid, image, vector FROM embeddings").fetchall() == vectors
        assert msgspec.structs.asdict(library.ingest.counters) == read, "nothing was read"
        assert len(vectors) == 1


async def test_a_tag_taken_off_after_it_was_written_is_off_also_when_another_program_saves_the_file(
    tmp_path: Path,
) -> None:
    async with ingesting(tmp_path) as library:
        (image,) = await noise(library, "a.jpg")
        library.tag(image, "pets")
        await write(library, [image])
        subprocess.run(
            ["exiftool", "-q", "-overwrite_original", "-XMP-dc:Subject+=theirs", library.folder / "a.jpg"],
            check=True, timeout=60,
        )  # fmt: skip
        await library.settled()
        image = known(library, "a.jpg")
        assert sorted(library.tags_of(image)) == ["user:pets", "xmp:theirs"]
        with library.catalog.read() as sql:
            pets = tags.find(sql, "pets")
        assert pets is not None
        do(library, lambda action: tags.remove(action, pets, [image]))
        assert library.tags_of(image) == ["xmp:theirs"]
        assert len((await write(library, [image])).written) == 1
        assert str(read_by_exiftool(library.folder / "a.jpg")["XMP-dc:Subject"]) in ("theirs", "['theirs']")


async def test_a_file_that_was_changed_since_is_left_alone_and_its_words_can_be_taken_out(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        (image,) = await noise(library, "a.jpg")
        library.tag(image, "pets")
        await write(library, [image])
        path = library.folder / "a.jpg"
        subprocess.run(["exiftool", "-q", "-overwrite_original", "-Artist=me", path], check=True, timeout=60)
        await library.settled()
        after = path.read_bytes()
        (reason,) = await take_back(library)
        assert "changed since by another program" in reason
        assert path.read_bytes() == after
        assert len((await write(library, [known(library, "a.jpg")], back=True)).written) == 1
        told = read_by_exiftool(path)
        assert told["IFD0:Artist"] == "me"
        assert not [name for name in told if name.startswith("XMP")], "the packet held our words alone"


async def test_a_copy_elsewhere_keeps_its_bytes_and_its_words(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        (image,) = await noise(library, "a.jpg")
        library.tag(image, "pets")
        shutil.copy(library.folder / "a.jpg", library.folder / "copy.jpg")
        await library.settled()
        was = (library.folder / "copy.jpg").read_bytes()
        with library.catalog.read() as sql:
            dues = [due for due in FILES.due(sql, [image]) if due.path.endswith(b"/a.jpg")]
        await library.ingest.upkeep.writing_files.write(dues, begin)
        await library.settled()
        new = known(library, "a.jpg")
        assert (known(library, "copy.jpg"), new != image) == (image, True)
        assert library.tags_of(new) == library.tags_of(image) == ["user:pets"]
        assert (library.folder / "copy.jpg").read_bytes() == was
        library.tag(new, "later")
        assert await take_back(library) == []
        assert (library.folder / "a.jpg").read_bytes() == was
        await library.settled()
        assert known(library, "a.jpg") == image
        assert sorted(library.tags_of(image)) == ["user:later", "user:pets"]


async def test_what_cannot_be_written_is_refused_and_named(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        Image.new("RGB", (9, 9), "red").save(library.folder / "a.bmp")
        extended = xmp("", 'xmpNote:HasExtendedXMP="0123456789ABCDEF0123456789ABCDEF"').replace(
            b"<rdf:Description ", b'<rdf:Description xmlns:xmpNote="http://ns.adobe.com/xmp/note/" ', 1
        )
        (library.folder / "b.jpg").write_bytes(jpeg(xmp=extended))
        (library.folder / "c.jpg").write_bytes(jpeg(xmp=b"<no packet", colour="green"))
        await library.settled()
        images = [known(library, name) for name in ("a.bmp", "b.jpg", "c.jpg")]
        do(library, lambda action: marks.rate(action, images, 3))
        were = [path.read_bytes() for path in sorted(library.folder.iterdir())]
        done = await write(library, images)
        assert done.written == set()
        assert len(done.refused) == 3
        assert "image/bmp" in done.refused[0][1]
        assert [path.read_bytes() for path in sorted(library.folder.iterdir())] == were


async def test_without_room_for_undoing_it_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with ingesting(tmp_path) as library:
        (image,) = await noise(library, "a.jpg")
        library.tag(image, "pets")
        was = whole(library.folder / "a.jpg")
        monkeypatch.setattr(library.ingest.upkeep.writing_files._records, "_most", 1)
        done = await write(library, [image])
        assert "library.write_files_undo_mb" in done.refused[0][1]
        assert whole(library.folder / "a.jpg") == was
        assert list(library.ingest.upkeep.writing_files.folder.iterdir()) == []


@pytest.mark.parametrize(
    "cut", ["half", pytest.param("before", marks=pytest.mark.long), pytest.param("after", marks=pytest.mark.long)]
)
@pytest.mark.parametrize("doing", ["writing", "taking back"])
async def test_a_kill_between_the_steps_leaves_the_old_file_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: str, doing: str
) -> None:
    """The daemon's memory is gone at each place where bytes change; the next start finds what lies on the disk."""

    class Killed(BaseException):
        pass

    real = before.overwrite

    def interrupted(path: bytes, expected: tuple[int, int, int], source: Path, start: int) -> object:
        if cut == "half":
            data = source.read_bytes()
            with open(path, "r+b") as file:
                file.seek(start)
                file.write(data[start : start + (len(data) - start) // 2])
        elif cut == "after":
            real(path, expected, source, start)
        raise Killed

    path = tmp_path / "Pictures" / "a.jpg"
    with pytest.raises(BaseExceptionGroup) as caught:  # noqa: PT012 - what is interrupted is the life of an ingest
        async with ingesting(tmp_path) as library:
            (image,) = await noise(library, "a.jpg")
            library.tag(image, "pets")
            old = whole(path)
            if doing == "taking back":
                await write(library, [image])
            new = path.read_bytes()
            monkeypatch.setattr(before, "overwrite", interrupted)
            await (write(library, [image]) if doing == "writing" else take_back(library))
    assert caught.group_contains(Killed)
    monkeypatch.setattr(before, "overwrite", real)
    async with ingesting(tmp_path) as library:
        await library.settled()
        assert known(library, "a.jpg") == image
        assert library.tags_of(image) == ["user:pets"]
        assert path.stat().st_ino == old[2]
        left = path.read_bytes()
        if cut == "half" or (cut == "before") == (doing == "writing"):
            assert left == old[0]
        elif doing == "taking back":
            assert left == (new if cut == "before" else old[0])
        assert not [one for one in library.ingest.upkeep.writing_files.folder.iterdir() if one.suffix]
        assert await take_back(library) == []
        assert path.read_bytes() == old[0]


async def test_a_file_that_another_program_wrote_after_the_kill_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("was changed by another program")

    class Killed(BaseException):
        pass

    def interrupted(*_: object) -> None:
        raise Killed

    path = tmp_path / "Pictures" / "a.jpg"
    with pytest.raises(BaseExceptionGroup), monkeypatch.context() as patched:  # noqa: PT012 - as above
        async with ingesting(tmp_path) as library:
            (image,) = await noise(library, "a.jpg")
            library.tag(image, "pets")
            patched.setattr(before, "overwrite", interrupted)
            await write(library, [image])
    path.write_bytes(jpeg(colour="green"))
    async with ingesting(tmp_path) as library:
        await library.settled()
        assert path.read_bytes() == jpeg(colour="green")
        assert known(library, "a.jpg") != image
