"""Logs and measures each message: one line under the id of the user action, and one record of metrics.

The metrics are how uploads ended, how long users waited, what is delivered again, and the digits that were found,
measured as those of the prediction function are.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit

from digit_model.metrics import prediction_measures
from gateway.metrics import FunctionMetrics, Measure, count
from gateway.problems import INTERNAL_ERROR, ProblemError
from upload_worker.messages import MessageError
from upload_worker.worker import Handled, Report

logger = Logger()

NO_UPLOAD = "no-upload"
"""The dimension `problem` of a message that names no upload."""

END_METRICS = {
    Handled.DONE: "UploadsDone",
    Handled.FAILED: "UploadsFailed",
    Handled.EXPIRED: "UploadsExpired",
    Handled.LATE: "UploadsLate",
    Handled.UNKNOWN: "UploadsUnknown",
}
"""Name of the metric that counts each end."""


@dataclass(frozen=True, kw_only=True)
class Reporter:
    """Writes to the log and the metrics.

    Attributes
    ----------
    metrics
        Those of this function; None where nothing is measured.
    """

    metrics: FunctionMetrics | None = None

    def ended(self, report: Report, *, seconds: float) -> None:
        """Report an upload that was handled, and how long that took."""
        facts: dict[str, Any] = {
            "job_id": report.job_id,
            "handled": str(report.handled),
            "digits": [prediction.digit for prediction in report.predictions],
            "announced": report.announced,
            "duration_ms": round(seconds * 1000, 1),
        }
        if report.problem is not None:
            facts |= {"problem": report.problem.problem.slug, "detail": report.problem.detail}
        if report.announcement_failure is not None:
            facts["announcement"] = report.announcement_failure
        (logger.warning if report.handled is Handled.UNKNOWN else logger.info)("upload", extra=facts)
        self._record(report_measures(report, now=time.time()), problem=str(facts.get("problem", "")))

    def failed(self, error: Exception, **facts: Any) -> None:
        """Report a failure of an upload that is delivered again."""
        if isinstance(error, ProblemError):
            logger.warning("upload failed", extra={**facts, "problem": error.problem.slug, "cause": error.cause})
            self._retry(error.problem.slug)
        else:
            logger.error("upload failed", extra=facts, exc_info=error)
            self._retry(INTERNAL_ERROR.slug)

    def put_back(self, error: Exception, **facts: Any) -> None:
        """Report a message that was returned to the queue unhandled."""
        logger.info("put back", extra={**facts, "cause": str(error)})

    def unreadable(self, error: MessageError, **facts: Any) -> None:
        """Report a message that is no event of S3."""
        logger.error("message", extra={**facts, "problem": str(error)})
        self._retry(NO_UPLOAD)

    def _retry(self, problem: str) -> None:
        self._record([count("Retries")], problem=problem)

    def _record(self, measures: Sequence[Measure], *, problem: str) -> None:
        if self.metrics is not None:
            correlation_id = logger.get_correlation_id() or ""
            self.metrics.record(measures, logger=logger, correlation_id=correlation_id, problem=problem)


def report_measures(report: Report, *, now: float) -> list[Measure]:
    """Measure one upload that was handled.

    Parameters
    ----------
    report
        How it was handled.
    now
        Seconds since 1970.

    Returns
    -------
    list of Measure
        Its end; `UploadSeconds` from the request for an upload to its result, the user's upload included;
        `AnnouncementsFailed` if its end could not be announced; the digits.
    """
    measures = [count(END_METRICS[report.handled])]
    if report.handled is Handled.DONE:
        waited = round(max(0.0, now - report.requested_at), 1)
        measures.append(Measure(name="UploadSeconds", values=[waited], unit=MetricUnit.Seconds))
    if report.announcement_failure is not None:
        measures.append(count("AnnouncementsFailed"))
    return [*measures, *prediction_measures(report.predictions)]
