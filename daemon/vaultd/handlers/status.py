"""`hello`, `status`, `wait`: what the daemon is doing, and when it is done."""

from __future__ import annotations

import os
import time

import trio
from msgspec import UNSET, UnsetType

from vaultd import __version__
from vaultd.catalog.store import SCHEMA_VERSION
from vaultd.catalog.tallies import Tallies
from vaultd.domain.memory import resident_bytes
from vaultd.handlers import finding_words
from vaultd.handlers.models import progress
from vaultd.handlers.vault import Vault
from vaultipc.errors import VersionMismatch
from vaultipc.messages import DaemonState, Empty, Hello, HelloParams, ModelState, Status, Stopping, WaitParams

PROTOCOL = 1


async def hello(vault: Vault, params: HelloParams) -> Hello:
    """Greets a client, or refuses one that speaks another protocol."""
    if params.protocol != PROTOCOL:
        raise VersionMismatch(
            f"the client speaks protocol {params.protocol}, this daemon speaks {PROTOCOL}",
            hint="install the same version of both, and restart the daemon",
        )
    return Hello(version=__version__, protocol=PROTOCOL, generation=vault.catalog.meta("generation"))


async def status(vault: Vault, params: Empty) -> Status:
    """A consistent picture of this moment: nothing here waits but for counting what there is."""
    counts = await _counted(vault)
    seq = vault.catalog.seq()
    followers, ingest = vault.followers, vault.ingest
    behind = seq - followers.seq
    opened = ingest.pool.opened
    return Status(
        version=__version__,
        schema=SCHEMA_VERSION,
        state=_state(vault, behind),
        reason=" ".join(filter(None, (ingest.problem, vault.models.problem, vault.tagger.problem))),
        socket=str(vault.socket_path),
        pid=os.getpid(),
        uptime_s=round(time.monotonic() - vault.started, 3),
        images=counts.images,
        files=counts.files,
        pending=ingest.pending or int(_unsettled(vault, behind)),
        failed=counts.failed,
        offline=counts.offline,
        rate_per_s=ingest.rate_per_s,
        eta_s=ingest.eta_s,
        seq=seq,
        vector_seq=followers.vector_seq,
        text_seq=followers.text_seq,
        roots=ingest.root_states(),
        mounts=list(vault.mounts),
        model=ModelState(
            name=vault.pack.manifest.name,
            revision=vault.pack.manifest.revision,
            dim=vault.pack.manifest.dimension,
            engine=opened.engine,
            device=opened.device,
            note=opened.note or UNSET,
            reembed=progress(vault),
            next=vault.models.next.model.title if vault.models.next else UNSET,
        ),
        rss_bytes=resident_bytes(),
        counters=ingest.counters,
        web=_web(vault),
        reread=dict(zip(("done", "total"), ingest.reread, strict=True)) if ingest.reread else UNSET,
        captions=finding_words.progress(vault, "caption"),
        ocr=finding_words.progress(vault, "ocr"),
    )


def _web(vault: Vault) -> dict[str, str] | UnsetType:
    """The web page that came last, of those that are there."""
    if not vault.pages:
        return UNSET
    page = next(reversed(vault.pages.values()))
    return {"url": page.url, "pid": str(page.pid)}


async def _counted(vault: Vault) -> Tallies:
    """What there is; counted again, once for all who ask, where a row has changed."""
    async with vault.counting:
        known = vault.tallier.known()
        if known is not None:
            return known
        return await trio.to_thread.run_sync(vault.tallier.count, vault.catalog.rows_changed())


async def wait(vault: Vault, params: WaitParams) -> Status:
    """Returns when every file on disk at the call is searchable or failed, or after `timeout` seconds.

    The status tells which of the two it was: `pending` is 0 in the first case, whatever came meanwhile, and not in the
    other.
    """
    with trio.move_on_after(params.timeout or float("inf")) as patience:
        await vault.ingest.settled()
        await vault.ruler.settled()
        await vault.followers.caught_up(vault.catalog.seq())
    now = await status(vault, Empty())
    now.pending = max(1, now.pending) if patience.cancelled_caught else 0
    return now


async def pause(vault: Vault, params: Empty) -> Status:
    """Stops reading files until `resume`; searches go on."""
    vault.ingest.pause()
    return await status(vault, params)


async def resume(vault: Vault, params: Empty) -> Status:
    vault.ingest.resume()
    return await status(vault, params)


async def stop(vault: Vault, params: Empty) -> Stopping:
    """Asks the daemon to end; it answers what it was asked before, and saves its indexes."""
    vault.stopping.set()
    return Stopping(pid=os.getpid())


def _unsettled(vault: Vault, behind: int) -> bool:
    return _state(vault, behind) not in ("idle", "paused") or behind > 0


def _state(vault: Vault, behind: int) -> DaemonState:
    if vault.ingest.problem and vault.ingest.state != "paused":
        return "degraded"
    if vault.ingest.state == "idle" and behind > 0:
        return "ingesting"
    return vault.ingest.state


HANDLERS = {"hello": hello, "status": status, "wait": wait, "pause": pause, "resume": resume, "stop": stop}
