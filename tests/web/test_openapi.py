"""The OpenAPI document: complete, with examples that hold, and true of what the server answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from schemathesis.engine.recorder import ScenarioRecorder

from support.web import Web

PHASES = ("examples", "coverage", "fuzzing", "stateful")
OF_ALL = ("coverage", "fuzzing")
"""Phases that leave out no operation; others need one that has an example, or that tells what another one takes."""
ACCEPTED = ["2xx", "3xx", "400", "401", "403", "404", "409", "413", "422", "5xx"]
"""Answers to what fits the document. What a query, a name or a date may be, and which of two keys is to be given, is
said in the sentence of a 400, 413 or 422 and not by the document."""
ALSO_A_NAME = "allow_header_conformance"
"""Of an address that fits a pattern, too, as `/api/tags/merge` is that of a tag “merge”: it has the methods of both."""
EXCUSED = {
    # OpenAPI 3.1 cannot say what events a stream has: test_events reads them.
    "GET /api/events": ("response_schema_conformance",),
    # 503 is the answer while reading is paused, as another request has asked for.
    "POST /api/rescan": ("not_a_server_error",),
    "POST /api/models/forget": (ALSO_A_NAME,),
    "POST /api/models/use": (ALSO_A_NAME,),
    "POST /api/tags/merge": (ALSO_A_NAME,),
    # DELETE is that of a rule, and `run` is no number of one: 422.
    "POST /api/rules/run": (ALSO_A_NAME, "unsupported_method"),
}
"""Checks that are not made of an operation. All others are made of all."""
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


@pytest.mark.parametrize("phase", PHASES)
def test_whatever_is_asked_is_answered_as_the_document_says(
    web: Web, document: dict[str, Any], phase: str, pytestconfig: pytest.Config
) -> None:
    """`examples`: those of the document. `coverage`: each limit of each value, from both sides, and other methods.
    `fuzzing`: anything that fits, and anything that does not. `stateful`: one request with what another one told."""
    most = 200 if pytestconfig.getoption("--long") else MOST_EXAMPLES
    schema = schemathesis.openapi.from_dict(document, config=_asking(web, phase, most))
    asked, wrong = set(), []
    for event in from_schema(schema).execute():
        assert not isinstance(event, FatalError), event.exception
        if isinstance(event, NonFatalError):
            wrong.append(f"{event.label}: {event.value}")
        if isinstance(event, ScenarioFinished):
            asked |= {node.value.operation.label for node in event.recorder.cases.values()}
            wrong += _failures(event.recorder)
    assert not wrong, "\n\n".join(wrong)
    known = {f"{method} {path}" for method, path, _ in _operations(document)}
    assert asked == known if phase in OF_ALL else asked
    assert web.get("/api/status").status == 200, "the daemon has survived it"


def _asking(web: Web, phase: str, most: int) -> schemathesis.Config:
    excused = [
        {"include-name": operation, "checks": {check: {"enabled": False} for check in checks}}
        for operation, checks in EXCUSED.items()
    ]
    return schemathesis.Config.from_dict(
        {
            "base-url": web.origin,
            "headers": {"Authorization": f"Bearer {web.token}"},
            "request-timeout": 60,
            "max-stream-events": 1,
            "phases": {one: {"enabled": one == phase} for one in PHASES},
            "generation": {"max-examples": most, "deterministic": True, "database": "none"},
            "checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED}},
            "operations": excused,
        }
    )


def _failures(recorder: ScenarioRecorder) -> Iterator[str]:
    for case, checks in recorder.checks.items():
        for check in checks:
            if check.failure_info is not None:
                asked = recorder.cases[case].value.as_curl_command()
                yield f"{recorder.label}: {check.name}: {check.failure_info.failure}\n{asked}"
