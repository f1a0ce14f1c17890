"""The gestures of docs/filesystem.md: the table is read, and every row is made and checked."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from support.smalldaemon import MAGIC, Picture, SmallDaemon, content_of
from vaultipc.errors import DiskFull

TABLES = Path(__file__).parents[2] / "docs" / "filesystem.md"
_ROW = re.compile(r"^\| `(?P<gesture>.+)` \| (?P<answer>ok|E[A-Z]+) \| ?(?P<after>.*?) ?\|$")
_AS_FILES = "### Where entries are files"
_NOREPLACE = 1


@dataclass(frozen=True)
class Row:
    """One line of a table."""

    gesture: str
    answer: str
    after: str


def rows() -> list[Row]:
    """Return every row of the tables, in order."""
    return _rows(TABLES.read_text().partition(_AS_FILES)[0])


def rows_as_files() -> list[Row]:
    """Return the rows as they are where entries are files: those of the section on it in place of the others."""
    tables, _, other = TABLES.read_text().partition(_AS_FILES)
    instead = {row.gesture: row for row in _rows(other)}
    return [instead.get(row.gesture, row) for row in _rows(tables)]


def _rows(text: str) -> list[Row]:
    found = (_ROW.match(line) for line in text.splitlines())
    return [Row(row["gesture"], row["answer"], row["after"]) for row in found if row]


class Scene:
    """What the tables' letters stand for, new for each row so that rows do not meet."""

    def __init__(self, vault: SmallDaemon, mount: Path, outside: Path, number: int) -> None:
        self.vault, self.mount, self.outside = vault, mount, outside
        words = {name: f"{name.lower()}{number}" for name in "TUDGMNQSLEKV"}
        names = ("A", "B", "C", "LOST", "AWAY")
        self.pictures = {name: vault.add(f"{name.lower()}{number}.jpg", self._labels(name, words)) for name in names}
        files = {name: os.path.basename(picture.path).decode() for name, picture in self.pictures.items()}
        ids = {f"ID{name}": picture.id for name, picture in self.pictures.items()}
        odd = {"LONG": "l" * 256, "CONTROL": f"c\x01{number}", "INVALID": os.fsdecode(b"i\xff%d" % number)}
        odd |= {"NFC": f"caf\u00e9{number}", "NFD": f"cafe\u0301{number}"}
        self.words = words | files | ids | odd | {"VAULT": str(mount)}
        self.files = {
            name: outside / f"{name.lower()}{number}.jpg"
            for name in ("NEW", "COPY", "OTHER", "LIKE", "TEXT", "OUTSIDE")
        }
        self._furnish(number)
        self.answer: list[str] | str | None = None
        self.asked = vault.requests.copy()
        self.told = len(vault.groups)

    def _labels(self, name: str, words: dict[str, str]) -> str:
        return words["Q"] if name in "AB" else ""

    def _furnish(self, number: int) -> None:
        vault, word = self.vault, self.words
        self.files["NEW"].write_bytes(MAGIC + b"new %d" % number)
        self.files["OTHER"].write_bytes(MAGIC + b"other %d" % number)
        self.files["LIKE"].write_bytes(MAGIC + f" {word['Q']}".encode())
        self.files["OUTSIDE"].write_bytes(b"outside")
        self.files["TEXT"].write_text("no picture")
        shutil.copy(self._library("B"), self.files["COPY"])
        vault.tag(word["T"], self.pictures["A"])
        vault.tag(f"{word['T']}/{word['D']}")
        vault.tag(word["U"])
        vault.history.insert(0, word["Q"])
        vault.save(word["S"], word["Q"])
        self.pictures["C"].auto.add(f"{word['G']}/{word['M']}")
        self._furnish_more()
        self.before = {
            name: (self._library(name).read_bytes(), self._library(name).stat().st_mtime_ns) for name in "ABC"
        }

    def _furnish_more(self) -> None:
        """What is neither searched nor tagged."""
        word = self.words
        self.vault.album(word["L"], self.pictures["A"], self.pictures["C"])
        self.vault.album(word["E"])
        self.vault.favourites[self.pictures["A"].id] = None
        self.pictures["A"].facets |= {
            "camera": word["K"], "model": f"{word['K']}/{word['K']}", "type": "jpeg", "rating": "5", "color": "red",
            "lora": word["K"],
        }  # fmt: skip
        self.pictures["A"].prompt, self.pictures["A"].workflow = "a quiet harbour\n", '{"nodes": []}'
        self.pictures["C"].copies.append(self.pictures["C"].path.replace(b"/c", b"/copies/c"))
        self.pictures["LOST"].state, self.pictures["AWAY"].state = "missing", "offline"
        self.pictures["AWAY"].volume = word["V"]
        for name in ("LOST", "AWAY"):
            self._library(name).unlink()

    def _library(self, name: str) -> Path:
        return Path(os.fsdecode(self.pictures[name].path))

    # ---- names -----------------------------------------------------------------------------------------------

    def spelled(self, text: str) -> str:
        """Return `text` with every letter replaced by what it stands for here."""
        return re.sub(r"(?<![A-Za-z])[A-Z]+(?![A-Za-z])", lambda match: self.words.get(match[0], match[0]), text)

    def place(self, argument: str) -> Path:
        """Return the path an argument means: a file outside, or a place in the mount."""
        return self.files[argument] if argument in self.files else self.mount / self.spelled(argument)

    def target(self, argument: str) -> str:
        """Return what a link is made to: a letter alone is that picture's file."""
        if argument in self.files:
            return str(self.files[argument])
        return str(self._library(argument)) if argument in "ABC" else self.spelled(argument)

    def picture(self, name: str) -> Picture | None:
        """Return the picture a letter stands for; of a file outside, the one with its bytes."""
        if name in self.pictures:
            return self.pictures[name]
        return next((p for p in self.vault.pictures.values() if p.content == self._content_of_new), None)

    @property
    def _content_of_new(self) -> str:
        number = self.words["N"].removeprefix("n")
        return content_of(MAGIC + b"new " + number.encode())

    # ---- a row -----------------------------------------------------------------------------------------------

    def make(self, row: Row) -> None:
        """Make the gesture of a row and check its answer and what holds afterwards."""
        verb, *arguments = shlex.split(row.gesture)
        got = "ok"
        try:
            self.answer = _VERBS[verb](self, *arguments)
        except OSError as error:
            got = errno.errorcode[error.errno or 0].replace("EOPNOTSUPP", "ENOTSUP")
        assert got == row.answer, f"{row.gesture}: {got}, not {row.answer}"
        head, lists, listed = row.after.partition("lists ")
        for statement in filter(None, head.split(", ")):
            self._check(self.spelled_names(statement))
        if lists:
            self._check_listing(listed)
        for name, (data, mtime_ns) in self.before.items():
            found = self._library(name)
            assert (found.read_bytes(), found.stat().st_mtime_ns) == (data, mtime_ns), f"original {name} changed"

    def spelled_names(self, statement: str) -> list[str]:
        return statement.split()

    def _check_listing(self, listed: str) -> None:
        if listed.startswith("nothing"):
            place = listed.removeprefix("nothing").removeprefix(" in ")
            names = os.listdir(self.place(place if "/" in place else f"tags/{place}")) if place else self.answer
            assert not names
            return
        listed, _, place = listed.partition(" in ")
        answer = os.listdir(self.place(place)) if place else self.answer
        assert isinstance(answer, list)
        wanted = {self.spelled(name) for name in listed.split(", ")}
        assert wanted <= set(answer), f"{wanted - set(answer)} is not listed"

    def _check(self, words: list[str]) -> None:
        match words:
            case [picture, "has", "auto", tag]:
                assert self.spelled(tag) in self._picture(picture).auto
            case [picture, "has", "not", "auto", tag]:
                assert self.spelled(tag) not in self._picture(picture).auto
            case [picture, "has", "not", tag]:
                assert self.spelled(tag) not in self._picture(picture).tags
            case [picture, "has", tag]:
                assert self.spelled(tag) in self._picture(picture).tags
                assert self._shown(picture, f"tags/{tag}")
            case [name, "asks", query]:
                assert self.vault.saved[self.spelled(name)].query == self.spelled(query)
            case [search, "at", level]:
                assert self.vault.saved[self.spelled(search)].level == level
            case ["nothing", "said"]:
                ids = {picture.id for picture in self.pictures.values()}
                assert not [image for _, image in self.vault.verdicts if image in ids]
            case [picture, "hidden"]:
                assert self._said(picture) == "hide"
                assert self._picture(picture) not in self._results("Q")
            case [picture, "not", "hidden"]:
                assert self._picture(picture) in self._results("Q")
            case [picture, "preferred"]:
                assert self._said(picture) == "prefer"
                assert self._picture(picture) is self._results("Q")[0]
            case [picture, "preferred", "in", query]:
                assert self._said(picture, query) == "prefer"
                assert self._picture(picture) is self._results(query)[0]
            case [query, "forgotten"]:
                assert self.spelled(query) not in self.vault.history
            case ["S", "gone"]:
                assert self.words["S"] not in self.vault.saved
            case [file, "gone"]:
                assert not self.files[file].exists()
            case [file, "kept"]:
                assert self.files[file].exists()
            case [picture, "in", album]:
                assert self._picture(picture).id in self._album(album)
                assert self._shown(picture, f"albums/{album}")
            case [picture, "not", "in", album]:
                assert self._picture(picture).id not in self._album(album)
            case [album, "is", *pictures]:
                assert self._album(album) == [self._picture(picture).id for picture in pictures]
            case ["album", album]:
                assert self.spelled(album) in self.vault.albums
            case ["no", "album", album]:
                assert self.spelled(album) not in self.vault.albums
                assert not (self.mount / "albums" / self.spelled(album)).exists()
            case [picture, "favourite"]:
                assert self._picture(picture).id in self.vault.favourites
                assert self._shown(picture, "favorites")
            case [picture, "not", "favourite"]:
                assert self._picture(picture).id not in self.vault.favourites
            case ["tag", tag]:
                assert self.spelled(tag) in self.vault.tags
            case ["no", "tag", tag]:
                assert self.spelled(tag) not in self.vault.tags
                assert not (self.mount / "tags" / self.spelled(tag)).exists()
            case ["says", text]:
                assert isinstance(self.answer, str)
                assert self.spelled(text) in self.answer
            case ["leads", "to", picture]:
                assert self.answer == str(self._library(picture))
            case ["leads", "into", folder]:
                assert isinstance(self.answer, str)
                assert self.answer.startswith(f"{self.mount}/{folder}/")
            case ["nothing", "asked"]:
                for question in ("search", "similar"):
                    assert self.vault.requests[question] == self.asked[question]
            case ["one", "request"]:
                assert len(self.vault.groups) == self.told + 1
            case ["one", "group"]:
                groups = {(origin, group) for _, origin, group in self.vault.groups[self.told :]}
                assert len(groups) == 1
                assert groups.pop()[1]
            case _:
                raise AssertionError(f"the table says {' '.join(words)!r}, which no test understands")

    def _picture(self, name: str) -> Picture:
        found = self.picture(name)
        assert found is not None, f"{name} is not in the library"
        return found

    def _said(self, picture: str, query: str = "Q") -> str:
        return self.vault.verdicts.get((self.words[query], self._picture(picture).id), "")

    def _results(self, query: str) -> list[Picture]:
        """Return what the query's folder shows at once, in order."""
        folder = self.mount / "search" / self.words[query]
        return [self._shown_by(folder / name) for name in sorted(os.listdir(folder))]

    def _shown_by(self, entry: Path) -> Picture:
        pictures = self.vault.pictures.values()
        if entry.is_symlink():
            target = os.fsencode(os.readlink(entry))
            return next(picture for picture in pictures if picture.path == target)
        content = content_of(entry.read_bytes())
        return next(picture for picture in pictures if picture.content == content)

    def _album(self, name: str) -> list[str]:
        return self.vault.albums[self.spelled(name)].images

    def _shown(self, picture: str, place: str) -> bool:
        """Return whether the folder agrees at once: an entry there leads to this picture."""
        folder = self.mount / self.spelled(place)
        return any(self._is(folder / name, self._picture(picture)) for name in os.listdir(folder))

    def _is(self, place: Path, picture: Picture) -> bool:
        if place.is_symlink():
            return Path(os.readlink(place)).parent.name == picture.id
        return place.is_file() and content_of(place.read_bytes()) == picture.content


