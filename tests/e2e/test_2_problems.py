"""Bad input and a bad day of the endpoint, tried against the deployed API: each has its own problem document."""

from __future__ import annotations

import io
import json
import zlib
from typing import Any

import pytest
from PIL import Image

from tools.api_client import Answer, ApiClient

ROW = [0] * 784


def _json(document: Any) -> tuple[bytes, str]:
    return json.dumps(document).encode(), "application/json"


def _picture(size: tuple[int, int], file_format: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", size, 255).save(buffer, format=file_format, **options)
    return buffer.getvalue()


def _bomb() -> bytes:
    """A PNG file of 20,000 x 20,000 pixels, white, in less than a megabyte."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")

    header = (20_000).to_bytes(4, "big") * 2 + bytes([1, 0, 0, 0, 0])
    lines = zlib.compress(bytes(2501) * 20_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


BAD_REQUESTS: dict[str, tuple[tuple[bytes, str], int, str]] = {
    "not JSON": ((b'{"instances": [[', "application/json"), 400, "invalid-json"),
    "no body": ((b"", "application/json"), 400, "malformed-request"),
    "not a number": ((b'{"instances": [[NaN]]}', "application/json"), 400, "invalid-json"),
    "no instances": (_json({}), 422, "wrong-structure"),
    "another member": (_json({"instances": [ROW], "model": "x"}), 422, "wrong-structure"),
    "no rows": (_json({"instances": []}), 422, "wrong-row-count"),
    "too many rows": (_json({"instances": [[0]] * 1001}), 422, "wrong-row-count"),
    "783 values": (_json({"instances": [ROW[1:]]}), 422, "wrong-length"),
    "785 values": (_json({"instances": [[7, *ROW]]}), 422, "wrong-length"),
    "256": (_json({"instances": [[256, *ROW[1:]]]}), 422, "wrong-value"),
    "-1": (_json({"instances": [[-1, *ROW[1:]]]}), 422, "wrong-value"),
    "0.5": (_json({"instances": [[0.5, *ROW[1:]]]}), 422, "wrong-value"),
    "true": (_json({"instances": [[True, *ROW[1:]]]}), 422, "wrong-value"),
    "text": (_json({"instances": [["0", *ROW[1:]]]}), 422, "wrong-value"),
    "CSV": ((b"0,0,0", "text/csv"), 415, "unsupported-media-type"),
    "GIF": ((_picture((28, 28), "GIF"), "image/gif"), 415, "unsupported-media-type"),
    "JPEG called PNG": ((_picture((28, 28), "JPEG"), "image/png"), 415, "content-type-mismatch"),
    "half a PNG": ((_picture((280, 280))[:60], "image/png"), 422, "unreadable-image"),
    "not a picture": ((b"hello", "image/png"), 415, "content-type-mismatch"),
    "blank paper": ((_picture((280, 280)), "image/png"), 422, "blank-image"),
    "image bomb": ((_bomb(), "image/png"), 413, "too-many-pixels"),
    # Above the limit of the function, and in base64 still below the 6 MB that Lambda takes.
    "more than four megabytes": ((bytes(4 * 1024 * 1024 + 1), "image/png"), 413, "body-too-large"),
}


@pytest.mark.parametrize("name", BAD_REQUESTS)
def test_bad_input_is_named(api: ApiClient, name: str) -> None:
    (body, content_type), status, slug = BAD_REQUESTS[name]
    answer = api.request("POST", "/predictions", body=body, headers={"Content-Type": content_type})
    _assert_problem(answer, status, slug)


FAULTS: dict[str, tuple[list[str], int, str]] = {
    "throttled": (["throttle"], 429, "throttled"),
    "not ready": (["not-ready"], 503, "model-not-ready"),
    "unavailable": (["unavailable"], 503, "endpoint-unavailable"),
    "internal failure": (["internal"], 503, "endpoint-unavailable"),
    "model fails": (["model-error", "--status", "500"], 502, "model-failed"),
    "model rejects": (["model-error", "--status", "415"], 502, "model-rejected-input"),
    "answer is cut off": (["disconnect"], 503, "endpoint-unavailable"),
    "too slow": (["latency", "--seconds", "10"], 504, "endpoint-timeout"),
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.exhaustive] if name == "too slow" else []) for name in FAULTS]
)
def test_a_bad_day_of_the_endpoint_is_told(api: ApiClient, faults: Any, name: str) -> None:
    words, status, slug = FAULTS[name]
    faults("digits-local", *words)
    answer = api.predict([ROW])
    _assert_problem(answer, status, slug)
    assert ("retry-after" in answer.headers) == (status in {429, 503})
    assert b"fault injected" not in answer.body


def test_one_failure_of_the_service_is_tried_again(api: ApiClient, faults: Any) -> None:
    faults("digits-local", "unavailable", "--count", "1")
    assert api.predict([ROW]).status == 200


def _assert_problem(answer: Answer, status: int, slug: str) -> None:
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json"), answer.body
    problem = answer.json()
    assert problem["type"] == f"urn:digits:problem:{slug}"
    assert problem["status"] == status
    assert problem["detail"]
