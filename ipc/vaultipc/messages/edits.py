"""What the user writes about pictures."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from vaultipc.messages.shared import NonNegative, PicturesParams


class EditParams(PicturesParams, kw_only=True):
    """The user's own texts about pictures. One that is not given stays as it is; an empty one is taken away.

    What the files say stays beside them: `image` lists both, the user's first, and a search finds both.

    `images`: ids or absolute paths; `query`: all it matches. `if_seq`: the `seq` of what was read before; the change is
    refused (1003) if one of the pictures changed after it; of several requests of a group, the first sends it.
    """

    title: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    caption: str | UnsetType = UNSET
    prompt: str | UnsetType = UNSET
    negative: str | UnsetType = UNSET
    ocr: str | UnsetType = UNSET
    if_seq: NonNegative | None = None
