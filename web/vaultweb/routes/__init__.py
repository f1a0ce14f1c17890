"""The routes, a module a noun. Each module has a `router`; the list here is all there are."""

from __future__ import annotations

from vaultweb.routes import (
    albums,
    batch,
    care,
    completion,
    duplicates,
    events,
    export,
    fetch,
    folders,
    gallery,
    history,
    image,
    links,
    log,
    models,
    originals,
    rules,
    saved,
    search,
    status,
    tags,
    thumbnails,
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
        export,
        fetch,
        folders,
        gallery,
        history,
        image,
        links,
        log,
        models,
        originals,
        rules,
        saved,
        search,
        status,
        tags,
        thumbnails,
    )
]
