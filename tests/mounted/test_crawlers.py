"""Programs that walk through the whole mount, or stand in it and look around: they end, nobody's question is asked for
them, nothing is changed, and what they take home is what the originals hold."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import inotify_simple
import pytest

from support import sharing
from support.crawlers import COPIERS, CRAWLERS, KEEPERS, Crawler
from support.mounting import KINDS, Mount
from support.smalldaemon import MAGIC, SmallDaemon
from support.terminal import Terminal

READS = frozenset(
    {"search", "similar", "history", "saved", "view", "offline", "facet.values", "facet.images", "dates", "duplicates",
     "tags.folder", "tags", "autotags", "album.list", "album.show", "failed", "hits", "image", "status", "explain"}
)  # fmt: skip
"""Methods of the socket that change nothing."""


@pytest.fixture(scope="module")
def furnished(library: SmallDaemon) -> SmallDaemon:
    """The library, with something in every kind of folder."""
    pictures = [library.add(f"{n}/beach {n}.jpg", "beach sea", MAGIC + os.urandom(1000 * n)) for n in (1, 2, 3)]
    pictures.append(library.add("4/odd 'name' \N{CAT}.jpg", "beach", MAGIC + os.urandom(200_001)))
    library.tag("holiday", *pictures)
    library.tag("holiday/south", pictures[0])
    library.save("waves", "sea")
    library.album("best", *pictures)
    library.favourites |= {pictures[1].id: None}
    return library


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, mount: Mount, file_mount: Mount, furnished: SmallDaemon) -> Path:
    """Where the library is mounted, with links and with files, and two searches were opened."""
    place = mount.place if request.param == "symlink" else file_mount.place
    assert len(os.listdir(place / "search" / "beach")) == 4
    assert len(os.listdir(place / "search" / "sea")) == 3
    return place


@pytest.fixture
def unchanged(library: SmallDaemon) -> Iterator[None]:
    """Whatever happens meanwhile, nothing that a person did is different, and nobody asked for a change."""
    before, asked = _state(library), library.requests.copy()
    yield
    assert _state(library) == before
    assert {method for method, count in library.requests.items() if count > asked[method]} <= READS


def _state(library: SmallDaemon) -> dict[str, Any]:
    return {
        "pictures": {picture.path: (picture.content, sorted(picture.tags)) for picture in library.pictures.values()},
        "tags": dict(library.tags),
        "albums": {name: list(album.images) for name, album in library.albums.items()},
        "favourites": list(library.favourites),
        "saved": {name: saved.query for name, saved in library.saved.items()},
        "history": list(library.history),
        "verdicts": dict(library.verdicts),
        "files": sorted(str(path) for path in library.library.rglob("*")),
    }


RARE = frozenset({"ncdu", "rclone", "restic", "tree", "updatedb"})
"""Programs that few have, and that do as others do."""


def _named(crawlers: tuple[Crawler, ...]) -> list[Any]:
    return [
        pytest.param(crawler, id=crawler.name, marks=[pytest.mark.long] if crawler.needs in RARE else [])
        for crawler in crawlers
    ]


@pytest.mark.parametrize("crawler", _named(CRAWLERS))
def test_a_crawler_ends_and_creates_nothing(crawler: Crawler, place: Path, unchanged: None, tmp_path: Path) -> None:
    if crawler.missing:
        pytest.skip(crawler.missing)
    done = crawler.run(place, tmp_path / "out", 40)
    assert done.returncode == crawler.exit, done.stderr.decode(errors="replace")


@pytest.mark.parametrize("crawler", _named(tuple(c for c in COPIERS + KEEPERS if c.needs != "restic")))
def test_what_is_copied_out_is_what_the_originals_hold(
    crawler: Crawler, place: Path, unchanged: None, furnished: SmallDaemon, tmp_path: Path
) -> None:
    if crawler.missing:
        pytest.skip(crawler.missing)
    if crawler.needs == "zip" and shutil.which("unzip") is None:
        pytest.skip("unzip is not installed")
    out = tmp_path / "out"
    done = crawler.run(place / "search" / "beach", out, 40)
    assert (done.returncode, done.stderr) == (0, b"")
    arrived = [path for path in _unpacked(out, tmp_path).rglob("*") if not path.is_dir()]
    originals = [Path(os.fsdecode(p.path)) for p in furnished.pictures.values() if "beach" in p.labels]
    assert {path.name[4:]: path.read_bytes() for path in arrived} == {p.name: p.read_bytes() for p in originals}
    if crawler in COPIERS:
        assert not any(path.is_symlink() for path in arrived)


def _unpacked(out: Path, scratch: Path) -> Path:
    """Return a folder that holds what a program made of a folder."""
    archive = next((path for path in (out, out.with_suffix(".zip")) if path.is_file()), None)
    if archive is None:
        return out
    target = scratch / "unpacked"
    if zipfile.is_zipfile(archive):
        subprocess.run(["unzip", "-q", archive, "-d", target], check=True)
    else:
        target.mkdir()
        subprocess.run(["tar", "-xf", archive, "-C", target], check=True)
    return target


def test_updatedb_passes_the_mount_over_where_it_is_told_of_it(place: Path, unchanged: None, tmp_path: Path) -> None:
    if shutil.which("updatedb") is None:
        pytest.skip("updatedb is not installed")
    for prune, inside in ((), True), (("--add-prunefs", "fuse.vvault"), False):
        scan = ["updatedb", "-l", "0", "-U", place.parent, "-o", tmp_path / "db", "--prunepaths", "", *prune]
        subprocess.run(scan, check=True)
        listed = subprocess.run(["locate", "-d", tmp_path / "db", ""], capture_output=True, text=True, check=True)
        below = [path for path in listed.stdout.splitlines() if path.startswith(f"{place}/")]
        assert bool(below) is inside


def test_a_shell_with_a_git_prompt_and_completion_asks_nothing_by_itself(
    place: Path, unchanged: None, library: SmallDaemon, tmp_path: Path
) -> None:
    for program in ("bash", "git"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    asked = library.requests["search"]
    with Terminal(place, tmp_path) as bash:
        bash.enter("cd search")
        bash.complete("ls ", until="sea/")
        bash.complete("ls bea", until="ls beach/")
        bash.enter("cd 'what nobody asks'")
        bash.enter("cd ../../tags")
        bash.complete("ls hol", until="ls holiday/")
        assert library.requests["search"] == asked
        bash.complete("ls holiday/so", until="ls holiday/south/")
        bash.enter("cd ../search/beach")
        bash.complete("ls 00", until="003 beach 3.jpg")


def test_no_repository_can_be_made_in_the_mount(place: Path, unchanged: None) -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    for folder in ("tags/holiday", "albums/best", "search/beach", "."):
        done = subprocess.run(["git", "init", "-q", place / folder], capture_output=True, text=True, check=False)
        assert done.returncode != 0


def test_who_looks_for_a_file_of_their_own_in_search_is_told_that_it_is_a_folder(place: Path, unchanged: None) -> None:
    for name in ("package.json", "Makefile", "tags"):
        done = subprocess.run(["cat", place / "search" / name], capture_output=True, text=True, check=False)
        assert done.stderr.strip().endswith("Is a directory")


def test_a_watch_hears_what_programs_do_in_the_mount(place: Path, library: SmallDaemon, tmp_path: Path) -> None:
    with inotify_simple.INotify() as watch:
        watch.add_watch(place / "tags" / "holiday", inotify_simple.flags.CREATE | inotify_simple.flags.DELETE)
        library.add("heard.jpg", "beach")
        os.listdir(place / "search" / "beach")
        assert watch.read(timeout=0) == []
        picture = library.add("told.jpg")
        os.symlink(picture.path, place / "tags" / "holiday" / "told.jpg")
        assert [event.name for event in watch.read(timeout=5000)] == ["told.jpg"]
        os.unlink(place / "tags" / "holiday" / "told.jpg")
    for name in ("heard.jpg", "told.jpg"):
        del library.pictures[next(p.id for p in library.pictures.values() if p.path.endswith(name.encode()))]


def test_samba_shares_the_mount(file_mount: Mount, furnished: SmallDaemon, short_path: Path) -> None:
    """With files as entries: Samba follows no link that leads out of its share."""
    if sharing.missing():
        pytest.skip(sharing.missing())
    os.listdir(file_mount.place / "search" / "beach")
    os.listdir(file_mount.place / "search" / "tag:holiday")
    with sharing.Share(file_mount.place, short_path / "smb") as share:
        assert "beach 1.jpg" in share.do("recurse; ls")
        share.do(f'get "search/beach/001 beach 1.jpg" "{short_path}/fetched"')
        (short_path / "new.jpg").write_bytes(MAGIC + os.urandom(50_000))
        share.do(f'mkdir tags/shared; put "{short_path}/new.jpg" tags/shared/new.jpg')
        (made,) = furnished.tagged("shared")
        share.do(f'get tags/shared/new.jpg "{short_path}/again"; del tags/shared/new.jpg; rmdir tags/shared')
        # What Windows cannot call so has a short name, and opens under it.
        short = next(line.split()[0] for line in share.do("cd search; ls").splitlines() if "~" in line)
        assert "beach 1.jpg" in share.do(f"cd search/{short}; ls")
    original = Path(os.fsdecode(next(p.path for p in furnished.pictures.values() if b"beach 1" in p.path)))
    assert (short_path / "fetched").read_bytes() == original.read_bytes()
    assert (short_path / "again").read_bytes() == (short_path / "new.jpg").read_bytes()
    assert "shared" not in furnished.tags
    assert furnished.tagged("shared") == set()
    assert not any("~" in query for query in furnished.history)
    assert Path(os.fsdecode(furnished.pictures.pop(made).path)).read_bytes() == (short_path / "new.jpg").read_bytes()
