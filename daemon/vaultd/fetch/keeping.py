"""Where fetched pictures go, and how each gets its name there: whole or not at all, and once."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from urllib.parse import unquote_to_bytes

import trio

from vaultd.catalog import fetched, files, images
from vaultd.catalog.store import Catalog
from vaultd.catalog.subscriptions import Subscription
from vaultd.fetch.order import Staged
from vaultd.fetch.sites import folder_name
from vaultd.ingest import mountinfo
from vaultd.ingest.inbox import Inbox, fitting, remove_drafts
from vaultd.ingest.watched import Watched
from vaultipc.errors import Refused

FETCHED = b"Fetched"


class Ground:
    """The library as pictures come into it. `watched` and `inbox` are asked for when they are needed."""

    def __init__(self, watched: Callable[[], Watched], inbox: Callable[[], Inbox]) -> None:
        self._watched = watched
        self._inbox = inbox

    def folder(self, subscription: Subscription) -> bytes:
        """Where its pictures go; it need not exist yet. Raises Refused where no folder can be reached."""
        if subscription.folder:
            return self.inside(unquote_to_bytes(subscription.folder))
        for root in self._watched().roots:
            if root.folder is not None and self._watched().state(root) not in ("offline", "unreadable"):
                return b"/".join((root.folder.rstrip(b"/"), FETCHED, os.fsencode(folder_name(subscription.site))))
        raise Refused("there is no watched folder for the pictures", hint="add one with `vvault add FOLDER`")

    def inside(self, folder: bytes) -> bytes:
        """A folder that somebody named. Raises Refused if it is in no folder of the library that can be reached."""
        whole = os.path.realpath(folder)
        root = self._watched().holding(whole)
        if root is None or self._watched().state(root) in ("offline", "unreadable"):
            raise Refused(
                f"{os.fsdecode(folder)!a} is in no watched folder that can be reached: its pictures would not be found",
                hint="name a folder below one of `vvault roots`, or add it first: `vvault add FOLDER`",
            )
        if any(mountinfo.is_within(whole, mount) for mount in self._watched().mounts()):
            raise Refused("pictures cannot be fetched into the mount", hint="name a folder on a disk")
        return whole

    def tidy(self, subscription: Subscription) -> None:
        """Removes what a killed daemon left half copied. Raises OSError."""
        with suppress(Refused):  # the folder is away, and is looked at when it is fetched into again
            remove_drafts(self.folder(subscription))

    async def receive(self, source: Path, name: str, kind: str, folder: bytes, content: str) -> None:
        """Gives a picture its name in a folder, if it does not lie there already (`content`: its hash, in hex).

        Raises DiskFull, and Refused if the folder cannot be written to.
        """
        wanted = fitting(os.fsencode(name), kind)
        if not await trio.to_thread.run_sync(_lies_there, folder + b"/" + wanted, content):
            await self._inbox().receive(os.fsencode(source), wanted, kind, folder)


async def keep(catalog: Catalog, ground: Ground, subscription: Subscription, ready: Path, staged: Staged) -> bool:
    """Takes a whole picture out of the staging folder into the library; returns whether the item is new.

    Doing it twice changes nothing, so one that a kill left half done is simply done again. What the library has
    somewhere already gets no second file. Raises DiskFull, Refused.
    """
    source, content = ready / staged.file, bytes.fromhex(staged.hash)
    if not is_online(catalog, content):
        await ground.receive(source, staged.name, staged.kind, ground.folder(subscription), staged.hash)
    with catalog.write() as tx:
        is_new = fetched.put(tx, subscription.id, subscription.tag, fetched.Item(staged.item, content, staged.told))
    source.unlink(missing_ok=True)
    source.with_name(f"{staged.file}.json").unlink(missing_ok=True)
    return is_new


def is_online(catalog: Catalog, content: bytes) -> bool:
    """Whether the library has a file of this content that can be opened."""
    with catalog.read() as sql:
        image = images.find(sql, content)
        return image is not None and files.best_file(sql, image) is not None


def _lies_there(path: bytes, content: str) -> bool:
    try:
        with open(path, "rb") as file:
            digest = blake2b(digest_size=32)
            while part := file.read(1 << 20):
                digest.update(part)
    except FileNotFoundError:
        return False
    return digest.hexdigest() == content
