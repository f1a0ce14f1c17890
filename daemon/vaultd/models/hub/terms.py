"""The licence of a model, and the person's word on it where it is not one that allows any use."""

from __future__ import annotations

from vaultd.models.hub.listing import Listing
from vaultd.models.hub.wish import Teller, Wish
from vaultipc.errors import Refused

# The hub's identifiers (https://huggingface.co/docs/hub/repositories-licenses) of licences that allow any use.
FREE = frozenset(
    ("apache-2.0", "mit", "bsd", "bsd-2-clause", "bsd-3-clause", "isc", "unlicense", "cc0-1.0", "cc-by-4.0", "zlib")
)


def agree(wish: Wish, teller: Teller, listing: Listing, licence: str, page: str) -> None:
    """Asks where the licence does not allow any use, or is not known. Raises Refused where the answer is no."""
    if licence.lower() in FREE or wish.sure:
        return
    stated = f"The licence of {listing.repo} is {licence}, which may not allow your use"
    question = stated if licence else f"{listing.repo} states no licence"
    if not teller.confirm(f"{question} (see {page}/{listing.repo}). Pull it?"):
        raise Refused(f"{question}; nothing was pulled.", f"Read {page}/{listing.repo}; with --yes you agree to it.")
