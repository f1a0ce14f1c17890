"""docs/socket.md, written from the messages: `python -m vaultipc.reference > docs/socket.md`."""

from __future__ import annotations

import inspect
import json
import sys
import types
import typing
from collections.abc import Iterator
from typing import Any, Literal, Union

from msgspec import NODEFAULT, UNSET, Struct, UnsetType
from msgspec.structs import FieldInfo, fields

from vaultipc import codec, messages
from vaultipc.messages import METHODS

_HEAD = f"""\
# The socket

<!-- Written by `python -m vaultipc.reference`; change ipc/vaultipc/messages/, not this page. -->

Everything that asks is a client of one Unix socket: the mount, the command line, your script. It speaks
[JSON-RPC 2.0](https://www.jsonrpc.org/specification), one UTF-8 line a message, no batches. One line of shell is a
client (netcat-openbsd):

    printf '{{"jsonrpc":"2.0","id":1,"method":"search","params":{{"query":"red car"}}}}\\n' | nc -NU "$SOCKET"

## Where it is

`$XDG_RUNTIME_DIR/visionary-vault/vault.sock`; without XDG_RUNTIME_DIR, `/run/user/UID` if that is yours, else a private
folder below the temporary folder. `VVAULT_SOCKET` and `--socket` name another place, of at most 107 bytes.
`vvault status --json` prints it. It is readable by you alone, and the daemon checks who connects.

## What holds for every message

- No greeting is needed. Requests may be sent without waiting; each is answered when it is ready, by its `id`.
- A half-closed connection (end of input) is answered in full, then closed.
- A line that is not JSON, not a request or of no known method gets an error, and the connection lives on.
- A request may have {codec.SERVER_LINE_LIMIT // 2**20} MiB; a longer line ends the connection.
- A parameter that is not known is an error, so that a typo is never ignored.
- Ids are strings. Times are RFC 3339 in UTC with `Z`, file times (`…_ns`) nanoseconds since 1970, sizes bytes.
- `date`, when a picture was taken, is the local time that its camera showed, although it ends in `Z`, too. Its zone,
  where one is known, is `taken.zone` in what `image` tells.
- A key marked *optional* may be absent; it is never null unless it says so. Lists are never null.
- A path that is not UTF-8 has U+FFFD in its display text and its bytes, in base64, in `…_b64`. Act on the bytes.
- Keys may be added in later versions; none is renamed or removed.

## Errors

`{{"code", "message", "data": {{"hint", "position"?}}}}`: the message says what and where, the hint what to do.

| code | meaning |
|---|---|
| -32700, -32600, -32601, -32602 | not JSON; not a request; no such method; parameters that do not fit |
| -32603 | a mistake of ours; the daemon's log has more |
| 1001 | the query cannot be understood; `position` is where, in characters from 0 |
| 1002 | what was named does not exist |
| 1003 | something of that name exists, or somebody else holds it |
| 1004 | the request is too large |
| 1005 | the daemon is paused |
| 1006 | the versions of the two sides do not fit |
| 1007 | the disk is full |

## Methods
"""


def page() -> str:
    """The text of docs/socket.md."""
    shared = _shared()
    methods = "".join(_method(name, params, result, shared) for name, (params, result) in METHODS.items())
    objects = "".join(f"\n### {struct.__name__}\n\n{_prose(struct)}{_table(struct)}" for struct in shared)
    return f"{_HEAD}{methods}\n## Objects\n\nResults, or parts of them, that several methods share.\n{objects}"


def _method(name: str, params: type[Struct], result: type[Struct], shared: list[type[Struct]]) -> str:
    given = f"{_prose(params)}{_table(params)}" if fields(params) else "No parameters.\n"
    if result in shared:
        answer = f"\nResult: {_link(result)}\n"
    else:
        answer = f"\nResult:\n\n{_prose(result)}{_table(result)}"
    return f"\n### `{name}`\n\n{given}{answer}"


def _shared() -> list[type[Struct]]:
    """Structs that are told once: results of several methods, parts of any result, and notifications."""
    results = [result for _, result in METHODS.values()]
    found = {result for result in results if results.count(result) > 1} | {messages.Changed}
    for struct in {*results, *found}:
        found.update(_parts(struct))
    return sorted(found, key=lambda struct: struct.__name__)


def _parts(struct: type[Struct]) -> Iterator[type[Struct]]:
    for hint in typing.get_type_hints(struct).values():
        for leaf in _leaves(hint):
            if isinstance(leaf, type) and issubclass(leaf, Struct):
                yield leaf
                yield from _parts(leaf)


def _leaves(hint: Any) -> Iterator[Any]:
    arguments = typing.get_args(hint)
    for argument in arguments:
        yield from _leaves(argument)
    if not arguments:
        yield hint


def _prose(struct: type[Struct]) -> str:
    """The struct's own docstring; one that says nothing of its own gives nothing."""
    text = inspect.cleandoc(struct.__dict__.get("__doc__") or "")
    return f"{text}\n\n" if text else ""


def _table(struct: type[Struct]) -> str:
    hints = typing.get_type_hints(struct)
    rows = [f"| `{field.encode_name}` | {_of(field, hints[field.name])} |\n" for field in fields(struct)]
    return f"| key | value |\n|---|---|\n{''.join(rows)}"


def _of(field: FieldInfo, hint: Any) -> str:
    text = _kind(hint)
    default = field.default if field.default is not NODEFAULT else None
    if field.default_factory is not NODEFAULT:
        default = field.default_factory()
    if field.default is UNSET:
        return f"{text}, optional"
    return text if field.required else f"{text}, default `{json.dumps(default)}`"


def _kind(hint: Any) -> str:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return " or ".join(f"`{json.dumps(value)}`" for value in arguments)
    if origin in (Union, types.UnionType):
        return " or ".join(_kind(argument) for argument in arguments if argument is not UnsetType)
    if origin is list:
        return f"list of {_kind(arguments[0])}"
    if origin is dict:
        return f"object of {_kind(arguments[1])}"
    if isinstance(hint, type) and issubclass(hint, Struct):
        return _link(hint)
    return _PLAIN[hint]


_PLAIN = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "true or false",
    types.NoneType: "null",
    Any: "any value",
}


def _link(struct: type[Struct]) -> str:
    return f"[{struct.__name__}](#{struct.__name__.lower()})"


if __name__ == "__main__":
    sys.stdout.write(page())
