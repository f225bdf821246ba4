"""Asking the deployed model, through the API and through the endpoint: against a server that answers as they do."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import numpy as np
import pytest

from contract.calibration import Calibration
from contract.canonical import canonical
from tests.support.training_platforms import platform_document
from training.aws.predictions import Prediction, ask
from training.common.errors import PredictionError, PublicationError

pytestmark = pytest.mark.slow

IMAGES = np.zeros((2, 784), dtype=np.uint8)
ADDRESS = {"schema": "digits.api/1", "id": "abc123", "stage": "v1", "url": "https://abc123.example.com/v1/"}
SURE_OF_3 = [0.01] * 3 + [0.91] + [0.01] * 6
SURE_OF_7 = [0.01] * 7 + [0.91] + [0.01] * 2


@dataclass
class Platform:
    """What SSM, the API and SageMaker answer, and what they were asked."""

    parameters: dict[str, str] = field(
        default_factory=lambda: {
            "/digits/local/api": json.dumps(ADDRESS),
            "/digits/local/training": json.dumps(platform_document()),
        }
    )
    status: int = 200
    answer: Any = None
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    made = Platform()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            if self.path == "/":
                self.parameter(json.loads(body)["Name"])
            else:
                self.say(made.status, made.answer)

        def parameter(self, name: str) -> None:
            if name in made.parameters:
                self.say(200, {"Parameter": {"Name": name, "Value": made.parameters[name]}})
            else:
                self.say(400, {"__type": "ParameterNotFound"})

        def say(self, status: int, document: Any) -> None:
            content = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": "/dev/null",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("DIGITS_ASK_THROUGH", raising=False)
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_api_is_asked_with_a_signature(platform: Platform) -> None:
    platform.answer = {"predictions": [{"digit": 3, "probabilities": SURE_OF_3}, {"probabilities": SURE_OF_7}]}
    found = ask(IMAGES, environment="local")
    assert [prediction.digit for prediction in found] == [3, 7]
    assert found[0] == Prediction(digit=3, probabilities=tuple(SURE_OF_3))
    path, headers, body = platform.requests[-1]
    assert path == "/_aws/execute-api/abc123/v1/predictions"
    assert "/us-east-1/execute-api/aws4_request" in headers["authorization"]
    assert json.loads(body) == {"instances": [[0] * 784] * 2}


def test_the_endpoint_is_asked_where_that_is_the_way(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGITS_ASK_THROUGH", "endpoint")
    platform.answer = {"predictions": [{"score": SURE_OF_7}, {"score": SURE_OF_3}]}
    assert [prediction.digit for prediction in ask(IMAGES, environment="local")] == [7, 3]
    path, headers, body = platform.requests[-1]
    assert path == "/endpoints/digits-local/invocations"
    assert (headers["content-type"], headers["accept"]) == ("text/csv", "application/json")
    assert body == (",".join(["0"] * 784) + "\n").encode() * 2


def test_the_endpoint_is_given_the_form_that_its_model_knows(platform: Platform) -> None:
    images = np.zeros((2, 784), dtype=np.uint8)
    images.reshape(2, 28, 28)[:, 3:9, 4:6] = 200
    platform.answer = {"predictions": [{"score": SURE_OF_7}, {"score": SURE_OF_3}]}
    for version in (0, 1):
        platform.parameters["/digits/local/training"] = json.dumps(platform_document(canonical_form=version))
        ask(images, environment="local", through="endpoint")
        rows = [[int(cell) for cell in line.split(b",")] for line in platform.requests[-1][2].splitlines()]
        assert rows == canonical(images, version).tolist()


def test_the_endpoint_s_probabilities_are_read_as_the_api_reads_them(platform: Platform) -> None:
    calibration = {"temperature": 2.0, "unsure_below": 0.5}
    platform.parameters["/digits/local/training"] = json.dumps(platform_document(calibration=calibration))
    platform.answer = {"predictions": [{"score": SURE_OF_7}, {"score": SURE_OF_3}]}
    found = ask(IMAGES, environment="local", through="endpoint")
    assert found[0] == Prediction(digit=7, probabilities=Calibration(**calibration).honest(SURE_OF_7))
    assert found[0].probabilities[7] < 0.6


PROBLEMS = {
    "problem": (400, {"title": "Bad request", "detail": "row 1 is too short"}, "returned 400 (row 1 is too short)"),
    "denied": (403, {"message": "not allowed"}, "returned 403 (not allowed); these credentials may not call it"),
    "no-json": (502, b"<html>", "returned 502 (<html>)"),
    "nonsense": (200, {"answers": []}, "no predictions"),
    "too-few": (200, {"predictions": []}, "2 images were sent and 0 predictions came back"),
    "too-short": (200, {"predictions": [{"probabilities": [1.0]}] * 2}, "1 probabilities, expected 10"),
}


@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.slow
def test_what_goes_wrong_at_the_api_is_a_sentence(platform: Platform, name: str) -> None:
    platform.status, platform.answer, sentence = PROBLEMS[name]
    with pytest.raises(PredictionError) as caught:
        ask(IMAGES, environment="local")
    assert sentence in str(caught.value)


def test_an_endpoint_that_makes_no_sense_is_a_sentence(platform: Platform) -> None:
    platform.answer = b"7.0\n2.0\n"
    with pytest.raises(PredictionError, match="the endpoint returned"):
        ask(IMAGES, environment="local", through="endpoint")


@pytest.mark.parametrize(
    "text", ["{}", "no json", '{"schema": "digits.api/2"}', "[]"], ids=["empty", "no", "2", "list"]
)
@pytest.mark.slow
def test_an_address_that_makes_no_sense_is_a_sentence(platform: Platform, text: str) -> None:
    platform.parameters["/digits/local/api"] = text
    with pytest.raises(PredictionError, match=r"expected the schema digits.api/1; deploy the stack digits-local-api"):
        ask(IMAGES, environment="local")


def test_an_environment_without_an_api_says_what_to_deploy(platform: Platform) -> None:
    with pytest.raises(PublicationError, match="deploy the stack digits-dev-api first"):
        ask(IMAGES, environment="dev")


def test_an_unknown_way_is_named(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGITS_ASK_THROUGH", "pigeon")
    with pytest.raises(PredictionError, match="DIGITS_ASK_THROUGH is 'pigeon', allowed are api, endpoint"):
        ask(IMAGES, environment="local")


@pytest.mark.parametrize("shape", [(784,), (0, 784), (1001, 784), (1, 783)], ids=str)
def test_images_of_another_shape_are_refused(platform: Platform, shape: tuple[int, ...]) -> None:
    with pytest.raises(PredictionError, match="the images have the shape"):
        ask(np.zeros(shape, dtype=np.uint8), environment="local")
    assert platform.requests == []


def test_no_way_there_is_a_sentence(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    platform.parameters["/digits/local/api"] = json.dumps({**ADDRESS, "url": "http://127.0.0.1:9/v1"})
    monkeypatch.setenv("AWS_ENDPOINT_URL_SSM", os.environ["AWS_ENDPOINT_URL"])
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    with pytest.raises(PredictionError, match=r"cannot be reached .* DIGITS_ASK_THROUGH"):
        ask(IMAGES, environment="local")
