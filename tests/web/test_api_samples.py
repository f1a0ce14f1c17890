"""docs/api-samples are what the interface says now."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fastapi import FastAPI

from support.api_samples import CHANGE, FOLDER, READ
from support.fitting import misfits
from vaultweb import described
from vaultweb.routes import ROUTERS

SAMPLES = sorted(FOLDER.glob("*.json"))


class Operation(NamedTuple):
    method: str
    route: str
    told: dict[str, Any]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    app = FastAPI()
    described.install(app, "vvault-8642")
    for router in ROUTERS:
        app.include_router(router)
    return app.openapi()


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> list[Operation]:
    return [
        Operation(method.upper(), route, told)
        for route, methods in document["paths"].items()
        for method, told in methods.items()
    ]


def operation_of(sample: dict[str, Any], operations: list[Operation]) -> Operation | None:
    """The route that a recorded request went to: of several that fit, the one with the fewest variables."""
    method, path = sample["request"]["method"], sample["request"]["path"].partition("?")[0]
    fitting = [one for one in operations if one.method == method and re.fullmatch(_pattern(one.route), path)]
    return min(fitting, key=lambda one: one.route.count("{"), default=None)


def _pattern(route: str) -> str:
    return "".join(
        ".+" if part == "{tag}" else "[^/]+" if part.startswith("{") else re.escape(part)
        for part in re.split(r"(\{\w+\})", route)
    )


def test_every_route_has_a_sample(operations: list[Operation]) -> None:
    sampled = [operation_of(json.loads(path.read_text("utf-8")), operations) for path in SAMPLES]
    missing = [(one.method, one.route) for one in operations if one not in sampled]
    assert missing == [], "record them: PYTHONPATH=tests python -m support.api_samples"


def test_there_is_a_request_behind_every_sample_and_a_sample_of_every_request() -> None:
    assert {path.name for path in SAMPLES} == {asked.file for asked in (*READ, *CHANGE)}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_has_the_keys_that_the_document_tells_of(
    path: Path, document: dict[str, Any], operations: list[Operation]
) -> None:
    sample = json.loads(path.read_text("utf-8"))
    operation = operation_of(sample, operations)
    assert operation is not None, "there is no such route any more"
    told, given = operation.told["responses"], sample["response"]
    answer = told[str(given["status"])]
    if "$ref" in answer:
        answer = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    media = given["content-type"].partition(";")[0]
    if not media:
        assert "content" not in answer
        return
    assert media in answer["content"]
    if "body" in given:
        assert list(misfits(answer["content"][media]["schema"], given["body"], document)) == []
    if isinstance(body := sample["request"].get("body"), dict) and "requestBody" in operation.told:
        sent = operation.told["requestBody"]["content"]
        if "application/json" in sent:
            assert list(misfits(sent["application/json"]["schema"], body, document)) == []


def test_no_sample_tells_of_a_machine_or_a_secret() -> None:
    for path in SAMPLES:
        text = path.read_text("utf-8")
        assert "/tmp/" not in text, path.name
        assert not re.search(r"token=[\w-]{20,}", text), path.name
