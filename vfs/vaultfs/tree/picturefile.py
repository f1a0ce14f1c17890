"""Pictures as read-only files: what stands in `.originals/`, and the entries of a mount whose entries are files."""

from __future__ import annotations

import logging
import math
import os
import stat
from contextlib import suppress
from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

import trio

from vaultfs.attributes import PERMISSIONS, WRITE_BITS, Attributes
from vaultfs.faults import Away, Invalid, Missing, NoAttribute, ReadOnly
from vaultfs.tree import extended
from vaultfs.tree.explaining import explained
from vaultfs.tree.extended import Tags
from vaultfs.tree.node import IDENTITY, AttributeChanges, File, Handle
from vaultfs.tree.passthrough import Passthrough, opened
from vaultfs.tree.records import path_of, record
from vaultipc.errors import TooLarge
from vaultipc.messages import (
    ActionResult,
    ExplainParams,
    Explanation,
    Hit,
    ImageInfo,
    ImageParams,
    TagsChangeParams,
)

if TYPE_CHECKING:
    from vaultfs.caller import Caller
    from vaultfs.tree.tree import Tree
    from vaultfs.writing.question import Question

log = logging.getLogger(__name__)


_SCORE = Struct("<f")
_TOLD = Struct("<QIqQ?")
_FACTS = IDENTITY + _SCORE.size
_PATH = _FACTS + _TOLD.size


class Standing(NamedTuple):
    """Mode, owner and group: few different ones, and many files that have them."""

    mode: int
    uid: int
    gid: int


