"""The alarms. Each requires a person to act, and has an entry in `docs/operations.md`.

Left out is what nobody acts on: refused requests (4xx, throttling of callers); errors inside DynamoDB, which the queue
outlasts and its age tells of; training jobs and executions of the pipeline that somebody starts and follows; the site,
because CloudFront has its metrics in us-east-1 only, and an alarm must be where its metric is. The dashboard has them.
"""

from __future__ import annotations

from stacks.operations.metrics import EnvironmentMetrics, Uploads
from stacks.shared.alarm import Alarms
from stacks.shared.time_budget import TIME_BUDGET
from stacks.stream.digit_stream import DigitStream
from stacks.upload.routes import TIMEOUT_SECONDS as UPLOADS_SECONDS

SLOW_PERIODS = 3
"""Slow means three periods in a row: a single cold start triggers no alarm."""

MICROSECONDS = 1000
"""Per millisecond: SageMaker's latencies are in microseconds."""


def make_alarms(alarms: Alarms, metrics: EnvironmentMetrics) -> None:
    """Make all alarms of an environment."""
    _apis(alarms, metrics)
    _functions(alarms, metrics)
    if metrics.uploads is not None:
        _uploads(alarms, metrics, metrics.uploads)
        _jobs_table(alarms, metrics, metrics.uploads)
    _endpoint(alarms, metrics)
    if metrics.stream is not None:
        _stream(alarms, metrics, metrics.stream)
    if metrics.settings.training.starts_by_itself:
        says = "The pipeline, which starts by itself, ended without a better model, or broke off"
        alarms.add("training-pipeline", metrics.of_pipeline("ExecutionFailed"), 1, says)
    if metrics.accounts is not None:
        refused = metrics.of_accounts(metrics.accounts, "SignInThrottles", "Sum")
        limit = metrics.settings.operations.sign_in_throttles
        alarms.add("sign-in-throttles", refused, limit, "People cannot sign in: the user pool refuses attempts")


def _apis(alarms: Alarms, metrics: EnvironmentMetrics) -> None:
    limits = metrics.settings.operations
    for name, api in metrics.apis.items():
        alarms.add(
            f"{name}-errors",
            metrics.of_api(api, "5XXError", "Sum"),
            limits.api_errors,
            "The API answers with errors of ours (5xx)",
            entry="api-errors",
        )
        alarms.add(
            f"{name}-slow",
            metrics.of_api(api, "Latency", "p95"),
            limits.api_milliseconds,
            "One of twenty requests to the API takes so many milliseconds",
            entry="api-slow",
            periods=SLOW_PERIODS,
        )


def _functions(alarms: Alarms, metrics: EnvironmentMetrics) -> None:
    limits = metrics.settings.operations
    seconds = {
        "prediction": TIME_BUDGET.function_seconds,
        "uploads": UPLOADS_SECONDS,
        "worker": metrics.settings.upload.worker_seconds,
    }
    for name, function in metrics.functions.items():
        alarms.add(
            f"{name}-function-errors",
            metrics.of_function(function, "Errors", "Sum"),
            limits.function_errors,
            f"The function {name} broke off: an error that it does not answer, its time-out, or its memory",
            entry="function-errors",
        )
        alarms.add(
            f"{name}-function-throttles",
            metrics.of_function(function, "Throttles", "Sum"),
            limits.function_throttles,
            f"Lambda refuses to run the function {name}",
            entry="function-throttles",
        )
        alarms.add(
            f"{name}-function-time-out",
            metrics.of_function(function, "Duration", "Maximum"),
            seconds[name] * 1000 * limits.time_out_percent // 100,
            f"The function {name} took nearly all of its time-out (milliseconds)",
            entry="function-time-out",
        )


def _uploads(alarms: Alarms, metrics: EnvironmentMetrics, uploads: Uploads) -> None:
    limits = metrics.settings.operations
    alarms.add(
        "upload-dead-letters",
        metrics.of_queue(uploads.dead_letters, "ApproximateNumberOfMessagesVisible"),
        1,
        "Uploads were given up after all attempts, and people wait for them",
    )
    alarms.add(
        "upload-queue-age",
        metrics.of_queue(uploads.queue, "ApproximateAgeOfOldestMessage"),
        limits.queue_age_seconds,
        "An upload has waited for so many seconds and is not finished",
    )
    alarms.add(
        "uploads-failing",
        metrics.own("upload_worker", "UploadsFailed"),
        limits.uploads_failed,
        "So many uploads ended without a digit, more than people's own mistakes",
    )
    alarms.add(
        "announcements-failing",
        metrics.own("upload_worker", "AnnouncementsFailed"),
        limits.announcements_failed,
        "Results are there, but cannot be pushed to the pages that wait for them",
    )


def _jobs_table(alarms: Alarms, metrics: EnvironmentMetrics, uploads: Uploads) -> None:
    limits = metrics.settings.operations
    for verb in ("Read", "Write"):
        alarms.add(
            f"jobs-table-{verb.lower()}-throttles",
            metrics.of_table(uploads.jobs_table, f"{verb}ThrottleEvents"),
            limits.table_throttles,
            f"DynamoDB refuses to {verb.lower()} the table of jobs",
            entry="table-throttles",
        )


def _endpoint(alarms: Alarms, metrics: EnvironmentMetrics) -> None:
    limits = metrics.settings.operations
    alarms.add(
        "endpoint-errors",
        metrics.of_endpoint("Invocation5XXErrors", "Sum"),
        limits.endpoint_errors,
        "The model's endpoint answers with errors (5xx)",
    )
    alarms.add(
        "endpoint-slow",
        metrics.of_endpoint("ModelLatency", "p95"),
        limits.endpoint_milliseconds * MICROSECONDS,
        "One of twenty questions to the model takes so many microseconds",
        periods=SLOW_PERIODS,
    )


def _stream(alarms: Alarms, metrics: EnvironmentMetrics, stream: DigitStream) -> None:
    alarms.add(
        "stream-dead-letters",
        metrics.of_queue(stream.dead_letters, "ApproximateNumberOfMessagesVisible"),
        1,
        "Records of the stream could not be used or were given up: python -m training dead-letters",
    )
    alarms.add(
        "stream-lag",
        metrics.of_function(stream.consumer.function, "IteratorAge", "Maximum"),
        metrics.settings.stream.record_age_seconds * 1000 // 2,
        "The consumer of the stream is so far behind (milliseconds) that it will soon give records up",
    )
