"""What is told of each message and upload: one line in the log under the id of the wish, and one record of metrics."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger

from gateway.metrics import FunctionMetrics, Measure
from gateway.problems import INTERNAL_ERROR, ProblemError
from upload_jobs.jobs import Job
from upload_worker.announcer import Failure
from upload_worker.messages import MessageError
from upload_worker.metrics import of_report, of_retry
from upload_worker.worker import Handled, Report

logger = Logger()

NO_UPLOAD = "no-upload"
"""What is measured of a message that tells of no upload, in the place of a problem."""


def begun(job: Job) -> None:
    """Let everything that is logged from here on be found under the id that the person's browser gave."""
    logger.set_correlation_id(job.correlation_id or job.job_id)


@dataclass(frozen=True, kw_only=True)
class Teller:
    """Tells the log and the metrics.

    Attributes
    ----------
    metrics
        Those of this function; None where nothing is measured.
    """

    metrics: FunctionMetrics | None = None

    def ended(self, report: Report, *, lost: Failure | None, seconds: float) -> None:
        """Tell how an upload ended, and why that could not be announced if it could not."""
        facts: dict[str, Any] = {
            "job_id": report.job_id,
            "handled": str(report.handled),
            "digits": [prediction.digit for prediction in report.predictions],
            "announced": report.announced,
            "duration_ms": round(seconds * 1000, 1),
        }
        if report.problem is not None:
            facts |= {"problem": report.problem.problem.slug, "detail": report.problem.detail}
        if not report.announced and lost is not None:
            facts["announcement"] = lost.cause
        (logger.warning if report.handled is Handled.UNKNOWN else logger.info)("upload", extra=facts)
        self._measure(of_report(report, now=time.time()), problem=str(facts.get("problem", "")))

    def comes_again(self, error: Exception, **facts: Any) -> None:
        """Tell of a failure that may go well the next time."""
        if isinstance(error, ProblemError):
            logger.warning("upload failed", extra={**facts, "problem": error.problem.slug, "cause": error.cause})
            self._measure(of_retry(), problem=error.problem.slug)
        else:
            logger.error("upload failed", extra=facts, exc_info=error)
            self._measure(of_retry(), problem=INTERNAL_ERROR.slug)

    def put_back(self, error: Exception, **facts: Any) -> None:
        """Tell of a message that nothing was done about."""
        logger.info("put back", extra={**facts, "cause": str(error)})

    def not_understood(self, error: MessageError, **facts: Any) -> None:
        """Tell of a message that is no event of S3."""
        logger.error("message", extra={**facts, "problem": str(error)})
        self._measure(of_retry(), problem=NO_UPLOAD)

    def _measure(self, measures: Sequence[Measure], *, problem: str) -> None:
        if self.metrics is not None:
            correlation_id = logger.get_correlation_id() or ""
            self.metrics.record(measures, logger=logger, correlation_id=correlation_id, problem=problem)
