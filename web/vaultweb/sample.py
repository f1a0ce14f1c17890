"""A value of a message's kind, for where nobody wrote a better example."""

from __future__ import annotations

import typing
from types import NoneType, UnionType
from typing import Any, Literal, Union

from msgspec import NODEFAULT, UNSET, Raw, Struct, UnsetType
from msgspec.structs import fields

_PLAIN: dict[Any, Any] = {str: "…", int: 1, float: 0.5, bool: True, bytes: "", Any: "…", NoneType: None, Raw: None}
_NAMED: dict[str, Any] = {
    "id": "17",
    "image": "17",
    "best": "17",
    "action": "41",
    "content": "0123456789abcdef",
    "path": "/home/me/Pictures/beach.jpg",
    "name": "beach",
    "query": "red car",
    "date": "2024-05-01T10:00:00",
    "time": "2024-05-01T10:00:00Z",
}


def sample(kind: type[Struct]) -> dict[str, Any]:
    """Return an object that decodes as `kind`: what must be there, and what is there by default."""
    hints = typing.get_type_hints(kind, include_extras=False)
    told = {}
    for field in fields(kind):
        if field.default is UNSET:
            continue
        if field.default is not NODEFAULT:
            told[field.encode_name] = field.default
        elif field.default_factory is not NODEFAULT:
            told[field.encode_name] = field.default_factory()
        else:
            told[field.encode_name] = _value(hints[field.name], field.encode_name)
    return told


def _value(hint: Any, name: str) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return arguments[0]
    if origin in (Union, UnionType):
        return _value(next(one for one in arguments if one is not UnsetType), name)
    if origin is list:
        return [_value(arguments[0], name)]
    if origin is dict:
        return {"…": _value(arguments[1], "")}
    if isinstance(hint, type) and issubclass(hint, Struct):
        return sample(hint)
    return _NAMED[name] if hint is str and name in _NAMED else _PLAIN[hint]
