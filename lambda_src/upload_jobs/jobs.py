"""The job of an upload: its owner, its status, its outcome. Pure.

A job begins PENDING and ends once, for good: DONE, FAILED or EXPIRED. It is ended with a conditional write, so that of
two that try the second one learns that it came too late.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol

from gateway.problems import ProblemError, ProblemType
from upload_jobs.problems import UPLOAD_EXPIRED

SCHEMA = "digits.upload/1"
NAMESPACE = "predictions"
"""The channel namespace below which every job has its channel."""

JOB_ID_PATTERN = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
"""A UUID in its usual form."""


class Status(StrEnum):
    """Status of a job."""

    PENDING = "PENDING"
    DONE = "DONE"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, kw_only=True)
class Job:
    """One upload.

    Attributes
    ----------
    job_id
        As `JOB_ID_PATTERN` says.
    owner
        Id of the only caller who may see it: see `uploads.identity`.
    key
        The one key in the bucket that may be written for it.
    content_type
        `image/png` or `image/jpeg`, as requested.
    correlation_id
        Id of the user action that this upload belongs to.
    created_at, deadline_at, forgotten_at
        Seconds since 1970: when it was created, when it expires, when its record is deleted.
    outcome
        Further members of its document once it has ended.
    """

    job_id: str
    owner: str
    key: str
    content_type: str
    correlation_id: str
    created_at: int
    deadline_at: int
    forgotten_at: int
    status: Status = Status.PENDING
    outcome: Mapping[str, Any] = field(default_factory=dict)

    @property
    def channel(self) -> str:
        """The channel on which its end is published."""
        return f"/{NAMESPACE}/{self.owner}/{self.job_id}"

    def document(self) -> dict[str, Any]:
        """Give the document that its owner is shown."""
        return {
            "schema": SCHEMA,
            "job_id": self.job_id,
            "status": str(self.status),
            "created_at": iso_time(self.created_at),
            "expires_at": iso_time(self.deadline_at),
            **self.outcome,
        }


class Jobs(Protocol):
    """The store of jobs."""

    def create(self, job: Job) -> None:
        """Store a new job."""
        ...

    def find(self, job_id: str) -> Job | None:
        """Look a job up, as it is at this moment."""
        ...

    def end(self, job_id: str, status: Status, outcome: Mapping[str, Any]) -> bool:
        """End a job that is pending; False if it had ended already or is not known, and then nothing has changed."""
        ...


def expired_outcome(job: Job) -> dict[str, Any]:
    """Give the outcome of a job that has expired."""
    detail = (
        f"no result until {iso_time(job.deadline_at)}: nothing was uploaded, or it could not be read in time; "
        f"{UPLOAD_EXPIRED.remedy}"
    )
    return reason(UPLOAD_EXPIRED, detail)


def reason(problem: ProblemType, detail: str) -> dict[str, Any]:
    """Give the member that says why there is no result."""
    return {"reason": {"type": problem.uri, "title": problem.title, "detail": detail}}


def reason_of(error: ProblemError) -> dict[str, Any]:
    """Give that member for a problem that occurred."""
    return reason(error.problem, error.detail)


def iso_time(seconds: int) -> str:
    """Write a time as RFC 3339 does, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
