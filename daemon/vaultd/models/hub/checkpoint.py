"""From a checkpoint that was pulled to a pack, where the extra `[torch]` is installed."""

from __future__ import annotations

from vaultd import extras
from vaultd.models.export.order import ExportError, Order
from vaultd.models.hub.listing import Listing
from vaultd.models.hub.staging import Staging
from vaultd.models.hub.wish import Pulled, Teller, Wish
from vaultd.models.manifest import Origin
from vaultipc.errors import Refused


def can_export() -> bool:
    """Whether what an export needs is installed. Imports nothing large."""
    from vaultd.models.export.exporting import check_installed

    try:
        check_installed()
    except ExportError:
        return False
    return True


def check(staging: Staging, listing: Listing) -> None:
    """Raises Refused, with what to install, where the checkpoint in `staging` has to wait for torch."""
    if not can_export():
        raise Refused(
            f"{listing.repo} is here as a checkpoint ({staging.folder}), and needs the extra [torch] to become a pack.",
            f"Install it (`{extras.command('torch')}`) and repeat the command: nothing is pulled twice.",
        )


def exported(staging: Staging, listing: Listing, wish: Wish, name: str, teller: Teller) -> Pulled:
    """The pack `name` of a checkpoint that lies complete in `staging`. Raises what the export raises."""
    from vaultd.models.export.exporting import export

    model = wish.reference.curated
    order = Order(
        architecture=str(staging.folder),
        target=wish.packs / name,
        name=name,
        images=wish.images,
        replace=True,  # only a damaged pack of this very origin can be there
        licence=(model.licence if model else listing.licence) or "not stated",
        origin=Origin(model.architecture if model else listing.repo, listing.repo, listing.commit),
    )
    done = export(order, teller.say)
    for note in done.notes:
        teller.say(note)
    return Pulled(done.folder, done.manifest, transferred=True)
