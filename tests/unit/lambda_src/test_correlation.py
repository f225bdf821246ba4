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
from tests.support.worker_surroundings import AttentiveEndpoint, Context, message, surroundings
from upload_jobs.jobs import Job
from upload_worker.handler import Surroundings, handle_message
from upload_worker.messages import MessageError
from upload_worker.reporting import logger as worker_logger
from uploads.application import Application, Limits
from uploads.handler import logger as upload_logger

WISH = "6f1c-from-the-browser"


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


def begin(jobs: FakeJobs, wish: str) -> tuple[Job, list[dict[str, Any]]]:
    """Ask for an upload as a browser does; the job, and what was logged."""
    limits = Limits(bytes_max=1000, url_seconds=60, answer_seconds=600, keep_seconds=3600)
    event = {
        "httpMethod": "POST",
        "resource": "/uploads",
        "headers": {"Content-Type": "application/json", "X-Correlation-Id": wish},
        "body": json.dumps({"content_type": "image/png", "size_bytes": 10}),
        "requestContext": {"requestId": "request-1", "authorizer": {"claims": {"sub": "somebody"}}},
    }
    with lines_of(upload_logger) as lines:
        answer = respond(
            event, None, lambda: Application(jobs=jobs, uploads=FakeUploads(), limits=limits), upload_logger
        )
    assert answer["headers"]["X-Correlation-Id"] == wish
    return jobs.jobs[json.loads(answer["body"])["job_id"]], lines


def work(record: SQSRecord, around: Surroundings) -> list[dict[str, Any]]:
    """Let the worker handle one message; what was logged."""
    with lines_of(worker_logger) as lines, suppress(ProblemError, MessageError):
        handle_message(record, around=around, context=Context())
    return lines


def records(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]


def test_one_id_goes_from_the_browser_to_the_endpoint(capsys: pytest.CaptureFixture[str]) -> None:
    jobs, endpoint = FakeJobs(), AttentiveEndpoint(failures=1)
    around = surroundings(jobs, endpoint)
    job, asked = begin(jobs, WISH)
    first, second = work(message(job.key), around), work(message(job.key), around)
    assert [line["message"] for line in [*asked, *first, *second]] == ["request", "upload failed", "upload"]
    assert {line["correlation_id"] for line in [*asked, *first, *second]} == {WISH}
    assert {line["job_id"] for line in [*asked, *first, *second]} == {job.job_id}
    assert endpoint.asked_with == [WISH, WISH]
    measured = records(capsys)
    assert {record["correlation_id"] for record in measured} == {WISH}
    assert [record.get("Retries", record.get("UploadsDone")) for record in measured] == [[1], [1]]
    assert [record.get("problem") for record in measured] == ["endpoint-unavailable", None]


def test_lines_about_one_upload_never_bear_the_id_of_another() -> None:
    jobs, endpoint = FakeJobs(), AttentiveEndpoint()
    around = surroundings(jobs, endpoint)
    job, _ = begin(jobs, WISH)
    work(message(job.key), around)
    (unknown,) = work(message("uploads/somebody/nobody-asked"), around)
    assert (unknown["handled"], unknown["correlation_id"]) == ("UNKNOWN", "nobody-asked")
    (broken,) = work(message(None), around)
    assert (broken["message"], broken["correlation_id"]) == ("message", "message-1")
    other, _ = begin(jobs, "another-wish")
    assert [line["correlation_id"] for line in work(message(other.key), around)] == ["another-wish"]
