"""JSON that is nested without end, or none, is refused wherever the emulator reads what others wrote."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from sagemaker_local.appsync import events
from sagemaker_local.faults import answers
from sagemaker_local.json_text import read_json
from sagemaker_local.ministack import embedded_metrics, queue_mapping
from sagemaker_local.sagemaker.errors import ServiceError
from sagemaker_local.sagemaker.http_api import HttpApi
from sagemaker_local.sagemaker.jobs import channels
from sagemaker_local.sagemaker.jobs.records import JobFailed
from sagemaker_local.sagemaker.model_registry import model_card

ARRAYS, OBJECTS = "[" * 100_000, '{"_aws":' * 100_000
SENSELESS = [ARRAYS, OBJECTS, '{"a": NaN}', "[-Infinity]", "{", "", "\ud800", "9" * 5_000]


@pytest.mark.parametrize("text", SENSELESS)
def test_what_is_no_json_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_json(text)
    with pytest.raises(ValueError, match=r"."):
        read_json(text.encode("utf-8", "surrogatepass"))


def test_what_is_json_is_read() -> None:
    assert read_json(b'{"a": [1, 2.5, "\xc3\xa4", null, true]}') == {"a": [1, 2.5, "ä", None, True]}


@pytest.mark.parametrize("text", [ARRAYS, OBJECTS])
@pytest.mark.parametrize(
    ("read", "refusal"),
    [
        (lambda text: channels.manifest_urls(text.encode(), "s3://b/k"), JobFailed),
        (lambda text: model_card.check({"ModelCardContent": text}), ServiceError),
        (lambda text: events.parse([text]), ValueError),
    ],
)
def test_it_is_refused_in_words(read: Callable[[str], object], refusal: type[Exception], text: str) -> None:
    with pytest.raises(refusal):
        read(text)


@pytest.mark.parametrize("text", [ARRAYS, OBJECTS])
def test_it_means_nothing_where_nobody_can_be_told(text: str) -> None:
    rules = queue_mapping.Rules(reports_failures=True)
    assert queue_mapping.done({"a"}, rules, text) == set()
    assert embedded_metrics.found_in(text) == []
    assert answers.published(text.encode())[0] == 200


@pytest.mark.parametrize("body", [ARRAYS, OBJECTS, '{"MaxResults": NaN}'])
def test_a_request_that_is_none_is_no_failure_of_the_emulator(body: str) -> None:
    api = HttpApi(cast("Any", SimpleNamespace(call=None)), cast("Any", None), lambda: cast("Any", None))
    asked = api.handle_request("POST", "/", {"x-amz-target": "SageMaker.ListModels"}, body.encode(), {})
    status, headers, _ = asyncio.run(cast("Any", asked))
    assert (status, headers["x-amzn-ErrorType"]) == (400, "SerializationException")
