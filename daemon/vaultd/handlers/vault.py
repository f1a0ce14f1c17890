"""What a handler may reach: the running parts of the daemon, built once by `vaultd.app.daemon`."""

from __future__ import annotations

import time
from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import trio

from vaultd.catalog.tallies import Tallier
from vaultd.duplicates.library import SamePictures
from vaultd.duplicates.similar import SimilarPictures
from vaultd.fetch.keeping import Ground
from vaultd.fetch.service import Fetcher
from vaultd.mounted.thumbnails import MountThumbnails
from vaultd.rules.ruler import Ruler
from vaultd.safekeeping.daily import Backups
from vaultd.search.known import Known
from vaultipc.messages import MountInfo, WebParams

if TYPE_CHECKING:
    from vaultd.autotags.tagger import Tagger
    from vaultd.catalog.store import Catalog
    from vaultd.config import Config
    from vaultd.index.follower import Followers
    from vaultd.ingest.service import Ingest
    from vaultd.models.pack import Pack
    from vaultd.search.engine import SearchEngine
    from vaultd.switching.switch import ModelSwitch


@dataclass
class Vault:
    """The daemon as its handlers see it."""

    catalog: Catalog
    config: Config
    models: ModelSwitch
    ingest: Ingest
    engine: SearchEngine
    followers: Followers
    tagger: Tagger
    socket_path: Path
    mounts: list[MountInfo] = field(default_factory=list)
    pages: dict[Hashable, WebParams] = field(default_factory=dict)
    """Web pages that are connected, by their connection; the last one is told of."""
    known: Known = field(default_factory=Known)
    started: float = field(default_factory=time.monotonic)
    stopping: trio.Event = field(default_factory=trio.Event)
    counting: trio.Lock = field(default_factory=trio.Lock)
    same: SamePictures = field(default_factory=SamePictures)
    similar: SimilarPictures = field(default_factory=SimilarPictures)
    grouping: trio.Lock = field(default_factory=trio.Lock)
    likening: trio.Lock = field(default_factory=trio.Lock)
    backups: Backups = field(init=False)
    tallier: Tallier = field(init=False)
    thumbnails: MountThumbnails = field(init=False)
    ruler: Ruler = field(init=False)
    fetcher: Fetcher = field(init=False)

    def __post_init__(self) -> None:
        self.backups = Backups(self.catalog.path)
        self.tallier = Tallier(self.catalog)
        self.thumbnails = MountThumbnails(self.catalog, self.config)
        ground = Ground(lambda: self.ingest.watched, lambda: self.ingest.inbox)
        self.fetcher = Fetcher(self.catalog, self.config, ground)
        self.ruler = Ruler(self.catalog, self.engine, lambda seq: self.followers.caught_up(seq))

    @property
    def pack(self) -> Pack:
        """The pack of the model that answers now."""
        return self.models.active.pack
