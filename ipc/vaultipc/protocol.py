"""JSON-RPC 2.0 over lines, without input or output: bytes in, events out; values in, bytes out.

Both ends of the socket and every client, blocking or async, share these two classes, so they cannot disagree.
https://www.jsonrpc.org/specification; batches are not supported (requests may simply be sent one after the other: each
is answered as it is ready). Whatever bytes come, `receive` never raises, and how they are chunked makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Raw, Struct, UnsetType

from vaultipc import codec
from vaultipc.errors import INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND, PARSE_ERROR, TooLarge, VersionMismatch
from vaultipc.lines import LineSplitter, LineTooLong

if TYPE_CHECKING:
    from vaultipc.messages import Params

Id = int | str | None
Methods = Mapping[str, tuple[type["Params"], type[Struct]]]

# ---- the server's end ----------------------------------------------------------------------------------------------


class Request(Struct, frozen=True):
    """A well-formed request of a known method. `silent`: sent without an id, so it must not be answered."""

    id: Id
    method: str
    params: Params
    silent: bool = False


class BadLine(Struct, frozen=True):
    """A line that is no request we can serve. `response` is the answer, ready to send; `fatal`: then hang up."""

    response: bytes
    fatal: bool = False


class _Unusable(Exception):
    """A line that gets an error for an answer."""

    def __init__(self, code: int, message: str, hint: str = "", request_id: Id = None) -> None:
        super().__init__(message)
        self.object = codec.ErrorObject(code=code, message=message, data=codec.ErrorData(hint=hint))
        self.request_id = request_id


class ServerConnection:
    """One client as its server sees it."""

    def __init__(self, methods: Methods | None = None, limit: int = codec.SERVER_LINE_LIMIT) -> None:
        self._methods = known_methods() if methods is None else methods
        self._lines = LineSplitter(limit)
        self._closed = False

    @property
    def unfinished(self) -> int:
        """Bytes that came and are no whole line yet."""
        return len(self._lines)

    def receive(self, data: bytes) -> list[Request | BadLine]:
        """Take the next bytes and return what they complete, in order."""
        self._lines.feed(data)
        return list(self._events())

    def receive_end(self) -> list[Request | BadLine]:
        """The client sends no more: a last line without a newline counts too."""
        return self.receive(b"\n")

    def result(self, request_id: Id, result: Struct | Raw) -> bytes:
        return codec.encode_line(codec.ResultEnvelope(id=request_id, result=result))

    def error(self, request_id: Id, error: BaseException) -> bytes:
        return codec.encode_line(codec.ErrorEnvelope(id=request_id, error=codec.error_object(error)))

    def notify(self, method: str, params: Struct) -> bytes:
        return codec.encode_line(codec.RequestEnvelope(method=method, params=params))

    def _events(self) -> Iterator[Request | BadLine]:
        while not self._closed:
            try:
                line = self._lines.next_line()
            except LineTooLong:
                self._closed = True
                yield BadLine(self.error(None, _too_long(self._lines.limit)), fatal=True)
                return
            if line is None:
                return
            event = self._event(line)
            if event is not None:
                yield event

    def _event(self, line: bytes) -> Request | BadLine | None:
        try:
            return self._request(line)
        except _Unusable as unusable:
            return BadLine(codec.encode_line(codec.ErrorEnvelope(id=unusable.request_id, error=unusable.object)))

    def _request(self, line: bytes) -> Request | None:
        envelope = _envelope(line)
        silent = "id" not in envelope
        request_id = _request_id(envelope)
        method = _method(envelope, request_id)
        try:
            return Request(request_id, method, self._params(method, envelope.get("params"), request_id), silent)
        except _Unusable:
            # JSON-RPC 2.0, section 4.1: a notification is not answered, not even with an error.
            if silent:
                return None
            raise

    def _params(self, method: str, raw: Raw | None, request_id: Id) -> Params:
        if method not in self._methods:
            raise _Unusable(METHOD_NOT_FOUND, f"There is no method {method!r}.", "See docs/socket.md.", request_id)
        kind = self._methods[method][0]
        try:
            return msgspec.json.decode(b"{}" if raw is None else raw, type=kind)
        except codec.UNREADABLE as error:
            from vaultipc.misfits import sentence  # only on the way to an error

            raise _Unusable(INVALID_PARAMS, f"{method}: {sentence(error)}", _takes(method, kind), request_id) from None


def known_methods() -> Methods:
    """Return every method of the socket. Imported at need: clients that only pass JSON on start faster without."""
    from vaultipc.messages import METHODS

    return METHODS


def _takes(method: str, kind: type[Struct]) -> str:
    keys = kind.__struct_encode_fields__
    return f"{method} takes {', '.join(keys)}." if keys else f"{method} takes no parameters."


def _too_long(limit: int) -> TooLarge:
    return TooLarge(f"A line is longer than {limit} bytes.", hint="Ask for less at once, for example in pages.")


def _envelope(line: bytes) -> dict[str, Raw]:
    """Return the members of the JSON object that `line` is, each still to be decoded."""
    try:
        # First as anything: of `[1,` it must be said that it is no JSON, not that it is no object.
        msgspec.json.decode(line, type=Raw)
        return msgspec.json.decode(line, type=dict[str, Raw])
    except msgspec.ValidationError:
        hint = "Send one object a line; a batch is sent as several lines." if line.lstrip()[:1] == b"[" else ""
        raise _Unusable(INVALID_REQUEST, "The line is no JSON object.", hint) from None
    except codec.UNREADABLE as error:
        raise _Unusable(PARSE_ERROR, f"The line is no JSON: {error}") from None


def _request_id(envelope: dict[str, Raw]) -> Id:
    try:
        found: Id = msgspec.json.decode(envelope.get("id", b"null"), type=int | str | None)
    except codec.UNREADABLE:
        raise _Unusable(INVALID_REQUEST, "`id` must be a whole number, a string or null.") from None
    return found


def _method(envelope: dict[str, Raw], request_id: Id) -> str:
    try:
        return msgspec.json.decode(envelope.get("method", b"null"), type=str)
    except codec.UNREADABLE:
        raise _Unusable(INVALID_REQUEST, "`method` must be a string.", request_id=request_id) from None


# ---- a client's end ------------------------------------------------------------------------------------------------


class Response(Struct, frozen=True):
    """The answer to request `id`: `raw` is the JSON of `result`, exactly as the server wrote it."""

    id: Id
    raw: bytes


class Failure(Struct, frozen=True):
    """Request `id` failed with `error`; without an id the server could not read a request, or we not its line."""

    id: Id
    error: Exception
    fatal: bool = False


class Notification(Struct, frozen=True):
    """The server tells something unasked; `raw` is the JSON of its parameters."""

    method: str
    raw: bytes


class ClientConnection:
    """One server as its client sees it. Which request an answer belongs to is the caller's to keep, by id."""

    def __init__(self, limit: int = codec.CLIENT_LINE_LIMIT) -> None:
        self._lines = LineSplitter(limit)
        self._ids = count(1)
        self._closed = False

    def request(self, method: str, params: Struct | Mapping[str, Any]) -> tuple[int, bytes]:
        """Return (id, bytes to send)."""
        request_id = next(self._ids)
        return request_id, codec.encode_line(codec.RequestEnvelope(id=request_id, method=method, params=params))

    def receive(self, data: bytes) -> list[Response | Failure | Notification]:
        """Take the next bytes and return what they complete, in order."""
        self._lines.feed(data)
        return list(self._events())

    def _events(self) -> Iterator[Response | Failure | Notification]:
        while not self._closed:
            try:
                line = self._lines.next_line()
            except LineTooLong:
                self._closed = True
                yield Failure(None, _too_long(self._lines.limit), fatal=True)
                return
            if line is None:
                return
            yield _from_server(line)


def decode_result(method: str, raw: bytes, form: Any = None) -> Any:
    """Return the result of `method`, as its struct or in `form`; VersionMismatch if the answer is of another shape."""
    try:
        return msgspec.json.decode(raw, type=form or known_methods()[method][1])
    except codec.UNREADABLE as error:
        raise VersionMismatch(
            f"The daemon's answer to {method} is not understood: {error}",
            hint="The daemon is of another version: restart it.",
        ) from None


def _from_server(line: bytes) -> Response | Failure | Notification:
    try:
        told = msgspec.json.decode(line, type=codec.FromServer)
        if isinstance(told.method, str):
            return Notification(told.method, b"{}" if isinstance(told.params, UnsetType) else bytes(told.params))
        request_id = None if isinstance(told.id, UnsetType) else told.id
        if not isinstance(told.error, UnsetType):
            return Failure(request_id, codec.error_from(told.error))
        if not isinstance(told.result, UnsetType):
            return Response(request_id, bytes(told.result))
    except codec.UNREADABLE:
        pass
    return Failure(None, VersionMismatch("What answers on the socket is no Visionary Vault daemon of this version."))
