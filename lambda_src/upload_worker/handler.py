"""Entry point of the worker, `upload_worker.handler.handler`: a batch of the queue in, what failed of it out.

Each upload is handled once: Powertools' idempotency keeps bucket, key and version of it in DynamoDB, and the job itself
ends once. What fails is delivered again, and at last lands in the dead-letter queue; nothing is thrown away.
"""

from __future__ import annotations

import functools
import os
import time
from dataclasses import dataclass, field
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.idempotency import (
    BasePersistenceLayer,
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import IdempotencyAlreadyInProgressError
from botocore.session import Session

from digit_model.sagemaker_endpoint import SageMakerEndpoint
from gateway.metrics import FunctionMetrics
from upload_jobs.jobs_table import CONFIG, JobsTable
from upload_worker.announcer import AppSyncAnnouncer
from upload_worker.messages import MessageError, Upload, uploads_in
from upload_worker.picture_store import PictureStore
from upload_worker.reporting import Teller, begun, logger
from upload_worker.retries import RetryQueue, pause_seconds
from upload_worker.settings import Settings
from upload_worker.time_limit import within
from upload_worker.worker import Worker
from vision.reading import read_digits


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
    teller: Teller = field(default_factory=Teller)


def handler(event: dict[str, Any], context: Any) -> Any:
    """Handle one batch; the answer names the messages that are to come again."""
    return handle_batch(event, context, surroundings())


def handle_batch(event: dict[str, Any], context: Any, around: Surroundings) -> Any:
    """Handle one batch in given surroundings."""
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
    except NoTimeLeftError as error:
        around.queue.deliver_again(record.receipt_handle, 0)
        around.teller.put_back(error, message_id=record.message_id, job_id=job_id)
        raise
    except IdempotencyAlreadyInProgressError as error:
        # Another run works on it, or was ended while it did: whichever it is shows when the message comes again.
        _deliver_again(record, around)
        around.teller.put_back(error, message_id=record.message_id, job_id=job_id)
        raise
    except MessageError as error:
        around.teller.not_understood(error, message_id=record.message_id)
        _deliver_again(record, around)
        raise
    except Exception as error:
        again_in_seconds = _deliver_again(record, around)
        around.teller.comes_again(
            error,
            message_id=record.message_id,
            job_id=job_id,
            receives=_receives(record),
            again_in_seconds=again_in_seconds,
        )
        raise


def _require_time(seconds: int, context: Any) -> None:
    left = context.get_remaining_time_in_millis()
    if left < seconds * 1000:
        msg = f"{left} ms are left; a picture may take {seconds} s"
        raise NoTimeLeftError(msg)


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
        around.teller.ended(report, lost=around.announcer.failure, seconds=time.perf_counter() - started)
        return str(report.handled)

    once = idempotent_function(
        handle, data_keyword_argument="upload", persistence_store=around.handled, config=config, key_prefix="upload"
    )
    once(upload=upload.to_json())


def _deliver_again(record: SQSRecord, around: Surroundings) -> int:
    """Let a message come again after a pause; how many seconds it is."""
    seconds = pause_seconds(_receives(record), around.settings.pause_seconds)
    around.queue.deliver_again(record.receipt_handle, seconds)
    return seconds


def _receives(record: SQSRecord) -> int:
    return int(record.attributes.approximate_receive_count or 1)


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
        read=within(settings.reading_seconds, read_digits),
        begun=begun,
    )
    return Surroundings(
        settings=settings,
        worker=worker,
        announcer=announcer,
        queue=RetryQueue.connect(settings.queue_url),
        handled=DynamoDBPersistenceLayer(table_name=settings.idempotency_table, boto_config=CONFIG),
        teller=Teller(metrics=FunctionMetrics.from_environment(os.environ)),
    )
