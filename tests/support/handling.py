"""The socket's methods without a socket: a catalog of three pictures, and requests to what reaches no further."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import msgspec

from support.catalog_rows import image, opened
from vaultd.config import load
from vaultd.handlers.registry import HANDLERS
from vaultd.handlers.vault import Vault
from vaultipc.messages import METHODS


@contextmanager
def three_pictures(folder: Path) -> Iterator[Vault]:
    """The parts that such methods reach: a catalog with three pictures, and the configuration."""
    absent = cast(Any, None)
    with opened(folder) as catalog:
        with catalog.write() as tx:
            for number in range(3):
                image(tx, f"{number}.jpg")
        config = load(None, {"HOME": "/home/x"})
        yield Vault(catalog, config, absent, absent, absent, absent, absent, folder / "socket")


async def call(vault: Vault, method: str, **params: object) -> Any:
    """The result of a request as it would come over the socket: decoded, answered, encoded."""
    wanted, given = METHODS[method]
    handler = cast(Any, HANDLERS[method])
    result = await handler(vault, msgspec.convert(params, wanted))
    assert isinstance(result, given)
    return msgspec.json.decode(msgspec.json.encode(result), type=given)
