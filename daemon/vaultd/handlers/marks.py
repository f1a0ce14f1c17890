"""Favourites and ratings."""

from __future__ import annotations

from vaultd.catalog import marks
from vaultd.handlers import references
from vaultd.handlers.gesture import gesture, many, refuse_stale
from vaultd.handlers.vault import Vault
from vaultipc.messages import ActionResult, FavParams, RateParams


async def fav(vault: Vault, params: FavParams) -> ActionResult:
    """Makes images favourites, or with `remove` takes them out of these."""
    images, errors = await references.meant(vault, params.images, params.images_b64, params.query)
    kind, summary = ("unfav", "remove from favourites") if params.remove else ("fav", "add to favourites")
    with gesture(vault, kind, summary, params) as action:
        refuse_stale(action, images, params.if_seq)
        counts = marks.unfavour(action, images) if params.remove else marks.favour(action, images)
    return many(action, counts, errors)


async def rate(vault: Vault, params: RateParams) -> ActionResult:
    """Gives images stars, or with 0 takes the user's own away."""
    images, errors = await references.meant(vault, params.images, params.images_b64, params.query)
    summary = f"rate {params.rating}" if params.rating else "take the rating away"
    with gesture(vault, "rate", summary, params) as action:
        refuse_stale(action, images, params.if_seq)
        counts = marks.rate(action, images, params.rating)
    return many(action, counts, errors)


HANDLERS = {"fav": fav, "rate": rate}