class OriginalFile(File):
    """A read-only passthrough of a file of the library, with what a listing told of it.

    Its facts are the score, the size, the blocks and the time, the number of its image, 0 if it has none, whether its
    drive is away, and the path.
    """

    __slots__ = ("_seen", "_standing", "tree")

    def __init__(self, inode: int, tree: Tree) -> None:
        super().__init__(inode)
        self.tree = tree
        self._standing = Standing(stat.S_IFREG, 0, 0)
        self._seen: tuple[int, int] | None = None
        self.facts += _SCORE.pack(math.nan) + _TOLD.pack(0, 0, 0, 0, False)

    def take(
        self,
        path: bytes,
        standing: Standing,
        size: int,
        blocks: int,
        mtime_ns: int,
        number: int = 0,
        away: bool = False,
    ) -> bool:
        """Take what a listing told; return whether the kernel may believe other attributes. Write bits are left out."""
        known, before = len(self.facts) > _PATH, (self._standing, self.facts[_FACTS:_PATH])
        standing = standing._replace(mode=stat.S_IFREG | (standing.mode & PERMISSIONS & ~WRITE_BITS))
        self._standing = self.tree.standings.setdefault(standing, standing)
        self.facts = self.facts[:_FACTS] + _TOLD.pack(size, blocks, mtime_ns, number, away) + path
        return known and before != (self._standing, self.facts[_FACTS:_PATH])

    @property
    def number(self) -> int:
        """Of the image."""
        return self._told()[3]

    @property
    def away(self) -> bool:
        """Whether it lay on a drive that was not connected when it was listed."""
        return self._told()[4]

    @property
    def original(self) -> bytes:
        return self.facts[_PATH:]

    def _told(self) -> tuple[int, int, int, int, bool]:
        """Return size, blocks, time in nanoseconds, the number of the image, and whether its drive is away."""
        size, blocks, mtime_ns, number, away = _TOLD.unpack_from(self.facts, _FACTS)
        return size, blocks, mtime_ns, number, away

    def attributes(self) -> Attributes:
        mode, uid, gid = self._standing
        size, blocks, mtime_ns, *_ = self._told()
        return Attributes(self.inode, mode, size=size, blocks=blocks, mtime_ns=mtime_ns, uid=uid, gid=gid)

    async def open(self, write: bool, truncate: bool, caller: Caller) -> Handle:
        if write or truncate:
            raise ReadOnly("originals are never written through the mount")
        descriptor, found = await trio.to_thread.run_sync(opened, self.facts[_PATH:])
        try:
            await self.tree.access.check_read(caller, descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        return self._handle(descriptor, found)

    def _handle(self, descriptor: int, found: os.stat_result) -> Handle:
        handle = Passthrough(descriptor)
        now = (found.st_mtime_ns, found.st_size)
        handle.keep_cache = now == self._seen
        size, _, mtime_ns, *_ = self._told()
        if now != (mtime_ns, size):
            log.warning("an original is not as it was listed (size or time differ)")
            log.debug("not as listed: %r", self.facts[_PATH:])
            handle.keep_cache = False
            handle.direct = True
            self._look_at(found)
        self._seen = now
        return handle

    def _look_at(self, found: os.stat_result) -> None:
        """Take what the file itself says: who opens it goes by its size. A listing's word counts again at the next."""
        path = self.facts[_PATH:]
        if self.take(path, self._standing, found.st_size, found.st_blocks, found.st_mtime_ns, self.number):
            self.tree.changed.node(self)


class PictureFile(OriginalFile):
    """The file that is shown for an image."""

    __slots__ = ()

    @property
    def image(self) -> str:
        """The image's id."""
        return str(self.number)

    def adopt(self, hit: Hit) -> bool:
        """Take the facts of a listing record; return what `take` does."""
        standing = Standing(hit.mode, hit.uid, hit.gid)
        away = hit.state == "offline"
        return self.take(path_of(hit), standing, hit.size, hit.blocks, hit.mtime_ns, int(hit.id), away)

    async def open(self, write: bool, truncate: bool, caller: Caller) -> Handle:
        if write or truncate or not self.away:
            with suppress(FileNotFoundError):
                return await super().open(write, truncate, caller)
        # Moved since it was listed, or its drive was away: ask once where it is now. Where that drive was mounted
        # another one may be, with another file of this name.
        if self.adopt(await record(self.tree, self.image)):
            self.tree.changed.node(self)
        if self.away:
            raise Away("the picture lies on a drive that is not connected")
        return await super().open(write, truncate, caller)

    async def extended(self, name: bytes) -> bytes:
        if name == extended.ID:
            return self.image.encode()
        if name not in (extended.TAGS, extended.ALL_TAGS):
            return await super().extended(name)
        found = (await self._tags()).listed(name)
        if not found:
            raise NoAttribute("the picture has no tags")
        return found.encode()

    async def extended_names(self) -> list[bytes]:
        tags = await self._tags()
        return [name for name in (extended.TAGS, extended.ALL_TAGS) if tags.listed(name)]

    async def set_extended(self, name: bytes, value: bytes | None, caller: Caller) -> None:
        """Make these the picture's tags: one action, of what differs."""
        if name != extended.TAGS:
            await super().set_extended(name, value, caller)
            return
        wanted = extended.parsed(value or b"")
        self.tree.heard.expire()
        had = (await self._tags()).settable
        if value is None and not had:
            raise NoAttribute("the picture has no tags")
        add, remove = [tag for tag in wanted if tag not in had], [tag for tag in had if tag not in wanted]
        if add or remove:
            params = TagsChangeParams(images=[self.image], add=add, remove=remove, **self.tree.stamp(caller))
            try:
                result: ActionResult = await self.tree.ask("tags.change", params)
            except TooLarge as error:
                raise Invalid(str(error)) from error
            finally:
                self.tree.heard.expire()
            if result.errors:
                raise Missing(result.errors[0].message)

    async def _tags(self) -> Tags:
        return await self.tree.heard.about((self.image,), self._asked_tags)

    async def _asked_tags(self) -> Tags:
        info: ImageInfo = await self.tree.ask("image", ImageParams(image=self.image))
        return Tags.of(info)


class EntryFile(PictureFile):
    """An entry of a folder, where entries are files. It is another file than the same picture in another folder.

    In a folder of results it knows which query found it, and how well it matches.
    """

    __slots__ = ("_question",)

    def __init__(self, inode: int, tree: Tree) -> None:
        super().__init__(inode, tree)
        self._question: Question | None = None

    def found_by(self, question: Question | None, score: float | None) -> None:
        """Remember the query and the score, 0 to 1; None where nothing was asked or ranked."""
        self._question = question
        known = _SCORE.pack(math.nan if score is None else score)
        self.facts = self.facts[:IDENTITY] + known + self.facts[_FACTS:]

    @property
    def _score(self) -> float | None:
        score: float = _SCORE.unpack_from(self.facts, IDENTITY)[0]
        return None if math.isnan(score) else score

    async def extended(self, name: bytes) -> bytes:
        score = self._score
        if name == extended.SCORE and score is not None:
            return b"%.4f" % score
        if self._question is not None and name == extended.QUERY:
            return self._question.query.encode()
        if self._question is not None and name == extended.WHY:
            return (await self.tree.heard.about((self.image, self._question), self._asked_why)).encode()
        return await super().extended(name)

    async def extended_names(self) -> list[bytes]:
        names = await super().extended_names()
        if self._score is not None:
            names.append(extended.SCORE)
        return names if self._question is None else [*names, extended.QUERY, extended.WHY]

    async def _asked_why(self) -> str:
        assert self._question is not None
        query, level = self._question
        why: Explanation = await self.tree.ask("explain", ExplainParams(query=query, image=self.image, level=level))
        return explained(query, why)


class KeptEntryFile(EntryFile):
    """An entry of a folder that takes pictures in. Programs that copy set owner and time: it keeps its own."""

    __slots__ = ()

    async def set_attributes(self, changes: AttributeChanges) -> None:
        """Nothing comes of it, silently: to say so would fail every `cp -a`. But bytes stay as they are."""
        if changes.size is not None:
            raise ReadOnly("originals are never written through the mount")
