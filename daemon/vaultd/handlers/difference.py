"""The difference that writing makes to what a file, or the sidecar beside it, says; for a person to see before."""

from __future__ import annotations

from typing import Literal

from vaultd.domain.sidecar import Said
from vaultipc.codec import display
from vaultipc.messages import SidecarWritten


def told(
    picture: bytes, sidecar: bytes, does: Literal["make", "change", "remove"], before: Said, after: Said
) -> SidecarWritten:
    """What is done to the `sidecar` of a picture, b'' where it is done to the picture's own file."""
    path, path_b64 = display(picture)
    beside, beside_b64 = display(sidecar)
    return SidecarWritten(
        path=path,
        path_b64=path_b64,
        sidecar=beside,
        sidecar_b64=beside_b64,
        does=does,
        tags_added=["/".join(tag) for tag in after.tags if tag not in before.tags],
        tags_removed=["/".join(tag) for tag in before.tags if tag not in after.tags],
        title=_other(before, after, "title"),
        description=_other(before, after, "description"),
        rating=None if before.rating == after.rating else after.rating,
    )


def _other(before: Said, after: Said, kind: str) -> str | None:
    return None if before.text(kind) == after.text(kind) else after.text(kind)
