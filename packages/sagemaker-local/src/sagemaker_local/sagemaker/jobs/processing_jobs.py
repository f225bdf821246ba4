"""The rules of processing jobs in one account and region; a pure state machine.

Whoever runs a job reports with `started` and `finish`. Names of ended jobs stay taken, as in the service.
"""

from __future__ import annotations

from collections.abc import Callable

from sagemaker_local.sagemaker.errors import ServiceError, validation
from sagemaker_local.sagemaker.jobs.records import ENDED, JobStatus, ProcessingJob
from sagemaker_local.sagemaker.records import Scope
from sagemaker_local.sagemaker.shapes import Json

KIND = "processing-job"
_LONGEST = 1024


class ProcessingJobs:
    """The processing jobs of one account and region.

    Parameters
    ----------
    scope
        The account and region.
    clock
        Gives the time in seconds since the epoch.
    """

    def __init__(self, scope: Scope, clock: Callable[[], float]) -> None:
        self.scope, self.clock = scope, clock
        self.jobs: dict[str, ProcessingJob] = {}

    def check_name(self, name: str) -> None:
        """See that no job has that name.

        Raises
        ------
        ServiceError
            `ResourceInUse`, as the service words it.
        """
        if name.lower() in self.jobs:
            msg = (
                "Job name must be unique within an AWS account and region, and a job with this name already exists "
                f"({self.scope.arn(KIND, name)})"
            )
            raise ServiceError("ResourceInUse", msg)

    def create(self, request: Json) -> ProcessingJob:
        """Begin a job."""
        name, now = request["ProcessingJobName"], self.clock()
        self.check_name(name)
        job = ProcessingJob(name=name, arn=self.scope.arn(KIND, name), created=now, modified=now, request=request)
        self.jobs[name.lower()] = job
        return job

    def job(self, name: str) -> ProcessingJob:
        """The job of that name."""
        found = self.jobs.get(name.lower())
        if found is None:
            msg = f"Could not find requested job with name: {name}"
            raise validation(msg)
        return found

    def started(self, job: ProcessingJob) -> None:
        """The job has its instances."""
        job.began = job.modified = self.clock()

    def stop(self, name: str) -> ProcessingJob:
        """Begin the end of a job; one that is being stopped already is left to it."""
        job = self.job(name)
        if job.status in ENDED:
            msg = f"The request was rejected because the processing job is in status {job.status}."
            raise validation(msg)
        job.status, job.modified = JobStatus.STOPPING, self.clock()
        return job

    def finish(
        self, job: ProcessingJob, status: JobStatus, *, reason: str | None = None, message: str | None = None
    ) -> None:
        """The job has ended: why if it failed, and what its program left as its exit message."""
        job.status, job.ended = status, self.clock()
        job.modified = job.ended
        job.failure_reason = reason[:_LONGEST] if reason else None
        job.exit_message = message[:_LONGEST] if message else None

    def delete(self, name: str) -> ProcessingJob:
        """Forget a job that has ended."""
        job = self.job(name)
        if job.status not in ENDED:
            msg = f"Processing job {job.arn} is in status {job.status}; only a job that has ended can be deleted."
            raise ServiceError("ResourceInUse", msg)
        return self.jobs.pop(name.lower())
