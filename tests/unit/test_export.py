"""What a person said leaves a library as files, is read by other programs, and comes back into another library."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from support.catalog_rows import gesture, image, keyword, opened
from vaultd.catalog import albums, edits, feedback, marks, rules, saved, subscriptions, tags
from vaultd.catalog.store import Catalog
from vaultd.catalog.subscriptions import Subscription
from vaultd.metadata import sidecar
from vaultd.safekeeping import export, importing, telling, xmp
from vaultd.safekeeping.said import FILE, RuleSaid, Said, SaidOfImage, Saved
from vaultipc.errors import Conflict, NotFound, Refused, VersionMismatch

NAMES = ["a.jpg", "b.jpg", "ümlaut & <c>.jpg", "d.jpg"]


def filled(folder: Path) -> Iterator[Catalog]:
    """A catalog of four pictures, one of which carries a keyword of its file."""
    with opened(folder) as catalog:
        with catalog.write() as tx:
            made = [image(tx, name) for name in NAMES]
            tx.sql.execute("INSERT INTO tags (name, created_at, listed) VALUES ('from file', 0, 0)")
            keyword(tx, made[3], 1)
            keyword(tx, made[0], 1)
        yield catalog


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Catalog]:
    """A catalog in which everything that can be said was said."""
    (tmp_path / "told").mkdir()
    for catalog in filled(tmp_path / "told"):
        with gesture(catalog) as action:
            tags.create(action, "empty")
            tags.apply(action, tags.create(action, "travel/Zürich & sea"), [1, 2])
            tags.apply(action, tags.create(action, "plain"), [2])
            tags.remove(action, 1, [4])
            albums.add(action, albums.create(action, "Best <of>"), [3, 1])
            albums.create(action, "Nothing")
            saved.put(action, "reds", "red car -blue", "loose")
            shots = rules.put(action, "path:Shots", "default", "shots/screen")
            rules.give(action, shots, [1, 2])
            tags.remove(action, shots.tag, [2])
            feed = Subscription(0, "https://x.org/feed.xml", "x.org", "feed", 3600, 9, "", None, 0, 0)
            subscriptions.put(action, feed, "plain")
            feedback.say(action, "red car", [3], "hide")
            feedback.say(action, "red car", [1], "prefer")
            marks.favour(action, [2])
            marks.rate(action, [2], 4)
            edits.write(action, [2], {"title": "A title", "description": "Two\nlines <&>", "caption": "c"})
        yield catalog


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Catalog]:
    """A catalog of the same pictures, of which nothing was said."""
    (tmp_path / "other").mkdir()
    yield from filled(tmp_path / "other")


def said(catalog: Catalog) -> Said:
    with catalog.read() as sql:
        return telling.said(sql)


def exported(catalog: Catalog, folder: Path) -> export.Exported:
    with catalog.read() as sql:
        return export.write(sql, folder)


def take_in(catalog: Catalog, what: Said) -> tuple[int, list[str]]:
    """How much that changed, and what could not be taken in."""
    with catalog.read() as sql:
        taken = importing.Import(sql, what)
    changed = 0
    for step in taken.steps():
        with gesture(catalog) as action:
            changed += step(action)
    return changed, taken.problems


def same(one: Said, two: Said) -> bool:
    return (one.tags, one.albums, one.saved, one.feedback, one.images) == (
        two.tags,
        two.albums,
        two.saved,
        two.feedback,
        two.images,
    )


def test_an_export_read_by_another_library_says_the_same_there(told: Catalog, other: Catalog, tmp_path: Path) -> None:
    assert said(other).images == []
    exported(told, tmp_path / "out")
    changed, problems = take_in(other, importing.read(tmp_path / "out"))
    assert (changed > 0, problems) == (True, [])
    assert same(said(other), said(told))
    assert take_in(other, importing.read(tmp_path / "out" / FILE)) == (0, [])


def test_an_export_holds_what_was_said_and_nothing_else(told: Catalog) -> None:
    what = said(told)
    assert what.tags == ["empty", "plain", "shots", "shots/screen", "travel", "travel/Zürich & sea"]
    assert [(album.name, len(album.images)) for album in what.albums] == [("Best <of>", 2), ("Nothing", 0)]
    assert what.saved == [Saved(name="reds", query="red car -blue", level="loose")]
    rejected = [[(one.tag, one.source) for one in image.rejected] for image in what.images]
    assert rejected == [[], [("shots/screen", "rule")], [("from file", "xmp")]]
    assert [image.ruled for image in what.images] == [["shots/screen"], [], []]
    assert what.rules == [RuleSaid(query="path:Shots", tag="shots/screen", level="default")]
    (one,) = what.subscriptions
    assert (one.url, one.provider, one.every_s, one.limit, one.tag) == (
        "https://x.org/feed.xml", "feed", 3600, 9, "plain"
    )  # fmt: skip
    assert what.images[1].paths == ["/pictures-of-a-test/photos/b.jpg"]


def test_an_export_says_what_is_fetched_from_where_only_if_that_is_wanted(told: Catalog, tmp_path: Path) -> None:
    with told.read() as sql:
        export.write(sql, tmp_path / "out", subscriptions=False)
    assert same(importing.read(tmp_path / "out"), said(told))
    assert importing.read(tmp_path / "out").subscriptions == []
    assert not any(b"x.org" in path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file())


def test_what_is_not_in_the_library_or_contradicts_it_is_told_and_the_rest_is_taken_in(
    told: Catalog, other: Catalog
) -> None:
    with gesture(other) as action:
        saved.put(action, "reds", "mine", "default")
    what = said(told)
    what.images.append(SaidOfImage(hash="00" * 32, tags=["plain"]))
    what.tags.append("bad\0name")
    _, problems = take_in(other, what)
    assert len(problems) == 3
    assert "1 pictures are not in this library: restore again when they are" in problems
    with other.read() as sql:
        assert saved.require(sql, "reds").query == "mine"
    assert said(other).images == [one for one in what.images if one.hash != "00" * 32]


def test_an_export_overwrites_nothing_and_appears_whole(told: Catalog, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("mine")
    with pytest.raises(Conflict):
        exported(told, tmp_path / "mine")
    with told.read() as sql, pytest.raises(InterruptedError):
        export.write(sql, tmp_path / "out", lambda: False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "told"]
    (tmp_path / "empty").mkdir()
    assert exported(told, tmp_path / "empty").images == 3


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (None, NotFound),
        (b"{", Refused),
        (b'{"format": "other"}', Refused),
        (b'{"format": "visionary-vault export", "version": 99}', VersionMismatch),
        (b'{"images": [{"hash": 3}]}', Refused),
        (b"\xff\xfe", Refused),
    ],
)
def test_what_is_no_export_is_refused_by_name(tmp_path: Path, content: bytes | None, error: type[Exception]) -> None:
    if content is not None:
        (tmp_path / FILE).write_bytes(content)
    with pytest.raises(error, match=FILE):
        importing.read(tmp_path)


@pytest.mark.parametrize("place", ["/dev/zero", "/proc/self/mem", "pipe", "folder.json"])
def test_what_has_no_end_or_is_no_file_is_refused_at_once(tmp_path: Path, place: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder.json" / FILE).mkdir(parents=True)
    with pytest.raises(Refused):
        importing.read(tmp_path / place)


def test_a_sidecar_lies_in_folders_like_those_of_its_picture(told: Catalog, tmp_path: Path) -> None:
    exported(told, tmp_path / "out")
    found = sorted((tmp_path / "out" / "xmp").rglob("*.xmp"))
    folder = tmp_path / "out" / "xmp" / "pictures-of-a-test" / "photos"
    assert found == sorted(folder / f"{name}.xmp" for name in NAMES[:3])


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
def test_exiftool_reads_what_a_sidecar_says(told: Catalog, tmp_path: Path) -> None:
    exported(told, tmp_path / "out")
    sidecar = tmp_path / "out/xmp/pictures-of-a-test/photos/b.jpg.xmp"
    command = ["exiftool", "-json", "-charset", "utf8", "-validate", "-warning", "-error", "-all", str(sidecar)]
    (read,) = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert sorted(read["Subject"]) == ["Zürich & sea", "plain"] or sorted(read["Subject"]) == ["plain", "Zürich & sea"]
    assert sorted(read["HierarchicalSubject"]) == ["plain", "travel|Zürich & sea"]
    assert sorted(read["TagsList"]) == ["plain", "travel/Zürich & sea"]
    assert (read["Rating"], read["Title"]) == (4, "A title")
    assert "Error" not in read


@pytest.mark.skipif(shutil.which("exiv2") is None, reason="exiv2 is not installed")
def test_exiv2_reads_what_a_sidecar_says(told: Catalog, tmp_path: Path) -> None:
    exported(told, tmp_path / "out")
    sidecar = tmp_path / "out/xmp/pictures-of-a-test/photos/b.jpg.xmp"
    done = subprocess.run(["exiv2", "-PXkv", sidecar], capture_output=True, text=True, check=True)
    read = dict(line.split(None, 1) for line in done.stdout.splitlines() if line.startswith("Xmp"))
    assert sorted(read["Xmp.dc.subject"].split(", ")) == ["Zürich & sea", "plain"]
    assert read["Xmp.xmp.Rating"].strip() == "4"
    assert 'lang="x-default" A title' in read["Xmp.dc.title"]


def test_our_own_reader_reads_what_a_sidecar_says() -> None:
    one = SaidOfImage(hash="", texts={"title": "a \0 title", "description": "Two\nlines <&>"})
    said = sidecar.read(b"a.xmp", xmp.sidecar(one, ["a/b", "c & d"], ["Best <of>"]))
    assert said.texts == (("title", "a  title"), ("description", "Two\nlines <&>"))
    assert said.tags == (("a", "b"), ("c & d",))


def test_saved_searches_stand_in_a_packet_of_their_own() -> None:
    tree = fromstring(xmp.library([Saved(name="reds <1>", query='"red car" -blue', level="loose")]))
    space = "{urn:visionary-vault:xmp:1.0}"
    told = [tree.findtext(f".//{space}{name}") for name in ("name", "query", "level")]
    assert told == ["reds <1>", '"red car" -blue', "loose"]
