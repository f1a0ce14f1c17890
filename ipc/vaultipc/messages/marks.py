"""Favourites and ratings."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from vaultipc.messages.shared import NonNegative, PicturesParams

Stars = Annotated[int, Meta(ge=0, le=5)]


class FavParams(PicturesParams, kw_only=True):
    """Makes pictures favourites of the user's; with `remove` they are none any more.

    `images`: ids or absolute paths; `query`: all it matches. `if_seq`: as of `edit`.
    """

    remove: bool = False
    if_seq: NonNegative | None = None


class RateParams(PicturesParams, kw_only=True):
    """Gives pictures 1 to 5 stars. 0 takes the user's own rating away: what the files say shows again.

    `images`: ids or absolute paths; `query`: all it matches. `if_seq`: as of `edit`.
    """

    rating: Stars
    if_seq: NonNegative | None = None
