"""The worker's handler with fakes: every picture is a 7, the queue records the delay of each message."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from contract.calibration import Calibration
from contract.digit import PIXELS
from contract.model_card import ModelCard
from digit_model.classify import EndpointOutput
from digit_model.problems import ENDPOINT_UNAVAILABLE
from digit_model.settings import EndpointSettings
from gateway.metrics import FunctionMetrics
from gateway.problems import ProblemError
from tests.support.fakes import FakeEndpoint
from tests.support.upload_fakes import NOW, FakeAnnouncer, FakeJobs
from upload_worker.handler import Dependencies
from upload_worker.messages import Upload
from upload_worker.reporting import Reporter
from upload_worker.retries import RetryQueue
from upload_worker.settings import Settings
from upload_worker.worker import Announcer, Picture, Worker
from vision.reading import Predict
from vision.sheet import DigitImage, Sheet

PICTURE_SECONDS = 10


class AnyPicture:
    """A bucket in which every key is an empty file; implements `upload_worker.worker.Pictures`."""

    def fetch(self, _: Upload) -> Picture:
        """Fetch one."""
        return Picture(body=b"", content_type="image/png")


@dataclass
class RecordingEndpoint:
    """An endpoint that records the ids it is called with, and fails a number of times first."""

    failures: int = 0
    called_with: list[str] = field(default_factory=list)

    def invoke(self, csv: bytes, *, correlation_id: str = "") -> EndpointOutput:
        """Predict, or fail."""
        self.called_with.append(correlation_id)
        if len(self.called_with) <= self.failures:
            raise ProblemError(ENDPOINT_UNAVAILABLE, "not now", cause="a fault")
        return FakeEndpoint().invoke(csv)


@dataclass
class PausingSqs:
    """Records for how many seconds each message is hidden, by its handle."""

    paused: dict[str, int] = field(default_factory=dict)

    def change_message_visibility(self, **parameters: Any) -> None:
        """Record it."""
        self.paused[parameters["ReceiptHandle"]] = parameters["VisibilityTimeout"]


@dataclass(frozen=True, kw_only=True)
class Context:
    """Lambda's context of a function with some time left."""

    milliseconds: int = 60_000

    def get_remaining_time_in_millis(self) -> int:
        """Give that time."""
        return self.milliseconds


def worker_dependencies(
    jobs: FakeJobs,
    endpoint: RecordingEndpoint | None = None,
    *,
    sqs: PausingSqs | None = None,
    announcer: Announcer | None = None,
) -> Dependencies:
    """The dependencies of the handler, all of them fakes."""
    card = ModelCard(document={}, sha256="ab" * 32)
    settings = Settings(
        endpoint=EndpointSettings(
            endpoint_name="e", model_card=card, connect_timeout_seconds=1, read_timeout_seconds=1, total_attempts=1
        ),
        jobs_table="jobs",
        queue_url="https://queue.example",
        events_host="events.example",
        endpoint_url=None,
        bytes_max=1,
        picture_seconds=PICTURE_SECONDS,
        reading_seconds=6,
        pause_seconds=1,
    )
    seven = np.array([[7] + [0] * (PIXELS - 1)], np.uint8)

    def read(_body: bytes, _type: str, predict: Predict) -> Sheet:
        (scores,) = predict(seven)
        digit = DigitImage(pixels=seven.tobytes(), box=(0, 0, 1, 1), probabilities=tuple(scores.tolist()))
        return Sheet(width=1, height=1, digits=(digit,))

    worker = Worker(
        jobs=jobs,
        pictures=AnyPicture(),
        endpoint=endpoint or RecordingEndpoint(),
        announcer=announcer or FakeAnnouncer(),
        model="abababababab",
        canonical_form=0,
        calibration=Calibration(),
        read=read,
        now=lambda: NOW,
    )
    return Dependencies(
        settings=settings,
        worker=worker,
        queue=RetryQueue(sqs or PausingSqs(), "https://queue.example"),  # type: ignore[arg-type]
        reporter=Reporter(metrics=FunctionMetrics(service="upload_worker", environment="dev")),
    )


def raw_message(key: str | None, number: int = 1) -> dict[str, Any]:
    """What the queue delivers about a key; None for something that is no event of S3."""
    event = {"Records": [{"s3": {"bucket": {"name": "bucket"}, "object": {"key": key, "versionId": "1"}}}]}
    return {
        "messageId": f"message-{number}",
        "receiptHandle": f"handle-{number}",
        "body": json.dumps(event) if key else "junk",
        "attributes": {"ApproximateReceiveCount": "1"},
    }


def message(key: str | None) -> SQSRecord:
    """The same, as a handler of one message gets it."""
    return SQSRecord(raw_message(key))
