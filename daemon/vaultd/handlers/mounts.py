"""What a mount tells of itself, on its own connection."""

from __future__ import annotations

from collections.abc import Hashable

from vaultd.handlers.images import image_id
from vaultd.handlers.vault import Vault
from vaultd.mounted.thumbnails import Shown
from vaultipc.codec import exact
from vaultipc.messages import MountThumbnails, MountThumbnailsParams


def show(vault: Vault, mount: Hashable, params: MountThumbnailsParams) -> MountThumbnails:
    """A folder of `mount` shows these pictures. Raises UserError for what is no image's id."""
    entries = [
        Shown(exact(entry.name, entry.name_b64), image_id(entry.image), entry.mtime_ns) for entry in params.entries
    ]
    vault.thumbnails.show(mount, exact(params.folder, params.folder_b64), entries)
    return MountThumbnails(entries=len(entries) if vault.thumbnails.wanted else 0)
