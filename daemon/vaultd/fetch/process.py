"""The process that fetches, seen from the daemon: started for one run, ended with it, whatever it is doing.

It leads a process group of its own, so that what it starts ends with it; and it ends itself when its standard input
does, so that nothing goes on fetching for a daemon that was killed.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress

import msgspec
import trio

from vaultd.fetch.order import Ended, Order, Report
from vaultipc.errors import Refused

LINE_BYTES = 1 << 20
STDERR_BYTES = 2000
CHILD = [sys.executable, "-m", "vaultd.fetch.child"]
_BY_THE_MANAGER = ["systemd-run", "--user", "--pipe", "--wait", "--quiet", "--collect", "-p", "NoNewPrivileges=yes"]
_ENVIRONMENT = ("PATH", "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
_DECODER = msgspec.json.Decoder(Report)


@asynccontextmanager
async def running(order: Order) -> AsyncIterator[AsyncGenerator[Report, None]]:
    """What a process tells that was given this order; the last is always Ended. Leaving the block ends the process."""
    process = await trio.lowlevel.open_process(
        command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    try:
        async with trio.open_nursery() as nursery:
            said = bytearray()
            nursery.start_soon(_listen, process, said)
            assert process.stdin is not None
            with suppress(trio.BrokenResourceError):  # it ended at once, and its reports say so
                await process.stdin.send_all(msgspec.json.encode(order) + b"\n")
            reports = _reports(process, said)
            try:
                yield reports
            finally:
                await reports.aclose()
                nursery.cancel_scope.cancel()
    finally:
        with trio.CancelScope(shield=True):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None:
                    await stream.aclose()


def command() -> list[str]:
    """What starts the process. The daemon's unit forbids the network to the daemon and to all that it starts; there,
    systemd starts it, as a unit of its own that ends with its standard input as well. Raises Refused without it."""
    if _may_reach_the_network():
        return CHILD
    if shutil.which(_BY_THE_MANAGER[0]) is None:
        raise Refused("the daemon may not reach the network here, and there is no systemd-run that could for it")
    kept = [f"--setenv={name}" for name in _ENVIRONMENT if name in os.environ]
    return [*_BY_THE_MANAGER, *kept, "--", *CHILD]


def _may_reach_the_network() -> bool:
    try:
        socket.socket(socket.AF_INET).close()
    except OSError:  # EAFNOSUPPORT, by RestrictAddressFamilies=
        return False
    return True


async def _reports(process: trio.Process, said: bytearray) -> AsyncGenerator[Report, None]:
    assert process.stdout is not None
    kept = bytearray()
    async for part in process.stdout:
        kept += part
        *lines, rest = kept.split(b"\n")
        kept = bytearray(rest)
        for line in lines:
            report = _DECODER.decode(line)
            yield report
            if isinstance(report, Ended):
                return
        if len(kept) > LINE_BYTES:
            break
    await trio.sleep(0.1)  # for what it said last
    last = said.decode("utf-8", "replace").strip().rpartition("\n")[2]
    yield Ended(outcome="failed", problem=f"the process that fetches ended without a word ({last or 'killed'})")


async def _listen(process: trio.Process, said: bytearray) -> None:
    assert process.stderr is not None
    async for part in process.stderr:
        said += part
        del said[:-STDERR_BYTES]
