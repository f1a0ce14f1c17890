"""Which picture a `like:` means: one of the library, by id, name or path, or any other file, which is never taken in.

Files outside the library are looked at by a worker and not in the engine's threads, so all likes of a query are read
before it is asked. What fails is the asker's alone: it has its own deadline, and others are served meanwhile.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import trio

from vaultd.catalog import embeddings, files, named
from vaultd.catalog.store import Catalog
from vaultd.domain import naming
from vaultd.domain.paths import name_of
from vaultd.index.text import TextIndex
from vaultd.index.vector import Vectors
from vaultd.index.words import folded, words_of
from vaultd.query import And, Like, Node, Not, Or, Sum
from vaultd.search.meaning import Meaning
from vaultd.worker.messages import Unreadable
from vaultipc.errors import NotFound, QueryError, Refused

See = Callable[[bytes], Awaitable[Vectors]]
"""Looks at the picture in a file: its vector [dimension] of the model that answers now. Raises Unreadable."""

WITHIN_S = 20.0
MOST_BYTES = 1 << 31
"""A larger file is not looked into: that alone would take longer than anybody waits."""
REMEMBERED = 64
LOOKED_AT = 500
"""So many images whose names hold the most words of a name are compared with it."""
TOLD = 4
ORIGINALS = b"/.originals/"
"""In the mount, the folder whose subfolders are named by image id."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture to compare with: its vector [dimension], and its id if it is one of the library's.

    `key` is another one whenever the vector may be.
    """

    vector: Vectors
    key: str
    image: int | None = None


Samples = Mapping[Like, Sample]


def likes_of(node: Node | None) -> Iterator[Like]:
    """Every `like:` of a query, wherever it stands."""
    match node:
        case Like():
            yield node
        case Sum(terms):
            yield from (term.part for term in terms if isinstance(term.part, Like))
        case Not(part):
            yield from likes_of(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from likes_of(part)


class LikeReader:
    """Finds the pictures that likes mean. `see` looks at files outside the library; without it there are none."""

    def __init__(self, catalog: Catalog, texts: TextIndex, see: See | None, meaning: Callable[[], Meaning]) -> None:
        self._catalog = catalog
        self._texts = texts
        self._see = see
        self._meaning = meaning
        self._seen: OrderedDict[tuple[str, str], Vectors] = OrderedDict()

    async def read(self, likes: Iterable[Like]) -> tuple[Meaning, dict[Like, Sample]]:
        """The model that answers now, and the sample of each as that model sees it.

        Raises NotFound where there is no such picture or it was not looked at yet, Refused where a file is no picture,
        takes too long, or must not be named so (`domain.naming`), QueryError where a name means several pictures.
        """
        wanted = list(dict.fromkeys(likes))
        if any(is_path(like.image) for like in wanted):
            naming.check_path_allowed()
        with trio.move_on_after(WITHIN_S):
            while True:
                meaning = self._meaning()
                samples = {like: await self._sample(like, meaning) for like in wanted}
                if meaning is self._meaning():
                    return meaning, samples
        raise Refused(f"the pictures named by like: took longer than {WITHIN_S:g} seconds to look at")

    async def _sample(self, like: Like, meaning: Meaning) -> Sample:
        found = await trio.to_thread.run_sync(self._in_library, like, meaning, abandon_on_cancel=True)
        return found if isinstance(found, Sample) else await self._outside(like, found, meaning)

    def _in_library(self, like: Like, meaning: Meaning) -> Sample | bytes:
        """The image meant, or else the absolute path of the file meant."""
        with self._catalog.read() as sql:
            image, path = self._meant(sql, like.image)
            if image is None:
                return path
            model = meaning.model(sql)
            rows = None if model is None else embeddings.of(sql, model, [image])[1]
        if rows is None or not len(rows):
            raise NotFound(f"{shown(like.image)} was not looked at yet", hint="`vvault wait` ends when it was")
        return Sample(rows[0], f"image {image}", image)

    def _meant(self, sql: sqlite3.Connection, wanted: str) -> tuple[int | None, bytes]:
        """The image, or None and a path. A name that is all digits is an id; a path may lead through links."""
        if wanted.isascii() and wanted.isdecimal():
            return _by_id(sql, wanted), b""
        if not is_path(wanted):
            return self._by_name(sql, wanted), b""
        path = os.path.normpath(os.path.expanduser(os.fsencode(wanted)))
        image = files.image_at(sql, path)
        real = path if image is not None else os.path.realpath(path)
        if ORIGINALS in real and (within := real.rpartition(ORIGINALS)[2].partition(b"/")[0]).isdigit():
            return _by_id(sql, within.decode()), b""
        return files.image_at(sql, real) if image is None else image, real

    def _by_name(self, sql: sqlite3.Connection, wanted: str) -> int:
        """The image that has a file of this name, or of a path that ends so; case and accents count where they tell."""
        ending = os.fsencode(wanted)
        near = self._near(sql, wanted)
        exact = [(image, path) for image, path in near if _ends(path, ending)]
        exact = exact or named.with_path_ending(sql, ending)
        found = dict(exact or [(image, path) for image, path in near if _ends(_folded(path), _folded(ending))])
        if len(found) == 1:
            return next(iter(found))
        if found:
            raise _ambiguous(wanted, found)
        names = {name_of(path).decode("utf-8", "replace"): None for _, path in near}
        close = get_close_matches(wanted, names, n=TOLD, cutoff=0.5)
        hint = f"did you mean {_listed(close)}?" if close else "give its id, its file's name, or a full path"
        raise NotFound(f"there is no picture “{shown(wanted)}” in the library", hint=hint)

    def _near(self, sql: sqlite3.Connection, wanted: str) -> list[tuple[int, bytes]]:
        name = wanted.rpartition("/")[2]
        words = words_of(name.rpartition(".")[0] or name)
        return named.files_of(sql, self._texts.named(words, LOOKED_AT).tolist()) if words else []

    async def _outside(self, like: Like, path: bytes, meaning: Meaning) -> Sample:
        told = shown(like.image)
        state = await trio.to_thread.run_sync(_regular_file, path, told, abandon_on_cancel=True)
        if self._see is None:
            raise NotFound(f"{told} is not a picture of the library")
        key = (f"{os.fsdecode(path)} {state}", meaning.title)
        vector = self._seen.get(key)
        if vector is None:
            try:
                vector = await self._see(path)
            except Unreadable as error:
                raise Refused(f"{told} cannot be used: {error}") from error
            if meaning is self._meaning():
                self._remember(key, vector)
        return Sample(vector, key[0])

    def _remember(self, key: tuple[str, str], vector: Vectors) -> None:
        self._seen[key] = vector
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)


def is_path(wanted: str) -> bool:
    """Whether a like: names a file by its path, and not an image of the library."""
    return wanted.startswith(("/", "~"))


def _by_id(sql: sqlite3.Connection, number: str) -> int:
    row = sql.execute("SELECT id FROM images WHERE id = ?", (min(int(number), 2**63 - 1),)).fetchone()
    if row is None:
        raise NotFound(f"there is no image with id {number}")
    return int(row[0])


def _regular_file(path: bytes, told: str) -> str:
    """What tells this state of a file from others. Raises NotFound or Refused unless it is a plain file."""
    try:
        status = os.stat(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no path"
        raise NotFound(f"{told} cannot be found ({reason})") from error
    if not stat.S_ISREG(status.st_mode):
        raise Refused(f"{told} is no file that holds a picture")
    if status.st_size > MOST_BYTES:
        raise Refused(f"{told} is larger than any picture: {status.st_size >> 30} GiB")
    return f"{status.st_dev} {status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"


def _ends(path: bytes, ending: bytes) -> bool:
    return path.endswith(b"/" + ending)


def _folded(path: bytes) -> bytes:
    return folded(path.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def _ambiguous(wanted: str, found: Mapping[int, bytes]) -> QueryError:
    some = [f"{image} ({os.fsencode(path).decode('utf-8', 'replace')})" for image, path in list(found.items())[:TOLD]]
    more = f" and {len(found) - TOLD} more" if len(found) > TOLD else ""
    return QueryError(
        f"{len(found)} pictures are called “{shown(wanted)}”: {', '.join(some)}{more}",
        hint=f"write like:{next(iter(found))}, or more of the path",
    )


def _listed(names: Iterable[str]) -> str:
    return " or ".join(f"“{name}”" for name in names)


def shown(wanted: str) -> str:
    """A text that may hold the bytes of a path, as far as it can be shown."""
    return wanted.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
