"""Telling systemd how the daemon is (sd_notify(3)): a datagram of `KEY=value` lines to $NOTIFY_SOCKET.

Without the variable every call does nothing, so the same code runs in a terminal.
"""

from __future__ import annotations

import os
import socket

import trio


def notify(*assignments: str) -> bool:
    """Sends `assignments` (`READY=1`, `STATUS=…`); True if systemd was there to receive them.

    An unreachable socket raises OSError: a service that systemd started and cannot report would be killed as hung.
    """
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        channel.connect(address)
        channel.sendall("\n".join(assignments).encode())
    return True


async def feed_watchdog() -> None:
    """Reports life at half the interval that systemd asks for; returns at once when it asks for none.

    It runs in the trio loop on purpose: a loop that hangs stops feeding, and is restarted.
    """
    interval_us = int(os.environ.get("WATCHDOG_USEC", "0") or 0)
    if not interval_us or os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return
    while True:
        notify("WATCHDOG=1")
        await trio.sleep(interval_us / 2_000_000)
