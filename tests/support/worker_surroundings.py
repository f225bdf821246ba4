"""The worker's handler among fakes: any picture is a 7, the queue notes for how long messages are put away."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.idempotency import BasePersistenceLayer
from aws_lambda_powertools.utilities.idempotency.exceptions import IdempotencyItemAlreadyExistsError
from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import DataRecord
from botocore.session import Session

from contract.digit import PIXELS
from contract.model_card import ModelCard
from digit_model.classify import EndpointAnswer
from digit_model.settings import Settings as EndpointSettings
from gateway.metrics import FunctionMetrics
from gateway.problems import ENDPOINT_UNAVAILABLE, ProblemError
from tests.support.fakes import FakeEndpoint
from tests.support.upload_fakes import NOW, FakeAnnouncer, FakeJobs
from upload_worker.announcer import AppSyncAnnouncer
from upload_worker.handler import Surroundings
from upload_worker.messages import Upload
from upload_worker.reporting import Teller, begun
from upload_worker.retries import RetryQueue
from upload_worker.settings import Settings
from upload_worker.worker import Picture, Worker
from vision.sheet import DigitImage, Sheet

PICTURE_SECONDS = 10


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


@dataclass
class PausingSqs:
    """Notes for how many seconds each message is put away, by its handle."""

    paused: dict[str, int] = field(default_factory=dict)

    def change_message_visibility(self, **asked: Any) -> None:
        """Note it."""
        self.paused[asked["ReceiptHandle"]] = asked["VisibilityTimeout"]


@dataclass(frozen=True, kw_only=True)
class Context:
    """Lambda's context of a function with so much time left."""

    milliseconds: int = 60_000

    def get_remaining_time_in_millis(self) -> int:
        """Say how much."""
        return self.milliseconds


def surroundings(
    jobs: FakeJobs, endpoint: AttentiveEndpoint | None = None, *, sqs: PausingSqs | None = None
) -> Surroundings:
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
        picture_seconds=PICTURE_SECONDS,
        reading_seconds=6,
        pause_seconds=1,
        remember_seconds=60,
    )
    digit = DigitImage(pixels=bytes([7] + [0] * (PIXELS - 1)), box=(0, 0, 1, 1))
    worker = Worker(
        jobs=jobs,
        pictures=AnyPicture(),
        endpoint=endpoint or AttentiveEndpoint(),
        announcer=FakeAnnouncer(),
        model="abababababab",
        read=lambda _body, _type: Sheet(width=1, height=1, digits=(digit,)),
        begun=begun,
        now=lambda: NOW,
    )
    return Surroundings(
        settings=settings,
        worker=worker,
        announcer=AppSyncAnnouncer(Session(), "events.example"),
        queue=RetryQueue(sqs or PausingSqs(), "https://queue.example"),  # type: ignore[arg-type]
        handled=MemoryLayer(),
        teller=Teller(metrics=FunctionMetrics(service="upload_worker", environment="dev")),
    )


def raw_message(key: str | None, number: int = 1) -> dict[str, Any]:
    """What the queue delivers about a key; None for something that is no event of S3."""
    told = {"Records": [{"s3": {"bucket": {"name": "bucket"}, "object": {"key": key, "versionId": "1"}}}]}
    return {
        "messageId": f"message-{number}",
        "receiptHandle": f"handle-{number}",
        "body": json.dumps(told) if key else "junk",
        "attributes": {"ApproximateReceiveCount": "1"},
    }


def message(key: str | None) -> SQSRecord:
    """The same, as a handler of one message gets it."""
    return SQSRecord(raw_message(key))
