"""The OpenAPI document: valid, current, its limits those of the code, its schemas those of the answers."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import OpenAPIV30SpecValidator

from contract.model_card import ModelCard
from contract.upload_layout import UPLOAD_BYTES_LIMIT
from gateway.http_app import respond
from gateway.problems import ProblemError
from http_api.examples import SEVEN_PNG
from http_api.openapi import PATH, render
from http_api.problem_table import FAILURE_REASONS, PREDICTION_PROBLEMS, UPLOAD_PROBLEMS
from prediction.application import Application
from prediction.handler import logger
from prediction.rows import parse_rows
from tests.support.fakes import FailingEndpoint, FakeEndpoint
from tests.support.upload_fakes import FakeJobs, FakeUploads
from uploads.application import Application as UploadApplication
from uploads.application import Limits

DOCUMENT: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
SCHEMAS = DOCUMENT["components"]["schemas"]
PREDICT = DOCUMENT["paths"]["/predictions"]["post"]
REQUEST_EXAMPLE = PREDICT["requestBody"]["content"]["application/json"]["example"]
CARD = ModelCard(
    document={"sha256": "ab" * 32, "features": 784, "classes": list(range(10))},
    sha256="ab" * 32,
)


def fits(value: object, schema: str) -> bool:
    return bool(
        OAS30Validator(
            {"$ref": f"#/components/schemas/{schema}", "components": DOCUMENT["components"]}, format_checker=None
        ).is_valid(value)
    )


def answer(method: str, resource: str, body: str = "", endpoint: Any = None) -> dict[str, Any]:
    event = {
        "httpMethod": method,
        "resource": resource,
        "headers": {"Content-Type": "application/json"},
        "body": body,
        "requestContext": {"requestId": "an-id"},
    }
    return respond(event, None, lambda: Application(card=CARD, endpoint=endpoint or FakeEndpoint()), logger)


def test_the_document_is_valid() -> None:
    OpenAPIV30SpecValidator(DOCUMENT).validate()


def test_the_document_is_current() -> None:
    assert PATH.read_text(encoding="utf-8") == render(), "write it again: cd lambda_src && python -m http_api.openapi"


def test_the_document_has_exactly_the_routes() -> None:
    documented = {path: {method.upper() for method in item} for path, item in DOCUMENT["paths"].items()}
    limits = Limits(bytes_max=1, url_seconds=1, answer_seconds=1, keep_seconds=1)
    uploads = UploadApplication(jobs=FakeJobs(), uploads=FakeUploads(), limits=limits)
    routes = {**Application(card=CARD, endpoint=FakeEndpoint()).routes, **uploads.routes}
    assert documented == {resource: set(methods) for resource, methods in routes.items()}


def test_every_problem_is_documented_with_its_status() -> None:
    documented = {
        (example["value"]["type"], int(status))
        for status, response in PREDICT["responses"].items()
        for content in response.get("content", {}).values()
        for example in content.get("examples", {}).values()
    }
    assert documented == {
        (problem.uri, problem.status) for problem in PREDICTION_PROBLEMS if problem.status not in {404, 405}
    }


def test_the_guide_for_callers_names_every_problem_with_its_status() -> None:
    text = (PATH.parents[2] / "docs/api.md").read_text(encoding="utf-8")
    for problem in (*PREDICTION_PROBLEMS, *UPLOAD_PROBLEMS):
        assert f"| `{problem.slug}` | {problem.status} |" in text
    for reason in FAILURE_REASONS:
        assert f"| `{reason.slug}` |" in text


def test_the_examples_are_real() -> None:
    assert fits(REQUEST_EXAMPLE, "PredictionRequest")
    (row,) = parse_rows(json.dumps(REQUEST_EXAMPLE).encode())
    encoded = base64.b64encode(SEVEN_PNG).decode()
    event: dict[str, Any] = {"httpMethod": "POST", "resource": "/predictions", "headers": {"content-type": "image/png"}}
    endpoint = FakeEndpoint()
    event |= {"body": encoded, "isBase64Encoded": True}
    respond(event, None, lambda: Application(card=CARD, endpoint=endpoint), logger)
    assert bytes(map(int, endpoint.received[0].split(b","))) == row
    assert fits(PREDICT["responses"]["200"]["content"]["application/json"]["example"], "PredictionResponse")


def test_answers_are_as_documented() -> None:
    predicted = json.loads(answer("POST", "/predictions", json.dumps(REQUEST_EXAMPLE))["body"])
    assert fits(predicted, "PredictionResponse")
    assert fits(json.loads(answer("GET", "/model")["body"]), "ModelCard")


@pytest.mark.parametrize("kind", PREDICTION_PROBLEMS, ids=lambda kind: str(kind.slug))
def test_problems_are_as_documented(kind: Any) -> None:
    failed = answer("POST", "/predictions", json.dumps(REQUEST_EXAMPLE), FailingEndpoint(kind))
    assert fits(json.loads(failed["body"]), "Problem")
    if kind.retry_after_seconds is not None:
        bounds = PREDICT["responses"][str(kind.status)]["headers"]["Retry-After"]["schema"]
        assert bounds["minimum"] <= int(failed["headers"]["Retry-After"]) <= bounds["maximum"]


@pytest.mark.parametrize("size", [0, 1, UPLOAD_BYTES_LIMIT, UPLOAD_BYTES_LIMIT + 1, 10**30, True, None, "1"])
def test_the_code_takes_the_sizes_of_uploads_that_the_schema_allows(size: Any) -> None:
    limits = Limits(bytes_max=UPLOAD_BYTES_LIMIT, url_seconds=1, answer_seconds=1, keep_seconds=1)
    asked = {"content_type": "image/png", "size_bytes": size}
    event: dict[str, Any] = {"httpMethod": "POST", "resource": "/uploads", "body": json.dumps(asked)}
    event |= {"headers": {"Content-Type": "application/json"}, "requestContext": {"identity": {"user": "anna"}}}
    uploads = UploadApplication(jobs=FakeJobs(), uploads=FakeUploads(), limits=limits)
    begun = respond(event, None, lambda: uploads, logger)
    assert (begun["statusCode"] == 201) == fits(asked, "UploadRequest")


INSTANCES = SCHEMAS["PredictionRequest"]["properties"]["instances"]
LENGTH = INSTANCES["items"]["maxItems"]
pixels = st.one_of(st.integers(-2, 257), st.sampled_from([0, 255, 0.5, True, None, "7"]))
rows = st.builds(
    lambda length, place, value: (
        [0] * min(place, length) + [value] * (length > place) + [0] * max(0, length - place - 1)
    ),
    st.sampled_from([LENGTH, LENGTH, LENGTH, LENGTH - 1, LENGTH + 1, 0]),
    st.integers(0, LENGTH - 1),
    pixels,
)
row_counts = st.sampled_from([0, 1, 2, INSTANCES["maxItems"], INSTANCES["maxItems"] + 1])
requests = st.one_of(
    st.builds(lambda row, count: {"instances": [row] * count}, rows, row_counts),
    st.builds(lambda row, name: {"instances": [row], name: 1}, rows, st.sampled_from(["instances2", "parameters"])),
    st.sampled_from([{}, [], None, {"instances": None}, {"instances": [7]}]),
)


@pytest.mark.slow
@given(requests)
def test_the_code_takes_exactly_what_the_schema_allows(request: Any) -> None:
    small = json.loads(json.dumps(request))
    try:
        parse_rows(json.dumps(small).encode())
        taken = True
    except ProblemError:
        taken = False
    assert taken == as_documented(small)


def as_documented(request: Any) -> bool:
    """Validate by the document; equal rows only once, because the validator in Python takes 10 ms a row."""
    instances = request.get("instances") if isinstance(request, dict) else None
    if not isinstance(instances, list) or len(instances) < 3:
        return fits(request, "PredictionRequest")
    within = INSTANCES["minItems"] <= len(instances) <= INSTANCES["maxItems"]
    return within and fits(request | {"instances": instances[:1]}, "PredictionRequest")


def test_the_schema_is_what_api_gateway_reads() -> None:
    words = {"type", "properties", "required", "additionalProperties", "items", "description"}
    words |= {"minItems", "maxItems", "minimum", "maximum"}

    def keywords(schema: dict[str, Any]) -> set[str]:
        below = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
        return set(schema).union(*map(keywords, below))

    assert keywords(SCHEMAS["PredictionRequest"]) <= words
