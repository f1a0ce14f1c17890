"""The stream of events: changes, the status, and the daemon's going and coming."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from support.web import Web


@contextmanager
def _events(web: Web) -> Iterator[Iterator[tuple[str, Any]]]:
    with closing(web.connection()) as connection:
        connection.request("GET", "/api/events", headers={"Authorization": f"Bearer {web.token}"})
        answer = connection.getresponse()
        assert answer.status == 200
        assert answer.getheader("content-type", "").startswith("text/event-stream")
        yield _read(answer)


def _read(answer: http.client.HTTPResponse) -> Iterator[tuple[str, Any]]:
    name = ""
    while line := answer.readline():
        kind, _, value = line.decode().strip().partition(": ")
        if kind == "event":
            name = value
        elif kind == "data":
            yield name, json.loads(value)


def _next(events: Iterator[tuple[str, Any]], wanted: str) -> Any:
    return next(value for name, value in events if name == wanted)


def test_a_change_is_told_to_everybody_who_listens(web: Web) -> None:
    with _events(web) as one, _events(web) as other:
        assert _next(one, "status")["state"]
        assert _next(other, "status")["state"]
        one_id = web.get("/api/images?limit=1").json["images"][0]["id"]
        action = web.post("/api/images/batch", {"ids": [one_id], "tags": {"add": ["told"]}}).json["action"]
        for events in (one, other):
            change = _next(events, "change")
            assert "tags" in change["topics"]
            assert change["seq"]
        web.post("/api/undo", {"id": action})


def test_who_listens_and_goes_is_forgotten(web: Web) -> None:
    for _ in range(20):
        with _events(web) as events:
            assert _next(events, "status")
    assert web.get("/api/status").status == 200
