"""Which alarms there are. Each is something that a person has to act on, and has an entry in `docs/operations.md`.

Left out is what nobody acts on: refused requests (4xx, throttling of callers); errors inside DynamoDB, which the queue
outlasts and its age tells of; training jobs and executions of the pipeline that somebody starts and follows; the site,
because CloudFront has its metrics in us-east-1 only, and an alarm must be where its metric is. The dashboard has them.
"""

from __future__ import annotations

from stacks.operations.metrics import Watched
from stacks.shared.alarm import Alarms
from stacks.shared.time_budget import TIME_BUDGET
from stacks.stream.digit_stream import DigitStream
from stacks.stream.settings import StreamSettings
from stacks.upload.routes import TIMEOUT_SECONDS as UPLOADS_SECONDS

SLOW_PERIODS = 3
"""Slow is what is slow for three periods in a row: one cold start is nothing to get up for."""

MICROSECONDS = 1000
"""Of a millisecond: what SageMaker times with."""


def make_alarms(alarms: Alarms, watched: Watched) -> None:
    """Make all alarms of an environment."""
    _apis(alarms, watched)
    _functions(alarms, watched)
    _uploads(alarms, watched)
    _tables(alarms, watched)
    _endpoint(alarms, watched)
    settings = watched.settings.stream
    if watched.stream is not None and settings is not None:
        _stream(alarms, watched, watched.stream, settings)
    if watched.settings.training.starts_by_itself:
        says = "The pipeline, which starts by itself, ended without a better model, or broke off"
        alarms.add("training-pipeline", watched.of_pipeline("ExecutionFailed"), 1, says)
    if watched.accounts is not None:
        refused = watched.of_accounts(watched.accounts, "SignInThrottles", "Sum")
        limit = watched.settings.operations.sign_in_throttles
        alarms.add("sign-in-throttles", refused, limit, "People cannot sign in: the user pool refuses attempts")


def _apis(alarms: Alarms, watched: Watched) -> None:
    limits = watched.settings.operations
    for name, api in watched.apis.items():
        alarms.add(
            f"{name}-errors",
            watched.of_api(api, "5XXError", "Sum"),
            limits.api_errors,
            "The API answers with errors of ours (5xx)",
            entry="api-errors",
        )
        alarms.add(
            f"{name}-slow",
            watched.of_api(api, "Latency", "p95"),
            limits.api_milliseconds,
            "One of twenty requests to the API takes so many milliseconds",
            entry="api-slow",
            periods=SLOW_PERIODS,
        )


def _functions(alarms: Alarms, watched: Watched) -> None:
    limits = watched.settings.operations
    seconds = {
        "prediction": TIME_BUDGET.function_seconds,
        "uploads": UPLOADS_SECONDS,
        "worker": watched.settings.upload.worker_seconds,
    }
    for name, function in watched.functions.items():
        alarms.add(
            f"{name}-function-errors",
            watched.of_function(function, "Errors", "Sum"),
            limits.function_errors,
            f"The function {name} broke off: an error that it does not answer, its time-out, or its memory",
            entry="function-errors",
        )
        alarms.add(
            f"{name}-function-throttles",
            watched.of_function(function, "Throttles", "Sum"),
            limits.function_throttles,
            f"Lambda refuses to run the function {name}",
            entry="function-throttles",
        )
        alarms.add(
            f"{name}-function-time-out",
            watched.of_function(function, "Duration", "Maximum"),
            seconds[name] * 1000 * limits.time_out_percent // 100,
            f"The function {name} took nearly all of its time-out (milliseconds)",
            entry="function-time-out",
        )


def _uploads(alarms: Alarms, watched: Watched) -> None:
    limits = watched.settings.operations
    alarms.add(
        "upload-dead-letters",
        watched.of_queue(watched.dead_letters, "ApproximateNumberOfMessagesVisible"),
        1,
        "Uploads were given up after all attempts, and people wait for them",
    )
    alarms.add(
        "upload-queue-age",
        watched.of_queue(watched.queue, "ApproximateAgeOfOldestMessage"),
        limits.queue_age_seconds,
        "An upload has waited for so many seconds and is not finished",
    )
    alarms.add(
        "uploads-failing",
        watched.own("upload_worker", "UploadsFailed"),
        limits.uploads_failed,
        "So many uploads ended without a digit, more than people's own mistakes",
    )
    alarms.add(
        "announcements-failing",
        watched.own("upload_worker", "AnnouncementsFailed"),
        limits.announcements_failed,
        "Results are there, but cannot be pushed to the pages that wait for them",
    )


def _tables(alarms: Alarms, watched: Watched) -> None:
    limits = watched.settings.operations
    # What was handled is read only when an upload is delivered twice.
    for name, verb in (("jobs", "Read"), ("jobs", "Write"), ("handled", "Write")):
        alarms.add(
            f"{name}-table-{verb.lower()}-throttles",
            watched.of_table(watched.tables[name], f"{verb}ThrottleEvents"),
            limits.table_throttles,
            f"DynamoDB refuses to {verb.lower()} the table of {name}",
            entry="table-throttles",
        )


def _endpoint(alarms: Alarms, watched: Watched) -> None:
    limits = watched.settings.operations
    alarms.add(
        "endpoint-errors",
        watched.of_endpoint("Invocation5XXErrors", "Sum"),
        limits.endpoint_errors,
        "The model's endpoint answers with errors (5xx)",
    )
    alarms.add(
        "endpoint-slow",
        watched.of_endpoint("ModelLatency", "p95"),
        limits.endpoint_milliseconds * MICROSECONDS,
        "One of twenty questions to the model takes so many microseconds",
        periods=SLOW_PERIODS,
    )


def _stream(alarms: Alarms, watched: Watched, stream: DigitStream, settings: StreamSettings) -> None:
    alarms.add(
        "stream-dead-letters",
        watched.of_queue(stream.dead_letters, "ApproximateNumberOfMessagesVisible"),
        1,
        "Records of the stream could not be used or were given up: python -m training dead-letters",
    )
    alarms.add(
        "stream-lag",
        watched.of_function(stream.consumer.function, "IteratorAge", "Maximum"),
        settings.record_age_seconds * 1000 // 2,
        "The consumer of the stream is so far behind (milliseconds) that it will soon give records up",
    )
