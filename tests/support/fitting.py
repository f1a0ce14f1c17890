"""Whether a value is what a JSON schema says, key by key: all that must be there are, and none that nobody told of.

The part of JSON Schema that our OpenAPI document uses; an unknown keyword is an error, so that nothing passes unread.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict,
    "null": type(None),
}  # fmt: skip
_TELLING = {"title", "description", "default", "example", "examples", "format", "discriminator", "contentEncoding"}
_READ = {"$ref", "type", "properties", "required", "additionalProperties", "items", "anyOf", "enum", "const",
         "minimum", "maximum", "minLength", "maxLength", "pattern", "maxItems", "minItems"}  # fmt: skip


def misfits(schema: Mapping[str, Any], value: Any, document: Mapping[str, Any], at: str = "$") -> Iterator[str]:
    """What is wrong with a value, a line each."""
    unknown = set(schema) - _TELLING - _READ
    assert not unknown, f"{at}: the keywords {unknown} are not understood"
    if "$ref" in schema:
        yield from misfits(_meant(schema["$ref"], document), value, document, at)
        return
    if "anyOf" in schema:
        if all(any(True for _ in misfits(one, value, document, at)) for one in schema["anyOf"]):
            yield f"{at}: {value!r} is none of {schema['anyOf']}"
        return
    yield from _plain(schema, value, at)
    if isinstance(value, dict):
        yield from _object(schema, value, document, at)
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from misfits(schema.get("items", {}), item, document, f"{at}[{number}]")


def _meant(reference: str, document: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    assert isinstance(found, dict)
    return found


def _plain(schema: Mapping[str, Any], value: Any, at: str) -> Iterator[str]:
    kind = schema.get("type")
    kinds = [kind] if isinstance(kind, str) else kind or []
    if kinds and not any(
        isinstance(value, _TYPES[one]) and (one == "boolean") == isinstance(value, bool) for one in kinds
    ):
        yield f"{at}: {value!r} is no {kind}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is none of {schema['enum']}"
    if "const" in schema and value != schema["const"]:
        yield f"{at}: {value!r} is not {schema['const']!r}"
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        yield f"{at}: {value!r} does not match {schema['pattern']}"


def _object(schema: Mapping[str, Any], value: Mapping[str, Any], document: Mapping[str, Any], at: str) -> Iterator[str]:
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", "properties" not in schema)
    for name in schema.get("required", []):
        if name not in value:
            yield f"{at}: {name} is missing"
    for name, item in value.items():
        if name in properties:
            yield from misfits(properties[name], item, document, f"{at}.{name}")
        elif isinstance(others, dict):
            yield from misfits(others, item, document, f"{at}.{name}")
        elif not others:
            yield f"{at}: nobody told of {name}"
