"""Entry point of the worker, `upload_worker.handler.handler`: a batch of the queue in, what failed of it out.

Each upload is handled once: Powertools' idempotency keeps bucket, key and version of it in DynamoDB, and the job itself
ends once. What fails is delivered again, and at last lands in the dead-letter queue; nothing is thrown away.
"""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.idempotency import (
    BasePersistenceLayer,
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from botocore.session import Session

from prediction.metrics import FunctionMetrics, Measure
from prediction.problems import INTERNAL_ERROR, ProblemError
from prediction.sagemaker_endpoint import SageMakerEndpoint
from upload_worker.announcer import AppSyncAnnouncer
from upload_worker.messages import MessageError, Upload, uploads_in
from upload_worker.metrics import of_report, of_retry
from upload_worker.picture_store import PictureStore
from upload_worker.reading import read_digits
from upload_worker.retries import RetryQueue, pause_seconds
from upload_worker.settings import Settings
from upload_worker.worker import Handled, Report, Worker
from uploads.jobs import Job
from uploads.jobs_table import CONFIG, JobsTable

logger = Logger()

NO_UPLOAD = "no-upload"
"""What is measured of a message that tells of no upload, in the place of a problem."""


class NoTimeLeftError(Exception):
    """The function would be ended in the middle of another picture."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Settings and clients of this process."""

    settings: Settings
    worker: Worker
    announcer: AppSyncAnnouncer
    queue: RetryQueue
    handled: BasePersistenceLayer
    metrics: FunctionMetrics | None = None

    def measure(self, measures: Sequence[Measure], *, problem: str) -> None:
        """Record what is to be measured of the upload that is logged about at the moment."""
        if self.metrics is not None:
            correlation_id = logger.get_correlation_id() or ""
            self.metrics.record(measures, logger=logger, correlation_id=correlation_id, problem=problem)


def handler(event: dict[str, Any], context: Any) -> Any:
    """Handle one batch; the answer names the messages that are to come again."""
    around = surroundings()
    # All of a batch failing is no error of the function: each message is told of, and comes again by itself.
    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    handle = functools.partial(handle_message, around=around, context=context)
    return process_partial_response(event=event, record_handler=handle, processor=processor, context=context)


def handle_message(record: SQSRecord, *, around: Surroundings, context: Any) -> None:
    """Handle one message.

    Raises
    ------
    Exception
        If it is to come again; it is logged already.
    """
    job_id = ""
    # Lines before a job is known, and those of a message without one, must not bear the id of the job before.
    logger.set_correlation_id(record.message_id)
    try:
        for upload in uploads_in(record.body):
            job_id = upload.job_id
            logger.set_correlation_id(job_id)
            _require_time(around.settings.picture_seconds, context)
            _once(upload, around=around, context=context)
    except NoTimeLeftError:
        around.queue.deliver_again(record.receipt_handle, 0)
        raise
    except MessageError as error:
        logger.error("message", extra={"message_id": record.message_id, "problem": str(error)})  # noqa: TRY400
        around.measure(of_retry(), problem=NO_UPLOAD)
        _deliver_again(record, around)
        raise
    except Exception as error:
        _told_of_failure(error, record, around, job_id=job_id)
        raise


def _require_time(seconds: int, context: Any) -> None:
    if context.get_remaining_time_in_millis() < seconds * 1000:
        raise NoTimeLeftError


def _once(upload: Upload, *, around: Surroundings, context: Any) -> None:
    """Handle an upload unless it was handled before, or is being handled at this moment."""
    config = IdempotencyConfig(
        event_key_jmespath="[bucket, key, version]",
        expires_after_seconds=around.settings.remember_seconds,
        raise_on_no_idempotency_key=True,
        lambda_context=context,
    )

    def handle(*, upload: dict[str, str]) -> str:
        started = time.perf_counter()
        report = around.worker.handle(Upload(**upload))
        _told(report, around, seconds=time.perf_counter() - started)
        return str(report.handled)

    once = idempotent_function(
        handle, data_keyword_argument="upload", persistence_store=around.handled, config=config, key_prefix="upload"
    )
    once(upload=upload.to_json())


def _told(report: Report, around: Surroundings, *, seconds: float) -> None:
    """Log one line about an upload."""
    facts: dict[str, Any] = {
        "job_id": report.job_id,
        "handled": str(report.handled),
        "digits": [prediction.digit for prediction in report.predictions],
        "announced": report.announced,
        "duration_ms": round(seconds * 1000, 1),
    }
    if report.problem is not None:
        facts |= {"problem": report.problem.problem.slug, "detail": report.problem.detail}
    if not report.announced and around.announcer.failure is not None:
        facts["announcement"] = around.announcer.failure.cause
    (logger.warning if report.handled is Handled.UNKNOWN else logger.info)("upload", extra=facts)
    around.measure(of_report(report, now=time.time()), problem=str(facts.get("problem", "")))


def _told_of_failure(error: Exception, record: SQSRecord, around: Surroundings, *, job_id: str) -> None:
    """Log one line about a failure, and let the message come again before long."""
    facts: dict[str, Any] = {
        "message_id": record.message_id,
        "job_id": job_id,
        "receives": _receives(record),
        "again_in_seconds": _deliver_again(record, around),
    }
    if isinstance(error, ProblemError):
        facts |= {"problem": error.problem.slug, "cause": error.cause}
        logger.warning("upload failed", extra=facts)
    else:
        logger.exception("upload failed", extra=facts)
    around.measure(of_retry(), problem=str(facts.get("problem", INTERNAL_ERROR.slug)))


def _deliver_again(record: SQSRecord, around: Surroundings) -> int:
    """Let a message come again after a pause; how many seconds it is."""
    seconds = pause_seconds(_receives(record), around.settings.pause_seconds)
    around.queue.deliver_again(record.receipt_handle, seconds)
    return seconds


def _receives(record: SQSRecord) -> int:
    return int(record.attributes.approximate_receive_count or 1)


def begun(job: Job) -> None:
    """Let everything that is logged from here on be found under the id that the person's browser gave."""
    logger.set_correlation_id(job.correlation_id or job.job_id)


@functools.cache
def surroundings() -> Surroundings:
    """Read the settings and connect to everything, once for all batches of this process."""
    settings = Settings.from_environment(os.environ)
    announcer = AppSyncAnnouncer(Session(), settings.events_host, endpoint_url=settings.endpoint_url)
    worker = Worker(
        jobs=JobsTable.connect(settings.jobs_table),
        pictures=PictureStore.connect(bytes_max=settings.bytes_max),
        endpoint=SageMakerEndpoint.connect(settings.endpoint),
        announcer=announcer,
        model=settings.endpoint.model_card.short_digest,
        read=read_digits,
        begun=begun,
    )
    return Surroundings(
        settings=settings,
        worker=worker,
        announcer=announcer,
        queue=RetryQueue.connect(settings.queue_url),
        handled=DynamoDBPersistenceLayer(table_name=settings.idempotency_table, boto_config=CONFIG),
        metrics=FunctionMetrics.from_environment(os.environ),
    )
