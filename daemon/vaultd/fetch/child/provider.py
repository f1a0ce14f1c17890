"""What a provider must be, and the ones there are."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol

from vaultd.fetch.child.desk import Desk
from vaultd.fetch.order import Order


class Provider(Protocol):
    """Fetches what one address has. Adding one is a class of this shape, its line in PROVIDERS, its word in
    `sites.target`, and its case in tests/contract/test_fetch_providers.py."""

    def __init__(self, order: Order, desk: Desk) -> None: ...

    def run(self) -> bool:
        """Shows the desk what there is, the newest first, and hands in what it wants; whether that was all there is.

        Every item is told to `desk.wants`, which raises Capped when enough was fetched; every file is handed to
        `desk.take`, every one that cannot be had to `desk.miss`. Before each request `desk.rest` is called. Raises Stop
        where nothing can be had at all.
        """


PROVIDERS = {
    "gallery": ("galleries", "Galleries"),
    "feed": ("feeds", "Feed"),
    "webdav": ("webdav", "WebDav"),
    "sftp": ("sftp", "Sftp"),
}
"""Module and class of each; only the one that is asked is imported, as each needs packages of its own."""


def opened(order: Order, desk: Desk) -> Provider:
    """The provider of an order."""
    module, name = PROVIDERS[order.provider]
    found: Provider = getattr(import_module(f"vaultd.fetch.child.{module}"), name)(order, desk)
    return found
