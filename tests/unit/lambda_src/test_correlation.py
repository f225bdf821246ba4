"""One id from the browser to the endpoint: every line that is logged about an upload bears it, whatever goes wrong."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from gateway.http_app import respond
from gateway.problems import ProblemError
from tests.support.upload_fakes import FakeJobs, FakeUploads
from tests.support.worker_dependencies import Context, RecordingEndpoint, message, worker_dependencies
from upload_jobs.jobs import Job
from upload_worker.handler import Dependencies, handle_message
from upload_worker.messages import MessageError
from upload_worker.reporting import logger as worker_logger
from uploads.application import Application, Limits
from uploads.handler import logger as upload_logger

ACTION = "6f1c-from-the-browser"


@contextmanager
def lines_of(logger: Any) -> Iterator[list[dict[str, Any]]]:
    """What a logger writes meanwhile."""
    stream, lines = io.StringIO(), list[dict[str, Any]]()
    handler = logger.handlers[0]
    before = handler.setStream(stream)
    try:
        yield lines
    finally:
        handler.setStream(before)
        lines += map(json.loads, stream.getvalue().splitlines())


def begin(jobs: FakeJobs, action: str) -> tuple[Job, list[dict[str, Any]]]:
    """Request an upload as a browser does; the job, and what was logged."""
    limits = Limits(bytes_max=1000, url_seconds=60, answer_seconds=600, keep_seconds=3600)
    event = {
        "httpMethod": "POST",
        "resource": "/uploads",
        "headers": {"Content-Type": "application/json", "X-Correlation-Id": action},
        "body": json.dumps({"content_type": "image/png", "size_bytes": 10}),
        "requestContext": {"requestId": "request-1", "authorizer": {"claims": {"sub": "somebody"}}},
    }
    with lines_of(upload_logger) as lines:
        answer = respond(
            event, None, lambda: Application(jobs=jobs, uploads=FakeUploads(), limits=limits), upload_logger
        )
    assert answer["headers"]["X-Correlation-Id"] == action
    return jobs.jobs[json.loads(answer["body"])["job_id"]], lines


def work(record: SQSRecord, dependencies: Dependencies) -> list[dict[str, Any]]:
    """Let the worker handle one message; what was logged."""
    with lines_of(worker_logger) as lines, suppress(ProblemError, MessageError):
        handle_message(record, dependencies=dependencies, context=Context())
    return lines


def records(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]


def test_one_id_goes_from_the_browser_to_the_endpoint(capsys: pytest.CaptureFixture[str]) -> None:
    jobs, endpoint = FakeJobs(), RecordingEndpoint(failures=1)
    dependencies = worker_dependencies(jobs, endpoint)
    job, asked = begin(jobs, ACTION)
    first, second = work(message(job.key), dependencies), work(message(job.key), dependencies)
    assert [line["message"] for line in [*asked, *first, *second]] == ["request", "upload failed", "upload"]
    assert {line["correlation_id"] for line in [*asked, *first, *second]} == {ACTION}
    assert {line["job_id"] for line in [*asked, *first, *second]} == {job.job_id}
    assert endpoint.called_with == [ACTION, ACTION]
    measured = records(capsys)
    assert {record["correlation_id"] for record in measured} == {ACTION}
    assert [record.get("Retries", record.get("UploadsDone")) for record in measured] == [[1], [1]]
    assert [record.get("problem") for record in measured] == ["endpoint-unavailable", None]


def test_lines_about_one_upload_never_bear_the_id_of_another() -> None:
    jobs, endpoint = FakeJobs(), RecordingEndpoint()
    dependencies = worker_dependencies(jobs, endpoint)
    job, _ = begin(jobs, ACTION)
    work(message(job.key), dependencies)
    (unknown,) = work(message("uploads/somebody/nobody-asked"), dependencies)
    assert (unknown["handled"], unknown["correlation_id"]) == ("UNKNOWN", "nobody-asked")
    (broken,) = work(message(None), dependencies)
    assert (broken["message"], broken["correlation_id"]) == ("message", "message-1")
    other, _ = begin(jobs, "another-action")
    assert [line["correlation_id"] for line in work(message(other.key), dependencies)] == ["another-action"]
