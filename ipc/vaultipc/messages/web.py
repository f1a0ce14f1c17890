"""The web page tells the daemon where it is."""

from __future__ import annotations

from msgspec import Struct

from vaultipc.messages.shared import NonNegative, Params


class WebParams(Params, kw_only=True):
    """A web page announces itself; the status tells it while this connection lasts.

    `url`: where it answers. `pid`: of the process that serves it.
    """

    url: str
    pid: NonNegative


class WebWelcome(Struct, kw_only=True):
    """`library` is a stable random id of the catalog."""

    library: str
    version: str
