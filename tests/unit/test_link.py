"""The mount's connection to the daemon, against one that goes away and comes back."""

from __future__ import annotations

from pathlib import Path

import trio

from support.answering import AnsweringServer, Answers
from vaultfs.link import Link
from vaultipc import messages

STATUS = messages.Status(
    version="1", schema=1, state="idle", reason="", socket="/s", pid=1, uptime_s=1.0, images=0, files=0, pending=0,
    failed=0, offline=0, rate_per_s=0.0, eta_s=None, seq=1, vector_seq=1, text_seq=1, roots=[], mounts=[], model=None,
    rss_bytes=1, counters=messages.Counters(),
)  # fmt: skip
ANSWERS: Answers = {
    "mount": lambda _: messages.MountWelcome(holding="/h", library="l", version="1"),
    "subscribe": lambda _: messages.Subscribed(seq=1),
    "status": lambda _: STATUS,
    "roots": lambda _: messages.Roots(roots=[]),
}


async def test_each_restart_that_is_shorter_than_the_deadline_is_waited_out(short_path: Path) -> None:
    socket = short_path / "s"
    link = Link(socket, messages.MountParams(path="/m", backend="pyfuse3", entries="symlink", pid=1))
    async with trio.open_nursery() as nursery:
        await nursery.start(link.serve)
        for _ in range(4):
            await trio.sleep(0.3)
            with AnsweringServer(socket, ANSWERS):
                assert (await link.call("roots")).roots == []
            socket.unlink()
            while link.connected:
                await trio.sleep(0.01)
        nursery.cancel_scope.cancel()
