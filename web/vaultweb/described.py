"""OpenAPI from the messages of the socket: their structs are the schemas, one name each.

@router.get("/api/tags", **gives(Tags, example={"tags": []}))
async def tags(...): ...

@router.patch("/api/tags/{tag}", **gives(ActionResult, takes=NewName, example=..., sent=...))
async def rename(wanted: Annotated[NewName, Depends(body(NewName))]): ...
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, TypeVar

import msgspec
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from msgspec import Struct

from vaultipc.misfits import sentence
from vaultweb.problems import MEDIA_TYPE, Problem, ProblemError, title_of
from vaultweb.sample import sample

SMALL_BYTES = 4 << 20
"""Of a body of JSON: a hundred thousand ids fit."""
_DRAINED = 4
TITLE = "Visionary Vault"
VERSION = "1"
_REF = "#/components/schemas/{name}"
_ANYWHERE = (401, 403, 421, 422, 503)
"""What every request may be answered with: no session, another page, another name, what does not fit, no daemon."""
_OF_A_BODY = (413, 415)
"""What any body may be answered with: it is too long, it is no JSON."""

S = TypeVar("S", bound=Struct)
F = TypeVar("F", bound=Callable[..., Any])


def gives(
    result: type[Struct] | None = None,
    *,
    takes: type[Struct] | None = None,
    example: Any = None,
    sent: Any = None,
    fails: tuple[int, ...] = (),
    status: int = 200,
    also: dict[int, dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return the keywords of a route. `result`, `takes`: structs of answer and body; `example`, `sent`: one of each.

    `fails`: statuses of problems beside those that any request may get; `also`: other answers, as OpenAPI has them.
    """
    answer: dict[str, Any] = {"description": title_of(status)}
    if result is not None:
        answer["content"] = {"application/json": media(result, example)}
    answers: dict[int, dict[str, Any]] = {status: answer, **(also or {})}
    for failure in sorted({*_ANYWHERE, *fails, *(_OF_A_BODY if takes else ())}):
        answers[failure] = {
            "description": title_of(failure),
            "content": {MEDIA_TYPE: {"schema": _schema(Problem)}},
        }
    # Response: what FastAPI would have of its own is an answer of JSON beside each one that is none.
    described: dict[str, Any] = {
        "responses": answers,
        "response_model": None,
        "response_class": Response,
        "status_code": status,
    }
    if takes is not None:
        content = {"application/json": media(takes, sent)}
        described["openapi_extra"] = {"requestBody": {"required": _needs_body(takes), "content": content}}
    return described


def with_head(router: APIRouter, path: str, described: Mapping[str, Any]) -> Callable[[F], F]:
    """Return a decorator for what answers GET, and HEAD, which is GET without the body and no operation of its own."""

    def add(function: F) -> F:
        router.add_api_route(path, function, methods=["GET"], **described)
        router.add_api_route(path, function, methods=["HEAD"], include_in_schema=False, response_model=None)
        return function

    return add


def body(kind: type[S], most: int = SMALL_BYTES) -> Callable[[Request], Awaitable[S]]:
    """Return a dependency that reads the JSON of a request as a struct; 422 where it does not fit, 413 above `most`.

    No body at all is a struct without any key, where that is one.
    """

    async def read(request: Request) -> S:
        if "content-type" not in request.headers and not _needs_body(kind) and not await whole(request, most):
            return kind()
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise ProblemError(415, "The body must be JSON.", hint="Send it with `Content-Type: application/json`.")
        data = await whole(request, most)
        try:
            return msgspec.json.decode(data, type=kind)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise ProblemError(422, f"The body does not fit: {sentence(error)}") from error

    _used[kind.__name__] = kind
    return read


def _needs_body(kind: type[Struct]) -> bool:
    return any(field.required for field in msgspec.structs.fields(kind))


async def whole(request: Request, most: int) -> bytes:
    """Return the body of a request; a problem 413 where it is longer than `most` bytes."""
    data = bytearray()
    async for chunk in limited(request, most):
        data += chunk
    return bytes(data)


async def limited(request: Request, most: int) -> AsyncIterator[bytes]:
    """The body of a request, part by part; a problem 413 where it is longer than `most` bytes.

    What is too long is read to its end all the same, since browsers do not look for an answer while they send; but not
    what is longer by far.
    """
    declared = request.headers.get("content-length", "")
    length = int(declared) if declared.isdecimal() and len(declared) < 19 else 0
    if length <= most * _DRAINED:
        length = 0
        async for chunk in request.stream():
            length += len(chunk)
            if length <= most:
                yield chunk
            elif length > most * _DRAINED:
                break
    if length > most:
        raise ProblemError(413, f"The body is longer than {most >> 20} MiB.", hint="Send less at once.")


def install(app: FastAPI, cookie: str) -> None:
    """Have the application tell its OpenAPI document with the structs in it. `cookie`: the name of the session's."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app, cookie)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's own way of extending the document


def _document(app: FastAPI, cookie: str) -> dict[str, Any]:
    told = get_openapi(
        title=TITLE,
        version=VERSION,
        routes=app.routes,
        summary="The vault over HTTP. What the socket answers is answered here under the same keys.",
    )
    for operations in told["paths"].values():
        for operation in operations.values():
            _read_examples(operation)
    _, schemas = msgspec.json.schema_components(list(_used.values()), ref_template=_REF)
    components = told.setdefault("components", {})
    components["schemas"] = dict(sorted({**components.get("schemas", {}), **schemas}.items()))
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "The text of the file `web-token`."},
        "session": {"type": "apiKey", "in": "cookie", "name": cookie, "description": "Set by a one-time link."},
    }
    told["security"] = [{"token": []}, {"session": []}]
    return told


_used: dict[str, type[Struct]] = {}


def media(kind: type[Struct], example: Any = None) -> dict[str, Any]:
    """Schema and example. The example is text until the document is made, for FastAPI takes every null out of it."""
    value = sample(kind) if example is None else example
    return {"schema": _schema(kind), "example": msgspec.json.encode(value).decode()}


def _read_examples(operation: dict[str, Any]) -> None:
    for part in (operation.get("requestBody", {}), *operation["responses"].values()):
        for media in part.get("content", {}).values():
            if isinstance(media.get("example"), str):
                media["example"] = msgspec.json.decode(media["example"])


def _schema(kind: type[Struct]) -> dict[str, Any]:
    _used[kind.__name__] = kind
    return {"$ref": _REF.format(name=kind.__name__)}
