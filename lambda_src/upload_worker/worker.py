"""Reads one upload and ends its job: the domain. Pure but for what is passed in.

A fault of the picture ends the job as FAILED, with a reason. A transient error, such as that of a busy endpoint, ends
nothing: it is raised, and the queue delivers the upload again. Deliveries may be repeated and simultaneous: the store
of jobs ends a job only once, and whoever finds it ended announces that end again.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Protocol

from contract.calibration import Calibration
from digit_model.classify import Endpoint, Prediction
from digit_model.predictor import predictor
from gateway.problems import ProblemError
from upload_jobs.jobs import Job, Jobs, Status, expired_outcome, reason_of
from upload_worker.messages import Upload
from vision.sheet import DigitImage, Sheet
from vision.time_limit import Read

PROBABILITY_DIGITS = 6
"""Decimals of a probability: about the precision of float32."""

_TOO_MANY_REQUESTS = 429


@dataclass(frozen=True, kw_only=True)
class Picture:
    """An uploaded file, and the media type that S3 keeps with it."""

    body: bytes
    content_type: str


class Pictures(Protocol):
    """The store of uploaded files."""

    def fetch(self, upload: Upload) -> Picture:
        """Fetch one.

        Raises
        ------
        ProblemError
            `upload-gone` if it no longer exists; another one if it cannot be fetched at the moment.
        """
        ...


class Announcer(Protocol):
    """Publishes how a job ended. Only a hint to the client: it may be lost, and it never raises."""

    def announce(self, job: Job) -> str | None:
        """Publish; None if it was published, else why not."""
        ...


class Handled(StrEnum):
    """How an upload was handled."""

    DONE = "DONE"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"
    LATE = "LATE"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, kw_only=True)
class Report:
    """How an upload was handled, for the log and the metrics.

    Attributes
    ----------
    requested_at
        When the job was created, in seconds since 1970.
    announcement_failure
        Why its end could not be announced; None if it was.
    """

    handled: Handled
    job_id: str
    requested_at: int = 0
    announcement_failure: str | None = None
    problem: ProblemError | None = None
    predictions: tuple[Prediction, ...] = ()

    @property
    def announced(self) -> bool:
        """Whether the end of a job was announced; an upload without a job has nothing to announce."""
        return self.handled is not Handled.UNKNOWN and self.announcement_failure is None


@dataclass(frozen=True, kw_only=True)
class Worker:
    """Reads pictures and ends their jobs.

    Parameters
    ----------
    model
        The short digest that names the model in every result.
    canonical_form
        Version of the form in which the model is given digits.
    calibration
        How its probabilities are read.
    read
        Reads the digits of a file with a model: `vision.reading.read_picture`.
    now
        Seconds since 1970.
    """

    jobs: Jobs
    pictures: Pictures
    endpoint: Endpoint
    announcer: Announcer
    model: str
    canonical_form: int
    calibration: Calibration
    read: Read
    now: Callable[[], float] = time.time

    def find_job(self, upload: Upload) -> Job | None:
        """Find the job that an upload belongs to, if there is one.

        Raises
        ------
        ProblemError
            If the store of jobs does not respond.
        """
        job = self.jobs.find(upload.job_id)
        return job if job is not None and job.key == upload.key else None

    def handle(self, upload: Upload, job: Job) -> Report:
        """End the job of an upload, unless it has ended before.

        Raises
        ------
        ProblemError
            If something failed that may succeed the next time.
        """
        if job.status is not Status.PENDING:
            # The function that ended it may have been killed before it announced the end.
            return self._late(job)
        if self.now() >= job.deadline_at:
            return self._end(job, Status.EXPIRED, expired_outcome(job))
        try:
            sheet, predictions = self._predict(upload, job)
        except ProblemError as error:
            if not is_final(error):
                raise
            return self._end(job, Status.FAILED, reason_of(error), problem=error)
        return self._end(job, Status.DONE, result(sheet, self.model), predictions=predictions)

    def _predict(self, upload: Upload, job: Job) -> tuple[Sheet, tuple[Prediction, ...]]:
        picture = self.pictures.fetch(upload)
        predict = predictor(
            self.endpoint,
            canonical_form=self.canonical_form,
            correlation_id=job.correlation_id,
        )
        sheet = self.read(picture.body, picture.content_type, predict).calibrated(self.calibration)
        predictions = [
            Prediction(digit=each.digit, probabilities=each.probabilities, unsure=each.unsure) for each in sheet.digits
        ]
        return sheet, tuple(predictions)

    def _end(self, job: Job, status: Status, outcome: Mapping[str, Any], **facts: Any) -> Report:
        if not self.jobs.end(job.job_id, status, outcome):
            ended = self.jobs.find(job.job_id)
            return self._late(ended) if ended else _report(job, Handled.LATE, "the job's record was deleted")
        failure = self.announcer.announce(replace(job, status=status, outcome=outcome))
        return _report(job, Handled(status), failure, **facts)

    def _late(self, job: Job) -> Report:
        """Announce the end that a job already has."""
        return _report(job, Handled.LATE, self.announcer.announce(job))


def _report(job: Job, handled: Handled, announcement_failure: str | None, **facts: Any) -> Report:
    return Report(
        handled=handled,
        job_id=job.job_id,
        requested_at=job.created_at,
        announcement_failure=announcement_failure,
        **facts,
    )


def is_final(error: ProblemError) -> bool:
    """Whether another attempt would end the same way: the picture is at fault, not a service."""
    return error.problem.status < 500 and error.problem.status != _TOO_MANY_REQUESTS


def result(sheet: Sheet, model: str) -> dict[str, Any]:
    """Give the outcome of a job that is done."""
    digits = [_digit(image) for image in sheet.digits]
    place = {"width": sheet.width, "height": sheet.height, "turned": sheet.turned}
    return {"model": model, **place, "digits": digits}


def _digit(image: DigitImage) -> dict[str, Any]:
    probabilities = [round(value, PROBABILITY_DIGITS) for value in image.probabilities]
    return {
        "digit": image.digit,
        "probability": probabilities[image.digit],
        "probabilities": probabilities,
        "unsure": image.unsure,
        "box": list(image.box),
        "pixels": base64.b64encode(image.pixels).decode("ascii"),
    }
