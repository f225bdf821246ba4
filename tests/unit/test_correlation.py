"""One id from the browser to the endpoint: every line that is logged about an upload bears it, whatever goes wrong."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.idempotency import BasePersistenceLayer
from aws_lambda_powertools.utilities.idempotency.exceptions import IdempotencyItemAlreadyExistsError
from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import DataRecord
from botocore.session import Session

from prediction.classify import EndpointAnswer
from prediction.limits import FEATURES
from prediction.metrics import FunctionMetrics
from prediction.problems import ENDPOINT_UNAVAILABLE, ProblemError
from prediction.responding import respond
from prediction.settings import ModelCard
from prediction.settings import Settings as EndpointSettings
from tests.fakes import FakeEndpoint
from tests.upload_fakes import FakeAnnouncer, FakeJobs, FakeUploads
from upload_worker import handler as worker_handler
from upload_worker.announcer import AppSyncAnnouncer
from upload_worker.messages import MessageError, Upload
from upload_worker.retries import RetryQueue
from upload_worker.settings import Settings
from upload_worker.sheet import DigitImage, Sheet
from upload_worker.worker import Picture, Worker
from uploads.application import Application, Limits
from uploads.handler import logger as upload_logger
from uploads.jobs import Job

WISH = "6f1c-from-the-browser"


class AnyPicture:
    """A bucket in which every key is an empty file; implements `upload_worker.worker.Pictures`."""

    def fetch(self, _: Upload) -> Picture:
        """Get one."""
        return Picture(body=b"", content_type="image/png")


@dataclass
class AttentiveEndpoint:
    """An endpoint that keeps the ids it is asked with, and fails as often as it is told to."""

    failures: int = 0
    asked_with: list[str] = field(default_factory=list)

    def invoke(self, csv: bytes, *, correlation_id: str = "") -> EndpointAnswer:
        """Answer, or fail."""
        self.asked_with.append(correlation_id)
        if len(self.asked_with) <= self.failures:
            raise ProblemError(ENDPOINT_UNAVAILABLE, "not now", cause="a fault")
        return FakeEndpoint().invoke(csv)


class MemoryLayer(BasePersistenceLayer):
    """What was handled, in memory instead of DynamoDB."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.records: dict[str, DataRecord] = {}

    def _get_record(self, idempotency_key: str) -> DataRecord:
        return self.records[idempotency_key]

    def _put_record(self, data_record: DataRecord) -> None:
        if data_record.idempotency_key in self.records:
            raise IdempotencyItemAlreadyExistsError
        self.records[data_record.idempotency_key] = data_record

    def _update_record(self, data_record: DataRecord) -> None:
        self.records[data_record.idempotency_key] = data_record

    def _delete_record(self, data_record: DataRecord) -> None:
        del self.records[data_record.idempotency_key]


class SmallSqs:
    """Takes every wish about a message."""

    def change_message_visibility(self, **_: object) -> None:
        """Do nothing."""


class Context:
    """Lambda's context of a function with time."""

    def get_remaining_time_in_millis(self) -> int:
        """Say how much."""
        return 60_000


def surroundings(jobs: FakeJobs, endpoint: AttentiveEndpoint) -> worker_handler.Surroundings:
    """A worker among fakes."""
    card = ModelCard(document={}, sha256="ab" * 32)
    settings = Settings(
        endpoint=EndpointSettings(
            endpoint_name="e", model_card=card, connect_timeout_seconds=1, read_timeout_seconds=1, total_attempts=1
        ),
        jobs_table="jobs",
        idempotency_table="handled",
        queue_url="https://queue.example",
        events_host="events.example",
        endpoint_url=None,
        bytes_max=1,
        picture_seconds=1,
        pause_seconds=1,
        remember_seconds=60,
    )
    digit = DigitImage(pixels=bytes([7] + [0] * (FEATURES - 1)), box=(0, 0, 1, 1))
    worker = Worker(
        jobs=jobs,
        pictures=AnyPicture(),
        endpoint=endpoint,
        announcer=FakeAnnouncer(),
        model="abababababab",
        read=lambda _body, _type: Sheet(width=1, height=1, digits=(digit,)),
        begun=worker_handler.begun,
    )
    return worker_handler.Surroundings(
        settings=settings,
        worker=worker,
        announcer=AppSyncAnnouncer(Session(), "events.example"),
        queue=RetryQueue(SmallSqs(), "https://queue.example"),  # type: ignore[arg-type]
        handled=MemoryLayer(),
        metrics=FunctionMetrics(service="upload_worker", environment="dev"),
    )


def message(key: str | None) -> SQSRecord:
    """What the queue delivers about a key; None for something that is no event of S3."""
    told = {"Records": [{"s3": {"bucket": {"name": "bucket"}, "object": {"key": key, "versionId": "1"}}}]}
    return SQSRecord(
        {
            "messageId": "message-1",
            "receiptHandle": "handle",
            "body": json.dumps(told) if key else "junk",
            "attributes": {"ApproximateReceiveCount": "1"},
        }
    )


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


def work(record: SQSRecord, around: worker_handler.Surroundings) -> list[dict[str, Any]]:
    """Let the worker handle one message; what was logged."""
    with lines_of(worker_handler.logger) as lines, suppress(ProblemError, MessageError):
        worker_handler.handle_message(record, around=around, context=Context())
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
