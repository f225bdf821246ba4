"""Entry point of the worker, `upload_worker.handler.handler`: a batch of the queue in, its failed messages out.

A message may be delivered twice, also at the same time: the job ends once, see `upload_worker.worker`. What fails is
delivered again and at last becomes a dead letter; nothing is discarded.
"""

from __future__ import annotations

import functools
import os
import time
from dataclasses import dataclass, field
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from digit_model.sagemaker_endpoint import SageMakerEndpoint
from gateway.metrics import FunctionMetrics
from upload_jobs.jobs_table import JobsTable
from upload_worker.announcer import AppSyncAnnouncer
from upload_worker.messages import MessageError, Upload, uploads_in
from upload_worker.picture_store import PictureStore
from upload_worker.reporting import Reporter, logger
from upload_worker.retries import RetryQueue, pause_seconds
from upload_worker.settings import Settings
from upload_worker.worker import Handled, Report, Worker
from vision.reading import read_picture
from vision.time_limit import within


class NoTimeLeftError(Exception):
    """Lambda would end the function in the middle of another picture."""


@dataclass(frozen=True, kw_only=True)
class Dependencies:
    """Settings and clients of this process."""

    settings: Settings
    worker: Worker
    queue: RetryQueue
    reporter: Reporter = field(default_factory=Reporter)


def handler(event: dict[str, Any], context: Any) -> Any:
    """Handle one batch; the response names the messages to deliver again."""
    return handle_batch(event, context, connect())


def handle_batch(event: dict[str, Any], context: Any, dependencies: Dependencies) -> Any:
    """Handle one batch with the given dependencies."""
    # A batch that fails as a whole is no error of the function: each message is logged and delivered again.
    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    handle = functools.partial(handle_message, dependencies=dependencies, context=context)
    return process_partial_response(event=event, record_handler=handle, processor=processor, context=context)


def handle_message(record: SQSRecord, *, dependencies: Dependencies, context: Any) -> None:
    """Handle one message.

    Raises
    ------
    Exception
        If it is to be delivered again; it is logged already.
    """
    reporter = dependencies.reporter
    job_id = ""
    # Until a job is known, and for a message without one, lines must not carry the id of the previous job.
    logger.set_correlation_id(record.message_id)
    try:
        for upload in uploads_in(record.body):
            job_id = upload.job_id
            logger.set_correlation_id(job_id)
            _require_time(dependencies.settings.picture_seconds, context)
            _handle_upload(upload, dependencies)
    except NoTimeLeftError as error:
        dependencies.queue.deliver_again(record.receipt_handle, 0)
        reporter.put_back(error, message_id=record.message_id, job_id=job_id)
        raise
    except MessageError as error:
        reporter.unreadable(error, message_id=record.message_id)
        _deliver_again(record, dependencies)
        raise
    except Exception as error:
        again_in_seconds = _deliver_again(record, dependencies)
        reporter.failed(
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


def _handle_upload(upload: Upload, dependencies: Dependencies) -> None:
    started = time.perf_counter()
    job = dependencies.worker.find_job(upload)
    if job is None:
        report = Report(handled=Handled.UNKNOWN, job_id=upload.job_id)
    else:
        # From here on lines carry the id that the user's browser sent.
        logger.set_correlation_id(job.correlation_id or job.job_id)
        report = dependencies.worker.handle(upload, job)
    dependencies.reporter.ended(report, seconds=time.perf_counter() - started)


def _deliver_again(record: SQSRecord, dependencies: Dependencies) -> int:
    """Have a message delivered again after a delay; how many seconds it is."""
    seconds = pause_seconds(_receives(record), dependencies.settings.pause_seconds)
    dependencies.queue.deliver_again(record.receipt_handle, seconds)
    return seconds


def _receives(record: SQSRecord) -> int:
    return int(record.attributes.approximate_receive_count or 1)


@functools.cache
def connect() -> Dependencies:
    """Read the settings and make all clients, once for all batches of this process."""
    settings = Settings.from_environment(os.environ)
    worker = Worker(
        jobs=JobsTable.connect(settings.jobs_table),
        pictures=PictureStore.connect(bytes_max=settings.bytes_max),
        endpoint=SageMakerEndpoint.connect(settings.endpoint),
        announcer=AppSyncAnnouncer.connect(settings.events_host, endpoint_url=settings.endpoint_url),
        model=settings.endpoint.model_card.short_digest,
        canonical_form=settings.endpoint.model_card.canonical_form,
        calibration=settings.endpoint.model_card.calibration,
        read=within(settings.reading_seconds, read_picture),
    )
    return Dependencies(
        settings=settings,
        worker=worker,
        queue=RetryQueue.connect(settings.queue_url),
        reporter=Reporter(metrics=FunctionMetrics.from_environment(os.environ)),
    )
