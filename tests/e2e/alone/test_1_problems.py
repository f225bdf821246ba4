"""A bad day of the endpoint, tried against the deployed API: each fault has its own problem document."""

from __future__ import annotations

from typing import Any

import pytest

from tools.api_client import Answer, ApiClient

ROW = [0] * 784


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


SAMPLED = ("throttled", "unavailable", "model fails", "answer is cut off")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in SAMPLED else [pytest.mark.exhaustive]) for name in FAULTS]
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
