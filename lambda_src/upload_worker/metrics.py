"""What the worker measures: how uploads end, how long people waited, what has to be tried again. Pure.

Beside them are the digits that were found, measured as those of the prediction function are. The records are those of
`gateway.metrics`.
"""

from __future__ import annotations

from aws_lambda_powertools.metrics import MetricUnit

from digit_model.metrics import of_predictions
from gateway.metrics import Measure, count
from upload_worker.worker import Handled, Report

ENDED = {
    Handled.DONE: "UploadsDone",
    Handled.FAILED: "UploadsFailed",
    Handled.EXPIRED: "UploadsExpired",
    Handled.LATE: "UploadsLate",
    Handled.UNKNOWN: "UploadsUnknown",
}
"""Name of the metric that counts each end."""


def of_report(report: Report, *, now: float) -> list[Measure]:
    """Measure one upload that came to its end.

    Parameters
    ----------
    now
        Seconds since 1970.

    Returns
    -------
    list of Measure
        Its end; `UploadSeconds` from the request for an upload to its result, with the time in which the person
        uploaded; `AnnouncementsFailed` if the push did not get through; the digits.
    """
    measures = [count(ENDED[report.handled])]
    if report.handled is Handled.DONE:
        waited = round(max(0.0, now - report.requested_at), 1)
        measures.append(Measure(name="UploadSeconds", values=[waited], unit=MetricUnit.Seconds))
    if report.handled is not Handled.UNKNOWN and not report.announced:
        measures.append(count("AnnouncementsFailed"))
    return [*measures, *of_predictions(report.predictions)]


def of_retry() -> list[Measure]:
    """Measure an upload that comes again, because something failed that may go well the next time."""
    return [count("Retries")]
