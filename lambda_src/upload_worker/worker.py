"""What happens with one upload, from its job to its end: the domain. Pure but for what is passed in.

What a person can do something about ends the job as FAILED, with a reason. What passes by itself, such as an endpoint
that is busy, ends nothing: it is raised, and the queue delivers the upload again.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Protocol

from digit_model.classify import Endpoint, Prediction, classify
from gateway.problems import ProblemError
from upload_jobs.jobs import Job, Jobs, Status, given_up, reason_of
from upload_worker.messages import Upload
from vision.sheet import DigitImage, Sheet

PROBABILITY_DIGITS = 6
"""Decimals of a probability: float32 has no more to say."""

_TOO_MANY_REQUESTS = 429


@dataclass(frozen=True, kw_only=True)
class Picture:
    """An uploaded file, and the media type that S3 keeps with it."""

    body: bytes
    content_type: str


class Pictures(Protocol):
    """Where uploaded files are."""

    def fetch(self, upload: Upload) -> Picture:
        """Get one.

        Raises
        ------
        ProblemError
            `upload-gone` if it is no longer there; another one if it cannot be had at the moment.
        """
        ...


class Announcer(Protocol):
    """Tells whoever listens how a job ended. A hint: it may be lost, and it never fails."""

    def announce(self, job: Job) -> bool:
        """Tell; whether it was told."""
        ...


class Handled(StrEnum):
    """What became of an upload."""

    DONE = "DONE"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"
    LATE = "LATE"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, kw_only=True)
class Report:
    """What became of an upload, for the log; `requested_at` is when it was asked for, in seconds since 1970."""

    handled: Handled
    job_id: str
    correlation_id: str = ""
    requested_at: int = 0
    announced: bool = False
    problem: ProblemError | None = None
    predictions: tuple[Prediction, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Worker:
    """Reads pictures and ends their jobs.

    Parameters
    ----------
    model
        The short digest that names the model in every result.
    read
        Makes digits of a file: `vision.reading.read_digits`.
    begun
        Is told of each job before anything is done about it.
    now
        Seconds since 1970.
    """

    jobs: Jobs
    pictures: Pictures
    endpoint: Endpoint
    announcer: Announcer
    model: str
    read: Callable[[bytes, str], Sheet]
    begun: Callable[[Job], None] = lambda _: None
    now: Callable[[], float] = time.time

    def handle(self, upload: Upload) -> Report:
        """Bring one upload to its end, unless it has ended before.

        Raises
        ------
        ProblemError
            If something failed that may go well the next time.
        """
        job = self.jobs.find(upload.job_id)
        if job is None or job.key != upload.key:
            return Report(handled=Handled.UNKNOWN, job_id=upload.job_id)
        self.begun(job)
        if job.status is not Status.PENDING:
            # Who ended it may not have lived to announce it.
            return _report(job, Handled.LATE, announced=self.announcer.announce(job))
        if self.now() >= job.deadline_at:
            return self._end(job, Status.EXPIRED, given_up(job))
        try:
            sheet, predictions = self._predict(upload, job)
        except ProblemError as error:
            if not is_final(error):
                raise
            return self._end(job, Status.FAILED, reason_of(error), problem=error)
        return self._end(job, Status.DONE, result(sheet, predictions, self.model), predictions=predictions)

    def _predict(self, upload: Upload, job: Job) -> tuple[Sheet, tuple[Prediction, ...]]:
        picture = self.pictures.fetch(upload)
        sheet = self.read(picture.body, picture.content_type)
        rows = [digit.pixels for digit in sheet.digits]
        return sheet, tuple(classify(rows, self.endpoint, correlation_id=job.correlation_id))

    def _end(self, job: Job, status: Status, outcome: Mapping[str, Any], **told: Any) -> Report:
        if self.jobs.end(job.job_id, status, outcome):
            announced = self.announcer.announce(replace(job, status=status, outcome=outcome))
            return _report(job, Handled(status), announced=announced, **told)
        ended = self.jobs.find(job.job_id)
        return _report(job, Handled.LATE, announced=ended is not None and self.announcer.announce(ended))


def _report(job: Job, handled: Handled, **told: Any) -> Report:
    return Report(
        handled=handled, job_id=job.job_id, correlation_id=job.correlation_id, requested_at=job.created_at, **told
    )


def is_final(error: ProblemError) -> bool:
    """Tell whether trying again would end the same way: the picture is at fault, not a service."""
    return error.problem.status < 500 and error.problem.status != _TOO_MANY_REQUESTS


def result(sheet: Sheet, predictions: tuple[Prediction, ...], model: str) -> dict[str, Any]:
    """Give the members that a job which is done has beside the usual."""
    digits = [_digit(image, prediction) for image, prediction in zip(sheet.digits, predictions, strict=True)]
    return {"model": model, "width": sheet.width, "height": sheet.height, "digits": digits}


def _digit(image: DigitImage, prediction: Prediction) -> dict[str, Any]:
    probabilities = [round(value, PROBABILITY_DIGITS) for value in prediction.probabilities]
    return {
        "digit": prediction.digit,
        "probability": probabilities[prediction.digit],
        "probabilities": probabilities,
        "box": list(image.box),
        "pixels": base64.b64encode(image.pixels).decode("ascii"),
    }