# ---- verbs -------------------------------------------------------------------------------------------------------


def _list(scene: Scene, place: str) -> list[str]:
    return os.listdir(scene.place(place))


def _read(scene: Scene, place: str) -> str:
    return scene.place(place).read_text()


def _stat(scene: Scene, place: str) -> None:
    os.lstat(scene.place(place))


def _readlink(scene: Scene, place: str) -> str:
    found = os.lstat(scene.place(place))
    target = os.readlink(scene.place(place))
    assert found.st_size == len(os.fsencode(target))
    return target


def _mkdir(scene: Scene, place: str) -> None:
    os.mkdir(scene.place(place))


def _rmdir(scene: Scene, place: str) -> None:
    os.rmdir(scene.place(place))


def _rm(scene: Scene, *arguments: str) -> None:
    if arguments[0] == "-r":
        _program(["rm", "-r", str(scene.place(arguments[1]))])
    else:
        os.unlink(scene.place(arguments[0]))


def _ln(scene: Scene, *arguments: str) -> None:
    if arguments[0] == "-s":
        os.symlink(scene.target(arguments[1]), scene.place(arguments[2]))
    else:
        os.link(scene.place(arguments[0]), scene.place(arguments[1]), follow_symlinks=False)


def _mv(scene: Scene, *arguments: str) -> None:
    if arguments[0] == "-n":
        _rename_without_replacing(scene.place(arguments[1]), scene.place(arguments[2]))
    else:
        os.rename(scene.place(arguments[0]), scene.place(arguments[1]))


