"""What travels on the socket: JSON-RPC 2.0 objects, one UTF-8 line each, and the two things JSON has no form for.

Those two are our errors (a code and a `kind` that name the class on the other side, see `error_object`) and file names
that are not UTF-8 (display text beside the exact bytes in base64, see `display` and `exact`).

`vaultipc.messages` is not imported here: the command line starts without its hundred structs.
"""

from __future__ import annotations

import base64
import os
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from vaultipc import errors
from vaultipc.errors import DaemonBug, UserError, VersionMismatch

SERVER_LINE_LIMIT = 16 * 1024 * 1024
"""Bytes of the longest line a server accepts."""
CLIENT_LINE_LIMIT = 64 * 1024 * 1024
"""Bytes of the longest line a client accepts: 10,000 hits with long names fit."""

# msgspec reports bad JSON, the interpreter bad UTF-8 (UnicodeDecodeError is a ValueError) and deep nesting.
UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)

_encode = msgspec.json.Encoder().encode


def encode_line(value: Any) -> bytes:
    """Return `value` as one line of JSON, newline included; JSON escapes every newline within."""
    return _encode(value) + b"\n"


# ---- errors --------------------------------------------------------------------------------------------------------


class ErrorData(Struct, kw_only=True, omit_defaults=True):
    """`data` of an error: `kind` is the class's name, since several classes share a code."""

    hint: str = ""
    kind: str = ""
    position: int | None = None


class ErrorObject(Struct, kw_only=True):
    """`error` of a response (JSON-RPC 2.0, section 5.1)."""

    code: int
    message: str
    data: ErrorData = msgspec.field(default_factory=ErrorData)


KINDS: dict[str, type[UserError]] = {
    kind.__name__: kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, UserError)
}

# What an error without a known kind becomes: one of another server's, or of a newer version's.
_BY_CODE: dict[int, type[UserError]] = {
    errors.METHOD_NOT_FOUND: VersionMismatch,
    **{kind.code: kind for kind in (UserError, errors.QueryError, errors.NotFound, errors.Conflict, errors.TooLarge)},
    **{kind.code: kind for kind in (errors.Paused, VersionMismatch, errors.DiskFull, errors.DaemonAway)},
}


def error_object(error: BaseException) -> ErrorObject:
    """Return what the other side is told of `error`; anything that is no `UserError` is a bug of ours."""
    if not isinstance(error, UserError):
        message = f"Internal error: {type(error).__name__}: {error}"
        hint = "This is a bug; the daemon's log has the details."
        return ErrorObject(code=errors.INTERNAL_ERROR, message=_sound(message), data=ErrorData(hint=hint))
    kind = next((cls.__name__ for cls in type(error).__mro__ if KINDS.get(cls.__name__) is cls), "UserError")
    data = ErrorData(hint=_sound(error.hint), kind=kind, position=error.position)
    return ErrorObject(code=error.code, message=_sound(error.message), data=data)


def error_from(told: ErrorObject) -> Exception:
    """Return the exception that `told` describes, of the class it had on the other side."""
    kind = KINDS.get(told.data.kind) or _BY_CODE.get(told.code)
    if kind is None:
        return DaemonBug(told.message)
    return kind(told.message, hint=told.data.hint, position=told.data.position)


def _sound(text: str) -> str:
    """Replace what UTF-8 cannot hold: an OSError's file name may carry surrogates."""
    return text.encode(errors="surrogateescape").decode(errors="replace")


# ---- paths ---------------------------------------------------------------------------------------------------------


def display(path: bytes) -> tuple[str, str | UnsetType]:
    """Return (text to show, base64 of the exact bytes or UNSET if the text is exact) for a path or name."""
    try:
        return path.decode(), UNSET
    except UnicodeDecodeError:
        return path.decode(errors="replace"), base64.b64encode(path).decode()


def exact(text: str, b64: str | UnsetType | None = UNSET) -> bytes:
    """Return the bytes of a path that came as display text and, where that is not exact, base64.

    Raises UserError if `b64` is no base64, and for a zero byte, which no path can hold.
    """
    try:
        path = base64.b64decode(b64, validate=True) if isinstance(b64, str) else os.fsencode(text)
    except ValueError:
        raise UserError("The bytes of a path are not valid base64.", hint="Send the path's bytes as base64.") from None
    if b"\0" in path:
        raise UserError("A path holds a zero byte.", hint="No file can have such a name; check what made the path.")
    return path


# ---- envelopes -----------------------------------------------------------------------------------------------------


class RequestEnvelope(Struct, kw_only=True):
    """A request as it is sent; without `id` a notification."""

    method: str
    params: Any
    id: int | str | UnsetType = UNSET
    jsonrpc: str = "2.0"


class ResultEnvelope(Struct, kw_only=True):
    """A successful response as it is sent."""

    id: int | str | None
    result: Any
    jsonrpc: str = "2.0"


class ErrorEnvelope(Struct, kw_only=True):
    """A failed response as it is sent; `id` is None where the request's could not be read."""

    id: int | str | None
    error: ErrorObject
    jsonrpc: str = "2.0"


class FromServer(Struct):
    """Whatever a server sends: a response with `result` or `error`, or a notification with `method`."""

    id: int | str | UnsetType | None = UNSET
    result: Raw | UnsetType = UNSET
    error: ErrorObject | UnsetType = UNSET
    method: str | UnsetType = UNSET
    params: Raw | UnsetType = UNSET
