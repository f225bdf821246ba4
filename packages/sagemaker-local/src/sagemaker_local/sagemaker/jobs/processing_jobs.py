"""The rules of processing jobs in one account and region; a pure state machine.

The runner of a job reports with `started` and `finish`.
"""

from __future__ import annotations

from sagemaker_local.sagemaker.jobs.job_table import REASON_LENGTH_MAX, JobTable, JobTexts
from sagemaker_local.sagemaker.jobs.records import JobStatus, ProcessingJob
from sagemaker_local.sagemaker.shapes import Json


class ProcessingJobs(JobTable[ProcessingJob]):
    """The processing jobs of one account and region."""

    texts = JobTexts(
        arn_kind="processing-job",
        name_member="ProcessingJobName",
        noun="processing job",
        name_taken="Job name must be unique within an AWS account and region, and a job with this name already exists "
        "({arn})",
        not_found="Could not find requested job with name: {name}",
    )

    def _new(self, name: str, arn: str, now: float, request: Json) -> ProcessingJob:
        return ProcessingJob(name=name, arn=arn, created=now, modified=now, request=request)

    def started(self, job: ProcessingJob) -> None:
        """The job has its instances."""
        job.began = job.modified = self.clock()

    def finish(
        self, job: ProcessingJob, status: JobStatus, *, reason: str | None = None, message: str | None = None
    ) -> None:
        """The job has ended: why if it failed, and what its program left as its exit message."""
        job.status, job.ended = status, self.clock()
        job.modified = job.ended
        job.failure_reason = reason[:REASON_LENGTH_MAX] if reason else None
        job.exit_message = message[:REASON_LENGTH_MAX] if message else None
