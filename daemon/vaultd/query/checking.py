"""A field as it was written to a field that makes sense, or to an error that says where and why it makes none."""

from __future__ import annotations

from typing import get_args

from vaultd.query.ast import Field, Operator
from vaultd.query.errors import QueryFault
from vaultd.query.fields import ALIASES, ANY, FIELDS, FieldKind
from vaultd.query.scanner import Token
from vaultd.query.values import suggestion, too_long

_SHOWN = 40
"""Of a name that is no field's, an error shows so many characters."""


def checked(token: Token) -> Field:
    """The field that a token says. Raises QueryFault unless it exists and takes this operator and value."""
    name = ALIASES.get(token.name, token.name)
    kind = FIELDS.get(name)
    if kind is None:
        raise _unknown(token)
    if token.operator not in kind.operators:
        raise QueryFault(
            f"“{name}:” takes no “{token.operator}”", _how(kind.operators), token.inside - len(token.operator)
        )
    if kind.any and token.text == ANY and not token.operator:
        return Field(name, "", ANY)
    low, dots, high = token.text.partition("..")
    if dots and not token.operator and ".." in kind.operators:
        _check_range(token, kind, low.strip(), high.strip())
        return Field(name, "..", f"{low.strip()}..{high.strip()}")
    _check_value(kind, token.text, token.inside)
    return Field(name, token.operator, token.text)


def _check_range(token: Token, kind: FieldKind, low: str, high: str) -> None:
    """A range has at least one end; where it has both, the first is not behind the second."""
    if not low and not high:
        hint = f"for whatever there is write {token.name}:{ANY}" if kind.any else "write from..to, from.. or ..to"
        raise QueryFault("a range has one end at least", hint, token.inside)
    if low:
        _check_value(kind, low, token.inside)
    if high:
        _check_value(kind, high, token.inside + token.text.index("..") + 2)
    fault = kind.ranged(low, high) if low and high else ""
    if fault:
        raise QueryFault(fault, "", token.inside)


def _check_value(kind: FieldKind, value: str, position: int) -> None:
    fault = too_long(value) or kind.fault(value)
    if fault:
        raise QueryFault(fault, "", position)


def _unknown(token: Token) -> QueryFault:
    meant = suggestion(token.name, (*FIELDS, *ALIASES))
    name = token.name if len(token.name) <= _SHOWN else f"{token.name[:_SHOWN]}…"
    return QueryFault(
        f"unknown field “{name}:”" + (f", did you mean “{meant}:”?" if meant else ""),
        f"fields are {', '.join(FIELDS)}; to search for the text itself, put it in quotes",
        token.position,
    )


def _how(operators: frozenset[Operator]) -> str:
    known = [operator for operator in get_args(Operator) if operator and operator in operators]
    return f"it takes {' '.join(known)}" if known else "write only the value"
