"""The query language, with its faults told as every other mistake of a user's."""

from __future__ import annotations

from vaultd import query
from vaultd.domain import naming
from vaultd.query import And, Field, Node, Not, Or, Query, QueryFault, Sum
from vaultd.search.likes import is_path, likes_of
from vaultipc.errors import QueryError

MOST_ASKED = 64
"""So many things that rank may be in a query: each is compared with every picture of the library."""


def parse(text: str) -> Query:
    """The query that this text says.

    Raises QueryError, with position and a hint, where it says none or asks for more things than can be answered at
    once, and Refused where it names a file and whoever asks must not (`domain.naming`).
    """
    try:
        parsed = query.parse(text)
    except QueryFault as fault:
        raise QueryError(fault.message, fault.hint, fault.position) from None
    if any(is_path(like.image) for like in likes_of(parsed.root)):
        naming.check_path_allowed()
    asked = 0 if parsed.root is None else _ranking(parsed.root)
    if asked > MOST_ASKED:
        raise QueryError(
            f"the query asks for {asked} things one by one, more than {MOST_ASKED}",
            "ask for fewer; words without OR, - and + between them are one thing",
        )
    return parsed


def _ranking(node: Node) -> int:
    """How many things of a query rank: words that stand together, phrases, likes, each term of a sum."""
    match node:
        case Field():
            return 0
        case Not(part):
            return _ranking(part)
        case And(parts) | Or(parts):
            return sum(map(_ranking, parts))
        case Sum(terms):
            return len(terms)
    return 1
