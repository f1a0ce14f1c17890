"""What a rule may ask: conditions that mean the same on every day, of one picture at a time."""

from __future__ import annotations

from vaultd.query import And, Field, Node, Not, Or, Query, dates
from vaultd.query.fields import ANY
from vaultd.search.filters import is_exact
from vaultd.search.parsing import parse
from vaultipc.errors import QueryError

_DATES = ("date", "after", "before")


def asked(text: str) -> Query:
    """The query of a rule, which has conditions and nothing else. Raises QueryError where it cannot be one."""
    query = parse(text)
    if query.sort or query.limit is not None or not query.group:
        raise QueryError(
            "a rule looks at each picture by itself: sort:, limit: and group: have no meaning in it",
            hint="leave them out",
        )
    if query.root is None:
        raise QueryError("a rule needs a condition", hint="vvault rule add 'path:Screenshots' --tag screenshot")
    moving = _moving(query.root)
    if moving is not None:
        raise QueryError(
            f"“{moving.name}:{moving.value}” means something else every day, and a tag that is given stays",
            hint="write a date, as after:2026-01; or save the search, which moves on: `vvault save NAME QUERY`",
        )
    return query


def needs_indexes(query: Query) -> bool:
    """Whether a picture must be in the indexes before it can be asked."""
    return query.root is not None and not is_exact(query.root)


def _moving(node: Node) -> Field | None:
    """The first condition whose date moves on from day to day."""
    match node:
        case Field(name, _, value) if name in _DATES and value != ANY:
            bounds = [bound for bound in value.split("..") if bound]
            return None if all(map(dates.is_fixed, bounds)) else node
        case Not(part):
            return _moving(part)
        case And(parts) | Or(parts):
            return next(filter(None, map(_moving, parts)), None)
    return None