def _rename_without_replacing(old: Path, new: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.renameat2(-100, os.fsencode(old), -100, os.fsencode(new), _NOREPLACE):
        raise OSError(ctypes.get_errno(), "renameat2")


def _cp(scene: Scene, source: str, place: str) -> None:
    scene.place(place).write_bytes(scene.place(source).read_bytes())


def _drop(scene: Scene, source: str, name: str) -> list[str]:
    dropped = scene.place(f"like/drop/{name}")
    shutil.copy(scene.place(source), dropped)
    try:
        assert dropped.read_bytes() == scene.place(source).read_bytes()
        return os.listdir(scene.place(f"like/{name}"))
    finally:
        dropped.unlink()


def _copy(scene: Scene, source: str, place: str) -> None:
    _program(["cp", "-r", str(scene.place(source)), str(scene.place(place))])


def _take(scene: Scene, source: str, place: str) -> None:
    _program(["mv", str(scene.place(source)), str(scene.place(place))])


def _fill(scene: Scene, source: str, place: str) -> None:
    scene.vault.refusal = DiskFull("no space is left")
    try:
        _cp(scene, source, place)
    finally:
        scene.vault.refusal = None


def _part(scene: Scene, source: str, temporary: str, final: str) -> None:
    written = scene.place(temporary)
    written.write_bytes(scene.place(source).read_bytes())
    os.rename(written, written.with_name(scene.spelled(final)))


def _write(scene: Scene, place: str, text: str) -> None:
    descriptor = os.open(scene.place(place), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    _written(descriptor, scene.spelled(text.replace("\\n", "\n")))


def _append(scene: Scene, place: str, text: str) -> None:
    _written(os.open(scene.place(place), os.O_WRONLY | os.O_APPEND), text)


def _written(descriptor: int, text: str) -> None:
    try:
        os.write(descriptor, text.encode() + b"\n")
    except BaseException:
        with contextlib.suppress(OSError):
            os.close(descriptor)
        raise
    os.close(descriptor)


def _replace(scene: Scene, place: str, text: str) -> None:
    written = scene.place(place).with_name(".query.aBc123")
    written.write_text(scene.spelled(text) + "\n")
    os.rename(written, scene.place(place))


def _touch(scene: Scene, place: str) -> None:
    descriptor = os.open(scene.place(place), os.O_WRONLY | os.O_CREAT | os.O_NOCTTY | os.O_NONBLOCK, 0o666)
    os.close(descriptor)
    os.utime(scene.place(place))


def _truncate(scene: Scene, place: str) -> None:
    os.truncate(scene.place(place), 0)


def _chmod(scene: Scene, place: str) -> None:
    os.chmod(scene.place(place), 0o644)


def _chown(scene: Scene, place: str) -> None:
    os.chown(scene.place(place), os.getuid(), os.getgid(), follow_symlinks=False)


def _date(scene: Scene, place: str) -> None:
    os.utime(scene.place(place), (1, 1), follow_symlinks=False)


def _mkfifo(scene: Scene, place: str) -> None:
    os.mkfifo(scene.place(place))


def _setxattr(scene: Scene, place: str) -> None:
    os.setxattr(scene.place(place), "user.test", b"x")


def _statfs(scene: Scene, place: str) -> None:
    assert os.statvfs(scene.place(place)).f_namemax == 255


def _program(command: list[str]) -> None:
    """Run a program; what it says on stderr becomes the OSError it met."""
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=20, env={"LC_ALL": "C"} | os.environ
    )
    if done.returncode:
        said = done.stderr.strip()
        number = next(n for n in errno.errorcode if said.endswith(os.strerror(n)))
        raise OSError(number, said)


_VERBS: dict[str, Callable[..., list[str] | str | None]] = {
    "append": _append,
    "chmod": _chmod,
    "chown": _chown,
    "copy": _copy,
    "cp": _cp,
    "date": _date,
    "drop": _drop,
    "fill": _fill,
    "list": _list,
    "ln": _ln,
    "mkdir": _mkdir,
    "mkfifo": _mkfifo,
    "mv": _mv,
    "part": _part,
    "read": _read,
    "readlink": _readlink,
    "replace": _replace,
    "rm": _rm,
    "rmdir": _rmdir,
    "setxattr": _setxattr,
    "stat": _stat,
    "statfs": _statfs,
    "take": _take,
    "touch": _touch,
    "truncate": _truncate,
    "write": _write,
}
