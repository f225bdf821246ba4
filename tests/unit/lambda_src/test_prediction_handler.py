"""The handler from event to proxy answer with a fake endpoint: routes, problems, log line, and that it never raises."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.digit import PIXELS
from contract.model_card import ModelCard
from digit_model.classify import Endpoint
from digit_model.problems import ENDPOINT_TIMEOUT, THROTTLED
from gateway.events import BODY_BYTES_MAX
from gateway.http_app import respond
from gateway.problems import ProblemType
from http_api.problem_table import PREDICTION_PROBLEMS
from prediction.application import Application
from prediction.handler import logger
from tests.support.fakes import CannedEndpoint, FailingEndpoint, FakeEndpoint

EVENTS = Path(__file__).parents[2] / "events"
CARD = ModelCard(document={"sha256": "ab" * 32, "metrics": {"accuracy": 0.98}}, sha256="ab" * 32)


def event(name: str, **changes: Any) -> dict[str, Any]:
    members: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return members | changes


def call(given: object, endpoint: Endpoint | None = None) -> dict[str, Any]:
    return respond(given, None, lambda: Application(card=CARD, endpoint=endpoint or FakeEndpoint()), logger)


def problem(answer: dict[str, Any]) -> str:
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    document = json.loads(answer["body"])
    assert document["status"] == answer["statusCode"]
    assert {"type", "title", "detail", "instance"} <= document.keys()
    return str(document["type"]).removeprefix("urn:digits:problem:")


@contextmanager
def log_lines() -> Iterator[list[dict[str, Any]]]:
    stream, lines = io.StringIO(), list[dict[str, Any]]()
    handler: Any = logger.handlers[0]
    before = handler.setStream(stream)
    try:
        yield lines
    finally:
        handler.setStream(before)
        lines += map(json.loads, stream.getvalue().splitlines())


def test_answers_json_rows() -> None:
    answer = call(event("predict_json"))
    assert answer["statusCode"] == 200
    assert answer["headers"]["Content-Type"] == "application/json"
    assert answer["headers"]["Cache-Control"] == "no-store"
    document = json.loads(answer["body"])
    assert document["model"] == "abababababab"
    assert [p["digit"] for p in document["predictions"]] == [7]
    assert len(document["predictions"][0]["probabilities"]) == 10


def test_hands_the_pixels_of_a_picture_to_the_endpoint() -> None:
    endpoint = FakeEndpoint()
    assert call(event("predict_png"), endpoint)["statusCode"] == 200
    assert sum(map(int, endpoint.received[0].split(b","))) == 18454  # what this picture's pixels add up to


def test_shows_the_model() -> None:
    answer = call(event("get_model"))
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {**CARD.document, "model": "abababababab"}
    assert answer["headers"]["Cache-Control"] == "private, max-age=60"


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON", " application/json "])
def test_content_type_may_have_parameters_and_any_case(content_type: str) -> None:
    changes: dict[str, Any] = {"headers": {"CONTENT-type": content_type}, "multiValueHeaders": None}
    assert call(event("predict_json", **changes))["statusCode"] == 200


def test_headers_may_come_with_several_values_only() -> None:
    changes: dict[str, Any] = {"headers": None, "multiValueHeaders": {"Content-Type": ["application/json"]}}
    assert call(event("predict_json", **changes))["statusCode"] == 200


def test_json_may_come_as_base64() -> None:
    text = event("predict_json")["body"]
    encoded = base64.b64encode(text.encode()).decode()
    assert call(event("predict_json", body=encoded, isBase64Encoded=True))["statusCode"] == 200


@pytest.mark.parametrize(
    ("name", "changes", "status", "slug"),
    [
        ("predict_json", {"body": None}, 400, "malformed-request"),
        ("predict_json", {"body": ""}, 400, "malformed-request"),
        ("predict_json", {"body": "%%%", "isBase64Encoded": True}, 400, "malformed-request"),
        ("predict_json", {"body": "\ud800"}, 400, "malformed-request"),
        ("predict_json", {"body": "{"}, 400, "invalid-json"),
        ("predict_json", {"resource": "/nowhere"}, 404, "not-found"),
        ("predict_json", {"httpMethod": "GET"}, 405, "method-not-allowed"),
        ("get_model", {"httpMethod": "DELETE"}, 405, "method-not-allowed"),
        ("predict_json", {"body": " " * (BODY_BYTES_MAX + 1)}, 413, "body-too-large"),
        ("predict_json", {"headers": {}, "multiValueHeaders": {}}, 415, "unsupported-media-type"),
        ("predict_json", {"headers": {"content-type": "text/csv"}}, 415, "unsupported-media-type"),
        ("predict_png", {"headers": {"content-type": "image/jpeg"}}, 415, "content-type-mismatch"),
        ("predict_png", {"body": base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()}, 422, "unreadable-image"),
        ("predict_json", {"body": "[]"}, 422, "wrong-structure"),
        ("predict_json", {"body": '{"instances": []}'}, 422, "wrong-row-count"),
        ("predict_json", {"body": '{"instances": [[]]}'}, 422, "wrong-length"),
        ("predict_json", {"body": json.dumps({"instances": [[256] * PIXELS]})}, 422, "wrong-value"),
    ],
)
def test_tells_what_is_wrong_with_a_request(name: str, changes: dict[str, Any], status: int, slug: str) -> None:
    endpoint = FakeEndpoint()
    answer = call(event(name, **changes), endpoint)
    assert (answer["statusCode"], problem(answer)) == (status, slug)
    assert endpoint.received == []


def test_says_what_is_allowed_in_headers() -> None:
    assert call(event("predict_json", httpMethod="PUT"))["headers"]["Allow"] == "POST"
    accepted = call(event("predict_json", headers={"content-type": "text/csv"}))["headers"]["Accept"]
    assert accepted == "application/json, image/png, image/jpeg"


@pytest.mark.parametrize("kind", [p for p in PREDICTION_PROBLEMS if p.status >= 429], ids=lambda p: str(p.slug))
def test_tells_the_endpoints_problems_but_not_their_causes(kind: ProblemType) -> None:
    answer = call(event("predict_json"), FailingEndpoint(kind))
    assert (answer["statusCode"], problem(answer)) == (kind.status, kind.slug)
    assert "only for the log" not in answer["body"]
    wait = answer["headers"].get("Retry-After")
    if kind.retry_after_seconds is None:
        assert wait is None
    else:
        assert kind.retry_after_seconds <= int(wait) <= 2 * kind.retry_after_seconds


def test_callers_are_told_to_come_back_at_different_times() -> None:
    waits = set()
    for number in range(20):
        throttled = event("predict_json", requestContext={"requestId": f"request-{number}"})
        waits.add(call(throttled, FailingEndpoint(THROTTLED))["headers"]["Retry-After"])
    assert len(waits) > 1


def test_bad_output_of_the_model_is_a_bad_gateway() -> None:
    answer = call(event("predict_json"), CannedEndpoint("text/csv", b"7.0\n"))
    assert (answer["statusCode"], problem(answer)) == (502, "bad-model-output")


def test_anything_unexpected_is_answered_and_logged_with_the_request_id() -> None:
    def broken() -> Application:
        raise RuntimeError("a secret of the inside")

    with log_lines() as lines:
        answer = respond(event("predict_json"), None, broken, logger)
    assert (answer["statusCode"], problem(answer)) == (500, "internal-error")
    assert "secret" not in answer["body"]
    identity = json.loads(answer["body"])["instance"]
    assert all(line["correlation_id"] == identity for line in lines)
    assert "a secret of the inside" in lines[0]["exception"]


def test_logs_one_line_a_request_and_no_pixel() -> None:
    with log_lines() as lines:
        call(event("predict_json"))
    (line,) = lines
    assert line["correlation_id"] == "6f2c2f0e-2f6c-4d8e-9c39-2f1f0c1b7a11"
    facts = {"level": "INFO", "resource": "/predictions", "status": 200, "rows": 1, "model": "abababababab"}
    assert facts.items() <= line.items()
    assert line["duration_ms"] >= 0
    assert "instances" not in json.dumps(line)


def test_logs_the_cause_of_a_problem() -> None:
    with log_lines() as lines:
        call(event("predict_json"), FailingEndpoint(ENDPOINT_TIMEOUT))
    (line,) = lines
    assert (line["level"], line["problem"], line["cause"]) == ("ERROR", "endpoint-timeout", "a cause only for the log")


texts = st.text(max_size=20) | st.sampled_from(
    ["/predictions", "/model", "POST", "GET", "application/json", "image/png"]
)
values = st.none() | st.booleans() | st.integers() | texts | st.lists(texts, max_size=2)
headers = values | st.dictionaries(
    st.sampled_from(["content-type", "Content-Type", "X"]), values | st.just("image/jpeg")
)
members = {
    "httpMethod": values | st.just("POST"),
    "resource": values | st.just("/predictions"),
    "path": values,
    "headers": headers | st.just({"content-type": "application/json"}),
    "multiValueHeaders": headers,
    "body": values | st.just('{"instances": [[0]]}'),
    "isBase64Encoded": values,
    "requestContext": values | st.fixed_dictionaries({}, optional={"requestId": values}),
}
events = values | st.fixed_dictionaries({}, optional=members) | st.dictionaries(texts, values, max_size=3)


@given(events)
def test_any_event_gets_a_well_formed_answer(anything: object) -> None:
    answer = call(anything)
    assert answer.keys() == {"statusCode", "headers", "body", "isBase64Encoded"}
    assert 200 <= answer["statusCode"] < 600
    assert answer["statusCode"] != 500
    assert all(isinstance(value, str) for value in answer["headers"].values())
    answer["body"].encode("ascii")
    assert json.loads(answer["body"])
