"""The daemon, put together: one exit stack opens and unwinds its parts, one nursery runs its services.

Parts are built upwards along the arrows (catalog, model, indexes, ingest, search) and handed to the handlers as one
`Vault`. Everything that was opened is closed in reverse order, however the daemon ends.
"""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from pathlib import Path

import trio

from vaultd.app import server
from vaultd.app.heap import bound_arenas, give_back
from vaultd.app.listen import listen, unlisten
from vaultd.app.notify import feed_watchdog, notify
from vaultd.autotags.tagger import Tagger
from vaultd.catalog import privacy, room, shown
from vaultd.catalog.backups import restoring
from vaultd.catalog.store import FILE, Catalog
from vaultd.config import Config
from vaultd.domain.private import Private
from vaultd.handlers.vault import Vault
from vaultd.index.follower import Followers
from vaultd.ingest.service import Ingest
from vaultd.search.engine import SearchEngine
from vaultd.search.membership import Memberships
from vaultd.switching.choice import Beginning, begin
from vaultd.switching.shelf import PackShelf
from vaultd.switching.switch import ModelSwitch
from vaultd.worker import thumbnail_files, thumbnail_orphans
from vaultipc.errors import UserError

log = logging.getLogger(__name__)

INDEX = "index"
MODELS = "models"


def run(
    config: Config, socket_path: Path, ready: Callable[[], None] = lambda: None, until_fd: int | None = None
) -> None:
    """Runs the daemon until SIGINT, SIGTERM, the method `stop`, or until nobody holds the other end of the pipe
    `until_fd`. `ready` is called once it answers.

    Raises a UserError if it cannot start: the catalog or the socket is in use, no model pack at all can be read.
    """
    # What the daemon writes is the user's alone: catalog, indexes, held bytes.
    os.umask(0o077)
    bound_arenas()
    try:
        trio.run(serve, config, socket_path, ready, until_fd)
    except ExceptionGroup as group:
        mistake = _mistake(_only_leaf(group), config)
        if mistake is not None:
            raise mistake from None
        log.critical("the daemon ends because of a bug", exc_info=group)
        raise
    except sqlite3.Error as error:
        mistake = _mistake(error, config)
        if mistake is not None:
            raise mistake from error
        raise


def _mistake(error: BaseException, config: Config) -> UserError | None:
    """What a person can mend, None where an error is a bug of ours."""
    if isinstance(error, sqlite3.Error):
        return room.mistake(error, config.library.data / FILE)
    return error if isinstance(error, UserError) else None


def _only_leaf(error: BaseException) -> BaseException:
    """What a nursery wrapped: the one exception inside, or the group itself if there are several."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


async def serve(config: Config, socket_path: Path, ready: Callable[[], None], until_fd: int | None = None) -> None:
    """The daemon's life, from its first part opened to its last one closed."""
    with ExitStack() as stack, trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        catalog = Catalog.open(config.library.data / FILE, restoring.mend)
        stack.callback(catalog.close)
        hidden = privacy.begin(catalog, Private.of(config.privacy.private, str(Path.home())))
        shown.begin(catalog, config.search.offline)
        await trio.to_thread.run_sync(_forget_thumbnails, hidden)
        await trio.to_thread.run_sync(_clear_drafts)
        listener = await listen(socket_path)
        stack.callback(unlisten, socket_path)
        shelf = PackShelf(config.library.data / MODELS, catalog)
        vault = _build(config, catalog, socket_path, shelf, await begin(catalog, config, shelf))
        memberships = Memberships(catalog, config, vault.engine, vault.followers.caught_up)
        async with listener, trio.open_nursery() as nursery:
            nursery.start_soon(_stop_on_signal, signals, vault.stopping)
            if until_fd is not None:
                nursery.start_soon(_stop_when_left, until_fd, vault.stopping)
            await vault.engine.prepare()
            await nursery.start(vault.followers.serve)
            await nursery.start(vault.ingest.serve)
            await nursery.start(vault.models.serve)
            await nursery.start(vault.tagger.serve)
            await nursery.start(memberships.serve)
            await nursery.start(vault.ruler.serve)
            await nursery.start(vault.fetcher.serve)
            await nursery.start(vault.thumbnails.serve)
            await nursery.start(vault.backups.serve)
            await nursery.start(server.serve, vault, listener)
            nursery.start_soon(feed_watchdog)
            nursery.start_soon(give_back)
            notify("READY=1")
            ready()
            log.info("ready, process %d", os.getpid())
            await vault.stopping.wait()
            notify("STOPPING=1")
            nursery.cancel_scope.cancel()
    log.info("stopped")


def _forget_thumbnails(paths: list[bytes]) -> None:
    """What became private may have been shown to file managers before."""
    folder = thumbnail_files.home()
    for path in paths:
        try:
            thumbnail_files.remove(path, folder)
        except OSError as error:
            log.warning("thumbnails of private pictures cannot be deleted: %s", error.strerror)
            return


def _clear_drafts() -> None:
    """What a worker that was killed had begun to write is nobody's."""
    try:
        thumbnail_orphans.clear_drafts(thumbnail_files.home())
    except OSError as error:
        log.warning("unfinished thumbnails cannot be deleted: %s", error.strerror)


def _build(config: Config, catalog: Catalog, socket_path: Path, shelf: PackShelf, beginning: Beginning) -> Vault:
    active = beginning.active
    ingest = Ingest(catalog, config, active.sight)
    followers = Followers(catalog, config.library.data / INDEX, active.model)
    indexes, see = (followers.vectors, followers.texts), ingest.pool.embed_image
    engine = SearchEngine(catalog, config, active.pack, active.text, *indexes, see, lambda: followers.seq)
    switch = ModelSwitch(catalog, config, shelf, beginning, (ingest, engine, followers))
    return Vault(
        catalog=catalog,
        config=config,
        models=switch,
        ingest=ingest,
        engine=engine,
        followers=followers,
        tagger=Tagger(catalog, config, lambda: switch.active),
        socket_path=socket_path,
    )


async def _stop_on_signal(signals: AsyncIterator[int], stopping: trio.Event) -> None:
    async for _ in signals:
        stopping.set()


async def _stop_when_left(until_fd: int, stopping: trio.Event) -> None:
    await trio.lowlevel.wait_readable(until_fd)  # the end of a pipe into which nothing is written
    log.info("whoever started this daemon is gone")
    stopping.set()
