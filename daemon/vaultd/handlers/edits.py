"""`edit`: what the user writes about pictures."""

from __future__ import annotations

import msgspec

from vaultd.catalog import edits
from vaultd.handlers import references
from vaultd.handlers.gesture import gesture, many, refuse_stale
from vaultd.handlers.vault import Vault
from vaultipc.errors import UserError
from vaultipc.messages import ActionResult, EditParams


async def edit(vault: Vault, params: EditParams) -> ActionResult:
    """Sets the user's texts about images, those that are given."""
    told = {kind: getattr(params, kind) for kind in edits.KINDS}
    texts = {kind: edits.clean(text) for kind, text in told.items() if text is not msgspec.UNSET}
    if not texts:
        raise UserError(
            "there is nothing to write", hint=f"give one of {', '.join(edits.KINDS)}; empty to take it away"
        )
    images, errors = await references.meant(vault, params.images, params.images_b64, params.query)
    with gesture(vault, "edit", f"edit {', '.join(texts)}", params) as action:
        refuse_stale(action, images, params.if_seq)
        counts = edits.write(action, images, texts)
    return many(action, counts, errors)


HANDLERS = {"edit": edit}
