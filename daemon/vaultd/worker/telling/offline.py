"""No network, whatever a library may think of: those that load models like to look for newer ones."""

from __future__ import annotations

import os
import socket
import sys
from typing import Any

_REACHING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_ASKING = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"})


def stay_offline() -> None:
    """From now on every connection that this process begins, but for Unix sockets, raises PermissionError.

    An audit hook (PEP 578), which nothing can take off again; it sees what goes through Python's sockets. Without IPv6,
    as far as Python knows, urllib3 opens no socket at its import to find out whether there is.
    """
    socket.has_ipv6 = False
    os.environ |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    sys.addaudithook(_refuse)


def _refuse(event: str, args: tuple[Any, ...]) -> None:
    reaches = event in _REACHING and args[0].family != socket.AF_UNIX
    if reaches or event in _ASKING:
        raise PermissionError(f"a library reached for the network ({event})")
