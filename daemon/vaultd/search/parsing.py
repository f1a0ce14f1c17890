"""The query language, with its faults told as every other mistake of a user's."""

from __future__ import annotations

from vaultd import query
from vaultd.query import Query, QueryFault
from vaultipc.errors import QueryError


def parse(text: str) -> Query:
    """The query that this text says. Raises QueryError, with position and a hint, where it says none."""
    try:
        return query.parse(text)
    except QueryFault as fault:
        raise QueryError(fault.message, fault.hint, fault.position) from None
