"""`python -m vaultd.fetch.child`: one order on standard input, reports on standard output, until the run is over.

When standard input ends, the daemon is no more: then this process, and what it started, end at once.
"""

from __future__ import annotations

import errno
import os
import resource
import signal
import sys
import threading

import msgspec

from vaultd.fetch.child.desk import Capped, Desk, Stop
from vaultd.fetch.child.provider import opened
from vaultd.fetch.order import Ended, Order, Report
from vaultd.fetch.sites import target
from vaultd.worker.limits import give_way
from vaultipc.errors import Refused

NICENESS = 10
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)


def main() -> int:
    """The exit status: 0 when the end was told."""
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    threading.Thread(target=_end_with_the_daemon, daemon=True).start()
    give_way(NICENESS)
    os.umask(0o077)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (order.file_bytes + (16 << 20), hard))  # what it starts is bounded, too
    desk = Desk(order, _tell)
    try:
        target(order.url, order.provider)  # whatever the catalog came from, only such addresses are fetched
        ended = Ended(outcome="done", whole=opened(order, desk).run())
    except Refused as refused:
        ended = Ended(outcome="failed", problem=refused.message)
    except Capped as enough:
        ended = Ended(outcome="capped", problem=str(enough))
    except Stop as stop:
        ended = Ended(outcome="failed", problem=stop.problem, retry_s=stop.retry_s)
    except OSError as error:
        if error.errno not in _DISK:
            raise
        desk.draft.unlink(missing_ok=True)  # whoever has a full disk needs the room
        ended = Ended(outcome="failed", problem=f"what is fetched cannot be written: {error.strerror}")
    _tell(ended)
    return 0


def _tell(report: Report) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(report) + b"\n")
    sys.stdout.buffer.flush()


def _end_with_the_daemon() -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
