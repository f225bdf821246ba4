"""What the jobs of one kind in one account and region have in common: names, states, their beginning and their end.

Pure: no process is started and no object is read here. Names of ended jobs stay taken, as in the service.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sagemaker_local.sagemaker.errors import ServiceError, validation
from sagemaker_local.sagemaker.jobs.records import ENDED, Job, JobStatus
from sagemaker_local.sagemaker.records import Scope
from sagemaker_local.sagemaker.shapes import Json

REASON_LENGTH_MAX = 1024
"""Characters of a `FailureReason` or `ExitMessage`."""

JobT = TypeVar("JobT", bound=Job)


@dataclass(frozen=True, kw_only=True)
class JobTexts:
    """How the service calls jobs of one kind, and what it says of them.

    Parameters
    ----------
    arn_kind
        Part of the ARN.
    name_member
        Member of a request that holds the name.
    noun
        In sentences.
    name_taken, not_found
        Texts of errors, with `{arn}` and `{name}`.
    not_found_code
        Code of the error for a name that no job has.
    """

    arn_kind: str
    name_member: str
    noun: str
    name_taken: str
    not_found: str
    not_found_code: str = "ValidationException"


class JobTable(ABC, Generic[JobT]):
    """The jobs of one kind in one account and region.

    Parameters
    ----------
    scope
        The account and region.
    clock
        Gives the time in seconds since the epoch.
    """

    texts: JobTexts

    def __init__(self, scope: Scope, clock: Callable[[], float]) -> None:
        self.scope, self.clock = scope, clock
        self.jobs: dict[str, JobT] = {}

    def has(self, name: str) -> bool:
        """Whether there is a job of that name."""
        return name.lower() in self.jobs

    def check_name(self, name: str) -> None:
        """See that no job has that name.

        Raises
        ------
        ServiceError
            `ResourceInUse`, with the service's text.
        """
        if self.has(name):
            raise ServiceError("ResourceInUse", self.texts.name_taken.format(arn=self._arn(name), name=name))

    def create(self, request: Json) -> JobT:
        """Begin a job: `InProgress`."""
        name = request[self.texts.name_member]
        self.check_name(name)
        job = self._new(name, self._arn(name), self.clock(), request)
        self.jobs[name.lower()] = job
        return job

    @abstractmethod
    def _new(self, name: str, arn: str, now: float, request: Json) -> JobT: ...

    def job(self, name: str) -> JobT:
        """The job of that name."""
        found = self.jobs.get(name.lower())
        if found is None:
            msg = self.texts.not_found.format(arn=self._arn(name), name=name)
            raise ServiceError(self.texts.not_found_code, msg)
        return found

    def stop(self, name: str) -> JobT:
        """Begin the end of a job; one that is being stopped already is left to it."""
        job = self.job(name)
        if job.status in ENDED:
            msg = f"The request was rejected because the {self.texts.noun} is in status {job.status}."
            raise validation(msg)
        if job.status is not JobStatus.STOPPING:
            job.status, job.modified = JobStatus.STOPPING, self.clock()
            self._stopping(job)
        return job

    def _stopping(self, job: JobT) -> None:
        """What else changes when a job begins to stop."""

    def delete(self, name: str) -> JobT:
        """Forget a job that has ended."""
        job = self.job(name)
        if job.status not in ENDED:
            noun = self.texts.noun.capitalize()
            msg = f"{noun} {job.arn} is in status {job.status}; only a job that has ended can be deleted."
            raise ServiceError("ResourceInUse", msg)
        return self.jobs.pop(name.lower())

    def _arn(self, name: str) -> str:
        return self.scope.arn(self.texts.arn_kind, name)
