"""From a checkpoint that was pulled to a pack, where the extra `[torch]` is installed."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from vaultd.models.hub.listing import Listing
from vaultd.models.hub.staging import Staging
from vaultd.models.hub.wish import Pulled, Teller, Wish
from vaultipc.errors import Refused

NEEDED = ("torch", "torchvision", "open_clip", "onnx")


def can_export() -> bool:
    """Whether what an export needs is installed. Imports none of it."""
    return all(find_spec(name) is not None for name in NEEDED)


def exported(staging: Staging, listing: Listing, wish: Wish, name: str, teller: Teller) -> Pulled:
    """The pack `name` of a checkpoint that lies complete in `staging`. Raises Refused where torch is missing."""
    if not can_export():
        raise Refused(
            f"{listing.repo} is here as a checkpoint ({staging.folder}), and needs the extra [torch] to become a pack.",
            "Install it (`pip install 'visionary-vault[torch]'`) and repeat the command: nothing is pulled twice.",
        )
    from vaultd.models.export.exporting import export
    from vaultd.models.export.order import Order

    order = Order(
        architecture=str(staging.folder),
        target=Path(wish.packs / name),
        name=name,
        licence=wish.reference.curated.licence if wish.reference.curated else listing.licence or "not stated",
    )
    done = export(order, teller.say)
    for note in done.notes:
        teller.say(note)
    return Pulled(done.folder, done.manifest, True)
