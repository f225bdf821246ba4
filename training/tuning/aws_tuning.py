"""Tuning jobs at AWS, or at the emulator: the protocol of `tuning_job` with boto3."""

from __future__ import annotations

from botocore.exceptions import ClientError

from training.aws.clients import client
from training.aws.errors import explained
from training.tuning.request import TuningSpec, create_tuning_job_request
from training.tuning.trials import Trial
from training.tuning.tuning_job import TuningJob, trial_from_summary, tuning_job_from_description

_ABSENT = ("not found", "does not exist", "could not find", "unable to find")


class AwsTuning:
    """The tuning jobs of the account and region that the environment's credentials lead to."""

    def __init__(self) -> None:
        with explained("SageMaker"):
            self._client = client("sagemaker")

    def create(self, spec: TuningSpec) -> None:
        """Send the request as it is."""
        with explained(f"the tuning job {spec.name}"):
            self._client.create_hyper_parameter_tuning_job(**create_tuning_job_request(spec))

    def describe(self, name: str) -> TuningJob | None:
        """The tuning job of that name, or None."""
        with explained(f"the tuning job {name}"):
            try:
                response = self._client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
            except ClientError as problem:
                if _is_absent(problem):
                    return None
                raise
        return tuning_job_from_description(response)

    def trials(self, name: str) -> list[Trial]:
        """Its training jobs so far, in the order in which they began."""
        pages = self._client.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job")
        with explained(f"the training jobs of {name}"):
            return [
                trial_from_summary(summary)
                for page in pages.paginate(
                    HyperParameterTuningJobName=name, SortBy="CreationTime", SortOrder="Ascending"
                )
                for summary in page["TrainingJobSummaries"]
            ]

    def stop(self, name: str) -> None:
        """Ask it to stop."""
        with explained(f"the tuning job {name}"):
            self._client.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)


def _is_absent(problem: ClientError) -> bool:
    """SageMaker responds to an unknown name with ResourceNotFound or, in words, a ValidationException."""
    error = problem.response["Error"]
    message = error.get("Message", "").lower()
    return error["Code"] == "ResourceNotFound" or (
        error["Code"] == "ValidationException" and any(words in message for words in _ABSENT)
    )
