"""The routes, a module a noun. Each module has a `router`; the list here is all there are."""

from __future__ import annotations

from vaultweb.routes import (
    albums,
    batch,
    care,
    completion,
    duplicates,
    events,
    folders,
    gallery,
    history,
    image,
    links,
    log,
    models,
    rules,
    saved,
    search,
    status,
    tags,
)

ROUTERS = [
    module.router
    for module in (
        albums,
        batch,
        care,
        completion,
        duplicates,
        events,
        folders,
        gallery,
        history,
        image,
        links,
        log,
        models,
        rules,
        saved,
        search,
        status,
        tags,
    )
]
