"""`sidecars`: XMP of pictures that leave the library by another way than its own folders."""

from __future__ import annotations

from vaultd.handlers import images
from vaultd.handlers.vault import Vault
from vaultd.safekeeping import xmp
from vaultd.safekeeping.said import SaidOfImage
from vaultipc.errors import NotFound
from vaultipc.messages import ImageInfo, ImageParams, Sidecars, SidecarsParams


async def sidecars(vault: Vault, params: SidecarsParams) -> Sidecars:
    """The sidecars as `vvault export` would write them now."""
    found = {}
    for image in params.images:
        try:
            info = await images.image(vault, ImageParams(image=image))
        except NotFound:
            continue
        if packet := _packet(info):
            found[image] = packet.decode()
    return Sidecars(sidecars=found)


def _packet(info: ImageInfo) -> bytes:
    """Empty where a person said nothing and sees no tag."""
    texts = {text.kind: text.text for text in reversed(info.texts) if text.source == "user"}
    tags = sorted({tag.name for tag in info.tags if tag.source != "auto"})
    rating = info.ratings.get("user", 0)
    if not (texts or tags or rating or info.favourite or info.albums):
        return b""
    said = SaidOfImage(hash=info.hash, favourite=info.favourite, rating=rating, texts=texts)
    return xmp.sidecar(said, tags, info.albums)


HANDLERS = {"sidecars": sidecars}
