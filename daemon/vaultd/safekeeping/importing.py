"""Taking in what an export holds: it is added to what the library says, and can be undone as one action."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import msgspec

from vaultd.catalog import albums, edits, feedback, marks, rules, saved, subscriptions, tags
from vaultd.catalog.actions import Action
from vaultd.catalog.subscriptions import Subscription
from vaultd.safekeeping.said import FILE, FORMAT, VERSION, Said, SaidOfImage
from vaultipc.errors import NotFound, Refused, UserError, VersionMismatch

Step = Callable[[Action], int]
"""A part of an import, short enough for one transaction; returns how much it changed."""
AT_ONCE = 200
MOST_BYTES = 1 << 30
"""What is longer is no export: that of a million pictures with ten tags each has a third of it."""


def read(path: Path) -> Said:
    """What an export says, named by its folder or its file. Raises NotFound, Refused, VersionMismatch."""
    file = path / FILE if path.is_dir() else path
    try:
        said = msgspec.json.decode(_content(file), type=Said)
    except FileNotFoundError:
        raise NotFound(f"there is no {file}", hint="name the folder that `vvault export` made") from None
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}", hint=f"name the folder that holds {FILE}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused(f"{file} is no export of a vault: {error}", hint=f"name the folder that holds {FILE}") from error
    if said.format != FORMAT:
        raise Refused(f"{file} is no export of a vault", hint=f"name the folder that holds {FILE}")
    if said.version > VERSION:
        raise VersionMismatch(
            f"{file} is of version {said.version}, newer than {VERSION}", hint="install a newer Visionary Vault"
        )
    return said


def _content(file: Path) -> bytes:
    """The bytes of a file; a device may have no end, and a pipe waits for somebody. Raises OSError, Refused."""
    with open(file, "rb", opener=lambda path, flags: os.open(path, flags | os.O_NONBLOCK)) as opened:
        facts = os.fstat(opened.fileno())
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > MOST_BYTES:
            raise Refused(f"{file} is no export of a vault", hint=f"name the folder that holds {FILE}")
        return opened.read(MOST_BYTES) or b""


class Import:
    """The steps that take an export in, and what of it could not be taken, as sentences."""

    def __init__(self, sql: sqlite3.Connection, said: Said) -> None:
        self.problems: list[str] = []
        self._said = said
        self._known = {content.hex(): image for image, content in sql.execute("SELECT id, hash FROM images")}
        unknown = sum(one.hash not in self._known for one in said.images)
        if unknown:
            self.problems.append(f"{unknown} pictures are not in this library: restore again when they are")

    def steps(self) -> list[Step]:
        """To be done in this order, each in a transaction of its own or several in one."""
        images = self._said.images
        chunks = [images[start : start + AT_ONCE] for start in range(0, len(images), AT_ONCE)]
        return [
            self._make_tags,
            *(partial(self._say_all, chunk) for chunk in chunks),
            self._fill_albums,
            self._save_searches,
            self._make_rules,
            self._subscribe,
            self._judge,
        ]

    def _make_tags(self, action: Action) -> int:
        changed = 0
        for name in self._said.tags:
            with self._telling():
                is_new = tags.find(action.tx.sql, name) is None
                tags.create(action, name)
                changed += is_new
        return changed

    def _say_all(self, chunk: list[SaidOfImage], action: Action) -> int:
        return sum(self._say(action, one) for one in chunk)

    def _say(self, action: Action, one: SaidOfImage) -> int:
        image = self._known.get(one.hash)
        if image is None:
            return 0
        changed = sum(self._reject(action, image, said.tag, said.source) for said in one.rejected)
        for name in one.tags:
            with self._telling():
                changed += tags.apply(action, tags.create(action, name), [image])[0]
        for name in one.ruled:
            with self._telling():
                changed += rules.restore(action, tags.create(action, name), image, "active")
        if one.favourite:
            changed += marks.favour(action, [image])[0]
        if one.rating:
            changed += marks.rate(action, [image], min(max(one.rating, 1), 5))[0]
        texts = {kind: text for kind, text in one.texts.items() if kind in edits.KINDS}
        with self._telling():
            changed += edits.write(action, [image], texts)[0]
        return changed

    def _reject(self, action: Action, image: int, name: str, source: str) -> int:
        """What another source says here, too, is rejected here, too; what it does not say cannot be, but for rules,
        which say it later."""
        tag = tags.find(action.tx.sql, name)
        if source == rules.SOURCE:
            with self._telling():
                return rules.restore(action, tag or tags.create(action, name), image, "rejected")
        key = {"image": image, "tag": tag, "source": source}
        said = "SELECT 1 FROM image_tags WHERE image = :image AND tag = :tag AND source = :source"
        if tag is None or source == "user" or action.tx.sql.execute(said, key).fetchone() is None:
            return 0
        return int(action.update("image_tags", key, {"state": "rejected"}))

    def _fill_albums(self, action: Action) -> int:
        changed = 0
        for album in self._said.albums:
            images = [self._known[content] for content in album.images if content in self._known]
            with self._telling():
                changed += albums.add(action, albums.create(action, album.name), images)[0]
        return changed

    def _save_searches(self, action: Action) -> int:
        changed = 0
        for one in self._said.saved:
            with self._telling():
                there = saved.find(action.tx.sql, one.name)
                if there is None or (there.query, there.level) != (one.query, one.level):
                    changed += saved.put(action, one.name, one.query, one.level)
        return changed

    def _make_rules(self, action: Action) -> int:
        """They ask the library themselves, after everything else is there."""
        changed = 0
        for one in self._said.rules:
            with self._telling():
                tag = tags.find(action.tx.sql, one.tag)
                if not any((rule.query, rule.level, rule.tag) == (one.query, one.level, tag)
                           for rule in rules.listing(action.tx.sql)):  # fmt: skip
                    rules.put(action, one.query, one.level, one.tag)
                    changed += 1
        return changed

    def _subscribe(self, action: Action) -> int:
        """Paused: what is fetched from where is for a person to say here, too."""
        changed = 0
        for one in self._said.subscriptions:
            with self._telling():
                if not any(known.url == one.url for known in subscriptions.listing(action.tx.sql)):
                    wanted = Subscription(
                        0, one.url, one.site, one.provider, max(0, one.every_s), max(0, one.limit), "", None, 1, 0
                    )
                    subscriptions.put(action, wanted, one.tag)
                    changed += 1
        return changed

    def _judge(self, action: Action) -> int:
        return sum(
            feedback.say(action, one.query, [self._known[one.image]], one.verdict)[0]
            for one in self._said.feedback
            if one.image in self._known
        )

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """What this library refuses (a name it cannot have, another search of that name) is told; the rest goes on."""
        try:
            yield
        except UserError as error:
            self.problems.append(error.message)


def measure(path: Path) -> tuple[int, str]:
    """The bytes and the digest, in hex, of the file of an export."""
    content = _content(path / FILE if path.is_dir() else path)
    return len(content), hashlib.sha256(content).hexdigest()
