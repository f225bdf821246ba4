"""The adapter against botocore's own model of the SageMaker runtime: what we send, what we take, and every error.

botocore's Stubber checks requests and answers against the service's shapes. Connection faults are real, on loopback.
"""

from __future__ import annotations

import io
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from contract.calibration import Calibration
from contract.digit import PIXELS
from contract.model_card import ModelCard
from digit_model.classify import Endpoint, EndpointOutput, classify
from digit_model.problems import BY_SERVICE_ERROR
from digit_model.sagemaker_endpoint import SageMakerEndpoint, runtime_config
from digit_model.settings import EndpointSettings
from gateway.problems import ProblemError
from tests.support.fakes import FakeEndpoint, sure_of

if TYPE_CHECKING:
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient

SETTINGS = EndpointSettings(
    endpoint_name="digits-local",
    model_card=ModelCard(document={}, sha256="0" * 64),
    connect_timeout_seconds=0.5,
    read_timeout_seconds=0.3,
    total_attempts=1,
)
CSV = b"7" + b",0" * (PIXELS - 1)
EXPECTED = {"EndpointName": "digits-local", "ContentType": "text/csv", "Accept": "application/json", "Body": CSV}


def client(url: str | None = None, settings: EndpointSettings = SETTINGS) -> SageMakerRuntimeClient:
    return boto3.client(
        "sagemaker-runtime",
        region_name="us-east-1",
        aws_access_key_id="none",
        aws_secret_access_key="none",
        endpoint_url=url,
        config=runtime_config(settings),
    )


def answer_of(text: str) -> dict[str, Any]:
    body = text.encode()
    return {"Body": StreamingBody(io.BytesIO(body), len(body)), "ContentType": "application/json"}


@contextmanager
def stubbed() -> Iterator[tuple[SageMakerEndpoint, Stubber]]:
    runtime = client()
    with Stubber(runtime) as stubber:
        yield SageMakerEndpoint(runtime, "digits-local"), stubber


def problem_of(endpoint: Endpoint) -> ProblemError:
    with pytest.raises(ProblemError) as caught:
        endpoint.invoke(CSV)
    return caught.value


def real_endpoint() -> Iterator[Endpoint]:
    with stubbed() as (endpoint, stubber):
        text = json.dumps({"predictions": [{"score": sure_of(7)}]})
        stubber.add_response("invoke_endpoint", answer_of(text), EXPECTED)
        yield endpoint


def fake_endpoint() -> Iterator[Endpoint]:
    yield FakeEndpoint()


@pytest.mark.parametrize("make", [real_endpoint, fake_endpoint])
def test_the_real_endpoint_and_the_fake_keep_the_same_contract(make: Any) -> None:
    for endpoint in make():
        (prediction,) = classify(
            [bytes([7] + [0] * (PIXELS - 1))], endpoint, canonical_form=0, calibration=Calibration()
        )
        assert (prediction.digit, prediction.probabilities) == (7, tuple(sure_of(7)))


def test_gives_the_type_and_the_bytes_of_the_answer() -> None:
    with stubbed() as (endpoint, stubber):
        stubber.add_response("invoke_endpoint", answer_of("{}"), EXPECTED)
        assert endpoint.invoke(CSV) == EndpointOutput(content_type="application/json", body=b"{}")


@pytest.mark.parametrize(
    ("code", "status", "message", "slug", "answered"),
    [
        ("ValidationError", 400, "1 validation error detected", "internal-error", 500),
        ("ValidationError", 400, "Endpoint digits-local of account 123456789012 not found.", "endpoint-not-found", 503),
        ("ThrottlingException", 400, "Rate exceeded", "throttled", 429),
        ("ModelNotReadyException", 429, "not ready", "model-not-ready", 503),
        ("ServiceUnavailable", 503, "", "endpoint-unavailable", 503),
        ("InternalFailure", 500, "", "endpoint-unavailable", 503),
        ("InternalDependencyException", 530, "", "endpoint-unavailable", 503),
        ("AccessDeniedException", 403, "not authorized", "internal-error", 500),
        ("SomethingNew", 418, "", "internal-error", 500),
    ],
)
def test_every_error_of_the_service_is_a_problem(
    code: str, status: int, message: str, slug: str, answered: int
) -> None:
    with stubbed() as (endpoint, stubber):
        stubber.add_client_error("invoke_endpoint", code, message, status, expected_params=EXPECTED)
        error = problem_of(endpoint)
    assert (error.problem.slug, error.problem.status) == (slug, answered)
    assert error.cause == f"{code}: {message}"


@pytest.mark.parametrize(
    ("original", "slug"),
    [(400, "model-rejected-input"), (415, "model-rejected-input"), (500, "model-failed"), (None, "model-failed")],
)
def test_the_models_own_errors_are_told_apart_and_not_passed_on(original: int | None, slug: str) -> None:
    fields = {} if original is None else {"OriginalStatusCode": original, "OriginalMessage": "stack trace " * 100}
    with stubbed() as (endpoint, stubber):
        stubber.add_client_error("invoke_endpoint", "ModelError", "Received error", 424, modeled_fields=fields)
        error = problem_of(endpoint)
    assert (error.problem.slug, error.problem.status) == (slug, 502)
    assert "stack trace" not in error.detail
    assert error.cause is not None
    assert len(error.cause) <= 500
    assert ("stack trace" in error.cause) == bool(fields)


def test_every_error_in_the_services_model_has_a_row_in_the_table() -> None:
    shapes = client().meta.service_model.operation_model("InvokeEndpoint").error_shapes
    assert {shape.name for shape in shapes} <= BY_SERVICE_ERROR.keys()


def test_the_time_budget_reaches_the_sdk() -> None:
    config: Any = client().meta.config
    assert (config.connect_timeout, config.read_timeout, config.tcp_keepalive) == (0.5, 0.3, True)
    assert config.retries == {"mode": "standard", "total_max_attempts": 1}


@contextmanager
def server(*, hang_up: bool) -> Iterator[str]:
    """Listen on loopback and never answer: either keep the connection open or close it at once."""
    kept = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def take() -> None:
            connection, _ = listening.accept()
            connection.recv(1)
            kept.append(connection)
            if hang_up:
                connection.close()

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join()
    for connection in kept:
        connection.close()


@pytest.mark.parametrize(
    ("hang_up", "slug", "status"), [(False, "endpoint-timeout", 504), (True, "endpoint-unavailable", 503)]
)
def test_silence_is_a_timeout_and_a_broken_connection_is_not(hang_up: bool, slug: str, status: int) -> None:
    # Whoever hangs up does so in time on any machine.
    settings = replace(SETTINGS, read_timeout_seconds=25 if hang_up else 0.3)
    with server(hang_up=hang_up) as url:
        error = problem_of(SageMakerEndpoint(client(url, settings), "digits-local"))
    assert (error.problem.slug, error.problem.status) == (slug, status)


def test_a_refused_connection_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    assert problem_of(SageMakerEndpoint(client(url), "digits-local")).problem.slug == "endpoint-unavailable"
