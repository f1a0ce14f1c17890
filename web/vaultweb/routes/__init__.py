"""The routes, a module a noun. Each module has a `router`; the list here is all there are."""

from __future__ import annotations

from vaultweb.routes import completion, events, image, links, log, search, status

ROUTERS = [
    module.router
    for module in (
        completion,
        events,
        image,
        links,
        log,
        search,
        status,
    )
]
