"""Between absolute paths and the catalog's (volume, path below its mount point)."""

from __future__ import annotations

import logging
import os

import trio

from vaultd.catalog import volumes
from vaultd.catalog.store import Catalog
from vaultd.catalog.volumes import Identity, Volume
from vaultd.ingest import mountinfo
from vaultd.ingest.mountinfo import MountPoint

logger = logging.getLogger(__name__)

_NEVER_ASKED = frozenset({b"proc", b"sysfs", b"cgroup", b"cgroup2", b"devpts", b"autofs", b"tracefs", b"debugfs"})


class Places:
    """The volumes, as they are mounted now. `refresh` first."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._table = b""
        self._mounts: list[MountPoint] = []
        self._ours: frozenset[bytes] = frozenset()
        self._silent: dict[bytes, bool] = {}
        self._volumes: list[Volume] = []
        self._stalled: set[int] = set()

    async def refresh(self) -> list[bytes]:
        """Looks at what is mounted, and records volumes that came or went. Returns the mount points that changed."""
        table = await trio.to_thread.run_sync(mountinfo.MOUNTINFO.read_bytes)
        if table == self._table:
            return []
        before, self._mounts = self._mounts, mountinfo.read(table)
        self._silent = {mount.path: mount.is_silent for mount in self._mounts}
        self._ours = frozenset(mount.path for mount in self._mounts if mount.is_ours)
        self._volumes = self._recorded()
        found = await trio.to_thread.run_sync(self._where_they_are)
        with self._catalog.write() as tx:
            for volume in self._volumes:
                where = found.get(volume.identity, []) if volume.id not in self._stalled else []
                place = volume.mount_point if volume.mount_point in where else next(iter(where), None)
                if place != volume.mount_point:
                    volumes.place(tx, volume.id, place)
                    logger.info("volume %d is %s", volume.id, "offline" if place is None else "online")
        self._table = table
        self._volumes = self._recorded()
        return [mount.path for mount in {*before} ^ {*self._mounts} if not mount.is_ours]

    async def stall(self, volume: int, is_stalled: bool) -> None:
        """A volume is mounted and does not answer, so it is away for everybody; or it answers again."""
        (self._stalled.add if is_stalled else self._stalled.discard)(volume)
        self._table = b""
        await self.refresh()

    def is_at(self, volume: int, mount_point: bytes | None) -> bool:
        """Whether a volume is still mounted, and at this place."""
        return mount_point is not None and (volume, mount_point) in ((one.id, one.mount_point) for one in self._volumes)

    async def volume_of(self, path: bytes) -> Volume:
        """The volume of a path without symlinks, recorded if it is new."""
        mount = mountinfo.covering(path, self._mounts)
        identity = await trio.to_thread.run_sync(mountinfo.identify, mount)
        with self._catalog.write() as tx:
            volume = volumes.ensure(tx, identity, mount.path)
        self._volumes = self._recorded()
        return volume

    def locate(self, path: bytes) -> tuple[int, bytes]:
        """(volume, path below its mount point) of an absolute path. Raises LookupError if no known volume holds it."""
        holding = [
            (volume.mount_point, volume.id)
            for volume in self._volumes
            if volume.mount_point is not None and mountinfo.is_within(path, volume.mount_point)
        ]
        if not holding:
            raise LookupError(f"no volume holds {os.fsdecode(path)!a}")
        mount_point, volume_id = max(holding, key=lambda found: len(found[0]))
        return volume_id, path[len(mount_point) :].lstrip(b"/")

    def below(self, folder: bytes) -> list[Volume]:
        """The volumes with files below an absolute folder: its own, and those mounted inside."""
        own = self.locate(folder)[0]
        return [
            volume
            for volume in self._volumes
            if volume.mount_point is not None
            and (volume.id == own or mountinfo.is_within(volume.mount_point, folder))
        ]  # fmt: skip

    def is_silent(self, folder: bytes) -> bool:
        """Whether the kernel may not tell what happens in an absolute folder without symlinks."""
        while folder not in self._silent and folder != b"/":
            folder = os.path.dirname(folder)
        return self._silent.get(folder, False)

    def our_mounts(self) -> frozenset[bytes]:
        """Where this program's own file system is mounted. Asked of every path that something happens to."""
        return self._ours

    def _recorded(self) -> list[Volume]:
        with self._catalog.read() as sql:
            return volumes.everything(sql)

    def _where_they_are(self) -> dict[Identity, list[bytes]]:
        """The mount points of every file system of which the catalog knows."""
        known = {volume.identity for volume in self._volumes}
        found: dict[Identity, list[bytes]] = {}
        for mount in self._mounts if known else []:
            if mount.fs_type not in _NEVER_ASKED and not mount.is_ours:
                identity = mountinfo.identify(mount)
                if identity in known:
                    found.setdefault(identity, []).append(mount.path)
        return found
