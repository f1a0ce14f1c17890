"""The OpenAPI document: complete, with examples that hold, and true of what the server answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import hypothesis
import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from support.web import Web

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ENDLESS = ("/api/events",)
"""Streams that a request cannot wait for."""
OF_MANY_SECONDS = ("/api/rescan", "/api/backup", "/api/doctor", "/api/autotags/run", "/api/models/use")
MOST_EXAMPLES = 5


@pytest.fixture(scope="module")
def document(web: Web) -> dict[str, Any]:
    told: dict[str, Any] = web.get("/api/openapi.json").json
    return told


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield method.upper(), path, operation


def _holds(document: dict[str, Any], schema: dict[str, Any], value: Any) -> bool:
    whole = {**schema, "components": document["components"]}
    return bool(jsonschema_rs.validator_for(whole).is_valid(value))


def test_every_operation_says_what_it_is_and_each_of_its_answers(document: dict[str, Any]) -> None:
    assert len(document["paths"]) > 40
    for method, path, operation in _operations(document):
        where = f"{method} {path}"
        assert operation["description"], where
        assert operation["tags"], where
        assert {"401", "403", "421", "503"} <= set(operation["responses"]), where


def test_every_answer_with_a_body_says_of_what_form_it_is(document: dict[str, Any]) -> None:
    for method, path, operation in _operations(document):
        for status, answer in operation["responses"].items():
            for media, content in answer.get("content", {}).items():
                assert content.get("schema"), f"{method} {path} {status} {media}"


def test_every_example_is_one(document: dict[str, Any]) -> None:
    for method, path, operation in _operations(document):
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for content in (one.get("content", {}).get("application/json") for one in bodies):
            if content is not None and "example" in content:
                assert _holds(document, content["schema"], content["example"]), f"{method} {path}: {content}"


def test_every_operation_needs_a_session(web: Web, document: dict[str, Any]) -> None:
    for method, path, _ in _operations(document):
        filled = path.replace("{id}", "1").replace("{", "").replace("}", "")
        assert web.bare(method, filled, headers={"Origin": web.origin}).status == 401, f"{method} {path}"


def test_whatever_is_asked_is_answered_as_the_document_says(
    web: Web, document: dict[str, Any], pytestconfig: pytest.Config
) -> None:
    long = pytestconfig.getoption("--long")
    schema = schemathesis.openapi.from_dict(document)
    asked, wrong = 0, []
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        if operation.path not in ENDLESS and (long or operation.path not in OF_MANY_SECONDS):
            asked += 1
            try:
                _ask(web, operation, 200 if long else MOST_EXAMPLES)
            except FailureGroup as failure:
                wrong.append(f"{operation.method.upper()} {operation.path}: {failure.exceptions}")
    assert not wrong, "\n".join(wrong)
    assert asked > 50


def _ask(web: Web, operation: Any, most: int) -> None:
    @hypothesis.settings(max_examples=most, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @hypothesis.given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        headers = {"Authorization": f"Bearer {web.token}"}
        case.call_and_validate(base_url=web.origin, headers=headers, checks=CHECKS, timeout=60)

    ask()
