"""Fakes of the services that uploads use: a table, a bucket, pictures, an Event API. They behave; none is stubbed.

`FakeJobs` is held to the same contract as the table of DynamoDB, in tests/contract/lambda_src/test_upload_jobs.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from contract.digit import PIXELS
from gateway.problems import ProblemError, ProblemType
from upload_jobs.jobs import Job, Status
from upload_jobs.problems import UPLOAD_GONE
from upload_worker.messages import Upload
from upload_worker.worker import Picture
from uploads.application import Form
from vision.reading import Predict
from vision.sheet import DigitImage, Sheet

NOW = 1_795_370_400
JOB = Job(
    job_id="0c1b4f0e-5d5b-4a2e-8a06-6b0f2f3a9d11",
    owner="anna",
    key="uploads/anna/0c1b4f0e-5d5b-4a2e-8a06-6b0f2f3a9d11",
    content_type="image/png",
    correlation_id="a-user-action",
    created_at=NOW,
    deadline_at=NOW + 3600,
    forgotten_at=NOW + 86_400,
)
UPLOAD = Upload(bucket="pictures", key=JOB.key, version="1")


@dataclass
class FakeJobs:
    """A table of jobs in memory; implements `upload_jobs.jobs.Jobs`. A problem, if set, is raised that many times."""

    jobs: dict[str, Job] = field(default_factory=dict)
    problem: ProblemType | None = None
    failures: int = 0

    def create(self, job: Job) -> None:
        self._fail()
        self.jobs[job.job_id] = job

    def find(self, job_id: str) -> Job | None:
        self._fail()
        return self.jobs.get(job_id)

    def end(self, job_id: str, status: Status, outcome: Mapping[str, Any]) -> bool:
        self._fail()
        job = self.jobs.get(job_id)
        if job is None or job.status is not Status.PENDING:
            return False
        self.jobs[job_id] = replace(job, status=status, outcome=dict(outcome))
        return True

    def _fail(self) -> None:
        if self.problem is not None and self.failures > 0:
            self.failures -= 1
            raise ProblemError(self.problem, self.problem.remedy)


class FakeUploads:
    """A bucket that signs nothing; implements `uploads.application.Uploads`."""

    def form(self, job: Job) -> Form:
        return Form(url="https://pictures.example/", fields={"key": job.key, "Content-Type": job.content_type})


@dataclass
class FakePictures:
    """Uploaded files by key; implements `upload_worker.worker.Pictures`."""

    files: dict[str, Picture] = field(default_factory=lambda: {JOB.key: Picture(body=b"7", content_type="image/png")})

    def fetch(self, upload: Upload) -> Picture:
        if upload.key not in self.files:
            raise ProblemError(UPLOAD_GONE, UPLOAD_GONE.remedy)
        return self.files[upload.key]


@dataclass
class FakeAnnouncer:
    """An Event API, available or not; implements `upload_worker.worker.Announcer`."""

    is_available: bool = True
    announced: list[Job] = field(default_factory=list)

    def announce(self, job: Job) -> str | None:
        self.announced.append(job)
        return None if self.is_available else "no connection"


def read_bytes_as_digits(body: bytes, _media_type: str, predict: Predict) -> Sheet:
    """A picture whose every byte is a digit: its pixels begin with its value, by which `FakeEndpoint` knows it."""
    rows = np.zeros((len(body), PIXELS), np.uint8)
    rows[:, 0] = [value - ord("0") for value in body]
    digits = tuple(
        DigitImage(pixels=row.tobytes(), box=(20 * place, 0, 10, 20), probabilities=tuple(scores.tolist()))
        for place, (row, scores) in enumerate(zip(rows, predict(rows), strict=True))
    )
    return Sheet(width=20 * len(body), height=20, digits=digits)
