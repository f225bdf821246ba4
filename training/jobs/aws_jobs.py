"""Jobs and their logs at AWS, or at the emulator: the protocols of `services` with boto3."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from training.aws.clients import client
from training.aws.errors import explained
from training.jobs.description import Job, job_from_description
from training.jobs.request import create_training_job_request
from training.jobs.services import Page
from training.jobs.spec import JobSpec

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
_NOT_FOUND = "Requested resource not found"


class AwsJobs:
    """The training jobs of the account and region that the environment's credentials lead to."""

    def __init__(self) -> None:
        with explained("SageMaker"):
            self._client = client("sagemaker")

    @property
    def region(self) -> str:
        """The region that is asked."""
        return self._client.meta.region_name

    def submit(self, spec: JobSpec) -> None:
        """Send the request as it is."""
        with explained(f"the job {spec.name}"):
            self._client.create_training_job(**create_training_job_request(spec))

    def describe(self, name: str) -> Job | None:
        """The job of that name, or None."""
        with explained(f"the job {name}"):
            try:
                return job_from_description(self._client.describe_training_job(TrainingJobName=name))
            except ClientError as problem:
                if _is_absent(problem):
                    return None
                raise

    def names(self, *, prefix: str, status: str | None, limit: int) -> list[str]:
        """Names of jobs that begin so, latest first; the service can only be asked for what contains it."""
        question: dict[str, Any] = {"NameContains": prefix, "SortBy": "CreationTime", "SortOrder": "Descending"}
        if status:
            question["StatusEquals"] = status
        names: list[str] = []
        with explained("the list of training jobs"):
            for page in self._client.get_paginator("list_training_jobs").paginate(**question):
                found = (each["TrainingJobName"] for each in page["TrainingJobSummaries"])
                names += [name for name in found if name.startswith(prefix)]
                if len(names) >= limit:
                    break
        return names[:limit]

    def stop(self, name: str) -> None:
        """Ask a job to stop."""
        with explained(f"the job {name}"):
            self._client.stop_training_job(TrainingJobName=name)


class AwsLogs:
    """The log streams of training jobs in CloudWatch Logs."""

    def __init__(self) -> None:
        with explained(f"the logs in {LOG_GROUP}"):
            self._client = client("logs")

    def streams(self, job: str) -> list[str]:
        """Names of the streams so far; the group itself is made with the first job."""
        names: list[str] = []
        with explained(f"the logs of {job}"):
            try:
                pages = self._client.get_paginator("describe_log_streams").paginate(
                    logGroupName=LOG_GROUP, logStreamNamePrefix=f"{job}/"
                )
                for page in pages:
                    names += [stream["logStreamName"] for stream in page["logStreams"]]
            except ClientError as problem:
                if problem.response["Error"]["Code"] != "ResourceNotFoundException":
                    raise
        return names

    def read(self, stream: str, token: str | None) -> Page:
        """The lines after `token`; a stream that is announced but not there yet has none."""
        question: dict[str, Any] = {"logGroupName": LOG_GROUP, "logStreamName": stream, "startFromHead": True}
        if token:
            question["nextToken"] = token
        with explained(f"the log {stream}"):
            try:
                response = self._client.get_log_events(**question)
            except ClientError as problem:
                if problem.response["Error"]["Code"] == "ResourceNotFoundException":
                    return Page(lines=(), token=token)
                raise
        lines = tuple(event["message"].rstrip("\n") for event in response["events"])
        return Page(lines=lines, token=response["nextForwardToken"])


def _is_absent(problem: ClientError) -> bool:
    """SageMaker has no code of its own for a name that it does not know."""
    error = problem.response["Error"]
    return error["Code"] in ("ResourceNotFound", "ValidationException") and _NOT_FOUND in error.get("Message", "")
