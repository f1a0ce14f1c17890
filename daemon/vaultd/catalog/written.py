"""What the user's words are, file by file, and which of them stand already where other programs read them: in the
attributes of the originals, or in the sidecars beside them.

It is noted before a file is written, without the wish, and completed after: whoever reads the file meanwhile, or after
a crash, knows the vault's own writing, and what was interrupted is done again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import msgspec

from vaultd.catalog import tags
from vaultd.catalog.store import Transaction
from vaultd.domain import sidecar
from vaultd.domain import written as attributes
from vaultd.domain.paths import absolute
from vaultd.metadata.editing import can_hold


class Spoken(msgspec.Struct, frozen=True):
    """All that the user says of a content that files can say: full names of tags, and of those taken off that the files
    gave; texts by kind; stars, 0 for none."""

    image: int
    tags: tuple[str, ...]
    rejected: tuple[str, ...]
    texts: dict[str, str]
    rating: int


class _Wished(Protocol):
    @property
    def image(self) -> int: ...
    @property
    def is_empty(self) -> bool: ...


Wish = TypeVar("Wish", bound=_Wished)
Traces = TypeVar("Traces")


@dataclass(frozen=True)
class Due(Generic[Wish, Traces]):
    """A file that does not say yet what the user says. `path` is absolute, `traces` is what was done to it before.

    `bytes_of`: inode, mtime in ns and size, by which it is known to be the file that the catalog means.
    """

    file: int
    volume: int
    path: bytes
    bytes_of: tuple[int, int, int]
    wish: Wish
    traces: Traces


class Book(Generic[Wish, Traces]):
    """What is noted of one place of writing. `table`: where; `source`: how the catalog calls what is read there;
    `kinds`: the kinds of text that can be written."""

    def __init__(
        self, table: str, source: str, kinds: tuple[str, ...], wished: Callable[[Spoken], Wish], untouched: Traces
    ) -> None:
        self._table, self._source, self._kinds = table, source, kinds
        self._wished, self._untouched = wished, untouched
        listed = ", ".join(f"'{kind}'" for kind in kinds)
        self._texts = f"source = 'user' AND kind IN ({listed})"
        self._spoken_of = f"""(
    EXISTS (SELECT 1 FROM image_tags WHERE image_tags.image = images.id
            AND (source = 'user' OR (source = '{source}' AND state = 'rejected')))
 OR EXISTS (SELECT 1 FROM texts WHERE texts.image = images.id AND {self._texts})
 OR EXISTS (SELECT 1 FROM ratings WHERE ratings.image = images.id AND source = 'user')
 OR EXISTS (SELECT 1 FROM files JOIN {table} ON {table}.file = files.id WHERE files.image = images.id))"""

    def due(self, sql: sqlite3.Connection, images: Iterable[int]) -> list[Due[Wish, Traces]]:
        """The files, of these contents and there, that do not say what the user says."""
        return [file for image in images for file in self._of(sql, self.wish(sql, image))]

    def taken_back(self, sql: sqlite3.Connection, images: Iterable[int]) -> list[Due[Wish, Traces]]:
        """The files, of these contents and there, that the vault wrote to, as if the user said nothing."""
        silent = (self._wished(Spoken(image, (), (), {}, 0)) for image in images)
        return [file for wished in silent for file in self._of(sql, wished)]

    def spoken_of(self, sql: sqlite3.Connection, images: Iterable[int] | None = None) -> list[int]:
        """The contents, of these or of all, of which the user says or said something that files can say."""
        if images is None:
            rows = sql.execute(f"SELECT id FROM images WHERE {self._spoken_of} ORDER BY id")
        else:
            given = json.dumps(sorted(images))
            rows = sql.execute(
                "SELECT images.id FROM json_each(?) AS given CROSS JOIN images ON images.id = given.value"
                f" WHERE {self._spoken_of}",
                (given,),
            )
        return [image for (image,) in rows]

    def wish(self, sql: sqlite3.Connection, image: int) -> Wish:
        """What the user says of a content."""
        said = sql.execute(
            "SELECT tag, source FROM image_tags WHERE image = ? AND ((source = 'user' AND state = 'active')"
            " OR (source = ? AND state = 'rejected'))",
            (image, self._source),
        ).fetchall()
        names = [(tags.full_name(sql, tag), source) for tag, source in said]
        texts = sql.execute(f"SELECT kind, text FROM texts WHERE image = ? AND {self._texts}", (image,)).fetchall()
        rating = sql.execute("SELECT rating FROM ratings WHERE image = ? AND source = 'user'", (image,)).fetchone()
        return self._wished(
            Spoken(
                image,
                tuple(sorted(name for name, source in names if source == "user")),
                tuple(sorted(name for name, source in names if source != "user")),
                dict(texts),
                rating[0] if rating else 0,
            )
        )

    def traces(self, sql: sqlite3.Connection, file: int) -> tuple[Traces, bool]:
        """What was done to a file, and whether that is finished."""
        found = sql.execute(f"SELECT traces, wish IS NOT NULL FROM {self._table} WHERE file = ?", (file,)).fetchone()
        return (self._untouched, True) if found is None else (self._read(found[0]), bool(found[1]))

    def note(self, tx: Transaction, file: int, traces: Traces, wish: Wish | None) -> None:
        """Keeps what is done to a file: `wish` None before, and what was wished when it is done."""
        if traces == self._untouched and (wish is None or wish.is_empty):
            self.forget(tx, file)
            return
        tx.sql.execute(
            f"INSERT INTO {self._table} (file, wish, traces) VALUES (?, ?, ?)"
            " ON CONFLICT (file) DO UPDATE SET wish = excluded.wish, traces = excluded.traces",
            (file, None if wish is None else _text(wish), _text(traces)),
        )

    def doubt(self, tx: Transaction, file: int) -> None:
        """What was written may not be there any more: it is looked at again, and written again if it must be."""
        tx.sql.execute(f"UPDATE {self._table} SET wish = NULL WHERE file = ?", (file,))

    def forget(self, tx: Transaction, file: int) -> None:
        """Another picture stands there now: what its attributes, or what is beside it, say is its own."""
        tx.sql.execute(f"DELETE FROM {self._table} WHERE file = ?", (file,))

    def _of(self, sql: sqlite3.Connection, wished: Wish) -> Iterator[Due[Wish, Traces]]:
        text = _text(wished)
        rows = sql.execute(
            f"SELECT files.id, files.volume, volumes.mount_point, files.path, files.inode, files.mtime_ns, files.size,"
            f" {self._table}.wish, {self._table}.traces"
            " FROM files JOIN volumes ON volumes.id = files.volume JOIN roots ON roots.id = files.root"
            f" LEFT JOIN {self._table} ON {self._table}.file = files.id WHERE files.image = ?"
            " AND files.state = 'present' AND volumes.mount_point IS NOT NULL AND roots.removed_at IS NULL",
            (wished.image,),
        ).fetchall()
        for file, volume, mount_point, path, *bytes_of, done, known in rows:
            if done != text and not (wished.is_empty and known is None):
                before = self._untouched if known is None else self._read(known)
                inode, mtime_ns, size = bytes_of
                yield Due(file, volume, absolute(mount_point, path), (inode, mtime_ns, size), wished, before)

    def _read(self, text: str) -> Traces:
        return msgspec.json.decode(text, type=type(self._untouched))


def carrying(sql: sqlite3.Connection, tag: int) -> list[int]:
    """The contents that have a tag, or one below it, by the user's word or against it."""
    below = json.dumps(tags.subtree(sql, tag))
    rows = sql.execute(
        "SELECT DISTINCT image FROM image_tags WHERE tag IN (SELECT value FROM json_each(?)) AND source <> 'auto'",
        (below,),
    )
    return [image for (image,) in rows]


def _in_attributes(said: Spoken) -> attributes.Wish:
    """A name with a comma cannot be told among others."""
    return attributes.Wish(
        said.image,
        tuple(name for name in said.tags if "," not in name),
        said.rejected,
        said.texts.get("description", ""),
        said.rating,
    )


def _in_sidecars(said: Spoken) -> sidecar.Wish:
    return sidecar.Wish(
        said.image,
        tuple(name for name in said.tags if can_hold(tuple(name.split("/")))),
        said.rejected,
        said.texts.get("title", "").strip(),
        said.texts.get("description", "").strip(),
        said.rating,
    )


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


FILES = Book("written_files", "xmp", ("title", "description"), _in_sidecars, sidecar.UNTOUCHED)
ATTRIBUTES = Book("written_back", "xattr", ("description",), _in_attributes, attributes.UNTOUCHED)
SIDECARS = Book("written_sidecars", "sidecar", ("title", "description"), _in_sidecars, sidecar.UNTOUCHED)
