"""`parse`: the parts of a query, for those who show them one by one."""

from __future__ import annotations

import unicodedata

from vaultd.handlers.vault import Vault
from vaultd.query import canonical
from vaultd.query.parts import parts
from vaultd.search.parsing import parse as understood
from vaultipc.messages import Parsed, ParseParams, QueryPart


async def parse(vault: Vault, params: ParseParams) -> Parsed:
    """What a query says. Raises QueryError where it says nothing."""
    query = understood(params.query)
    text = unicodedata.normalize("NFC", params.query)
    found = [
        QueryPart(
            text=text[part.start : part.end],
            start=part.start,
            end=part.end,
            kind=part.kind,
            negated=part.negated,
            field=part.field,
            value=part.value,
            weight=part.weight,
        )
        for part in parts(text)
    ]
    return Parsed(canonical=canonical(query), parts=found)


HANDLERS = {"parse": parse}
