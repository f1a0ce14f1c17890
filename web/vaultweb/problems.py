"""Errors as problem details (RFC 9457): what the daemon says, and what HTTP itself has to say."""

from __future__ import annotations

import http
from collections.abc import Mapping
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route

from vaultipc import errors
from vaultipc.errors import DaemonBug, UserError

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 2

_STATUS: dict[int, int] = {
    errors.INVALID_PARAMS: 422,
    errors.QueryError.code: 400,
    errors.NotFound.code: 404,
    errors.Conflict.code: 409,
    errors.TooLarge.code: 413,
    errors.Paused.code: 503,
    errors.VersionMismatch.code: 503,
    errors.DiskFull.code: 507,
    errors.DaemonAway.code: 503,
}
_RETRIED = frozenset({errors.Paused.code, errors.DaemonAway.code})


class Problem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """An error. `detail` says what and where, `hint` what to do; `position`, in characters from 0, is where a query
    went wrong, and `code` the error's number on the socket."""

    title: str
    status: int
    detail: str
    type: str = "about:blank"
    hint: str = ""
    position: int | None = None
    code: int | None = None


class ProblemError(Exception):
    """An answer other than the one asked for, which HTTP and not the daemon gives."""

    def __init__(self, status: int, detail: str, hint: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.problem = Problem(title=title_of(status), status=status, detail=detail, hint=hint)
        self.headers = headers


def title_of(status: int) -> str:
    """The phrase of a status (RFC 9110)."""
    return http.HTTPStatus(status).phrase


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """Return the problem as a response."""
    told = {"Cache-Control": "no-store", **(headers or {})}
    # `type` is what readers of problems look at first, and is written though it is the default.
    body = {"type": problem.type, **msgspec.to_builtins(problem)}
    return Response(msgspec.json.encode(body), problem.status, told, MEDIA_TYPE)


def of(error: UserError) -> Problem:
    """Return the problem that an error of the socket is."""
    status = _STATUS.get(error.code, 422)
    if isinstance(error, errors.Refused):
        status = 403
    return Problem(
        title=title_of(status),
        status=status,
        detail=error.message,
        hint=error.hint,
        position=error.position,
        code=error.code,
    )


def install(app: FastAPI) -> None:
    """Have every error of the application answered as a problem."""
    app.add_exception_handler(ProblemError, _problem)
    app.add_exception_handler(UserError, _of_the_socket)
    app.add_exception_handler(DaemonBug, _bug)
    app.add_exception_handler(RequestValidationError, _misfit)
    app.add_exception_handler(HTTPException, _plain)


async def _problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return answer(error.problem, error.headers)


async def _of_the_socket(_: Request, error: Exception) -> Response:
    assert isinstance(error, UserError)
    return answer(of(error), {"Retry-After": str(RETRY_AFTER_S)} if error.code in _RETRIED else None)


async def _bug(_: Request, error: Exception) -> Response:
    hint = "This is a bug; the daemon's log has the details."
    return answer(Problem(title=title_of(500), status=500, detail=str(error), hint=hint, code=errors.INTERNAL_ERROR))


async def _misfit(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    told = "; ".join(_sentence(one) for one in error.errors())
    return answer(Problem(title=title_of(422), status=422, detail=told))


def _sentence(one: Mapping[str, Any]) -> str:
    where = ".".join(str(part) for part in one["loc"][1:])
    return f"{where}: {one['msg']}" if where else str(one["msg"])


async def _plain(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    problem = Problem(title=title_of(error.status_code), status=error.status_code, detail=str(error.detail))
    headers = dict(error.headers or {})
    if error.status_code == http.HTTPStatus.METHOD_NOT_ALLOWED and (allowed := _allowed(request)):
        headers["Allow"] = ", ".join(sorted(allowed))
    return answer(problem, headers)


def _allowed(request: Request) -> set[str]:
    """The methods of all routes of a path (RFC 9110, 15.5.6): the error itself has those of the first one only."""
    routes: list[Route] = request.app.state.routes
    fitting = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    return {method for route in fitting for method in route.methods or ()}
