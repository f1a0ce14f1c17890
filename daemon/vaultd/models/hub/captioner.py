"""From what was pulled to a caption model that can be used: what it is, where it is from, and that it is whole."""

from __future__ import annotations

from vaultd.models import captioners
from vaultd.models.captioners import ARCHITECTURES, CaptionModel
from vaultd.models.hub.listing import Listing
from vaultd.models.hub.staging import Staging
from vaultipc.errors import NotFound


def noted(staging: Staging, listing: Listing, name: str, licence: str, taken: dict[str, str]) -> CaptionModel:
    """Writes down, in the staging folder, what it holds. `taken`: file name to sha256. Raises PackError."""
    note = CaptionModel(
        format=captioners.FORMAT,
        name=name,
        architecture=known_architecture(staging, listing),
        revision=listing.commit,
        licence=licence,
        origin=listing.repo,
        files=taken,
    )
    captioners.write_note(staging.folder, note)
    return captioners.load_note(staging.folder)


def known_architecture(staging: Staging, listing: Listing) -> captioners.Architecture:
    """Of the model whose config.json is here. Raises NotFound where it is none that we can ask for captions."""
    found = captioners.architecture_of((staging.folder / captioners.CONFIG).read_bytes())
    for architecture in ARCHITECTURES:
        if architecture == found:
            return architecture
    what = f"a model of the kind {found!r}" if found else "a model of no kind that it names"
    raise NotFound(
        f"{listing.repo} holds {what}, which writes no captions here.",
        f"Known are {' and '.join(ARCHITECTURES)}; `vvault model pull captions` fetches one.",
    )
