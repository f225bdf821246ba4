"""When a tuning job gives up, and what it makes of training jobs that somebody deletes (a fake)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from sagemaker_local.sagemaker.errors import validation
from sagemaker_local.sagemaker.jobs.records import JobStatus
from sagemaker_local.sagemaker.tuning.runner import Runner
from sagemaker_local.sagemaker.tuning.tuning_jobs import TuningJob, TuningJobs
from support.emulated_pipelines import control_plane
from support.job_requests import training_request

Json = dict[str, Any]
METRIC = "validation:merror"


@dataclass
class TrainingJobs:
    """Answers the operations on training jobs: the jobs end, in their order, as `endings` say; None has been deleted.

    Parameters
    ----------
    endings
        status and final metric
    """

    endings: list[tuple[str, float | None] | None]
    names: list[str] = field(default_factory=list)
    described: set[str] = field(default_factory=set)

    async def call(self, operation: str, request: Json) -> Json:
        name = request["TrainingJobName"]
        if operation == "CreateTrainingJob":
            self.names.append(name)
            return {}
        assert operation == "DescribeTrainingJob"
        ending = self.endings[self.names.index(name)]
        if name not in self.described:
            self.described.add(name)
            return {"TrainingJobStatus": "InProgress"}
        if ending is None:
            raise validation("Requested resource not found.")
        metrics = [] if ending[1] is None else [{"MetricName": METRIC, "Value": ending[1]}]
        return {"TrainingJobStatus": ending[0], "FinalMetricDataList": metrics}


def tuned(jobs: TrainingJobs, *, most: int, at_once: int = 5) -> TuningJob:
    """A tuning job over these training jobs, once it has ended."""
    members = ("InputDataConfig", "OutputDataConfig", "ResourceConfig", "RoleArn", "AlgorithmSpecification")
    training = training_request("x")
    config = {
        "Strategy": "Random",
        "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": METRIC},
        "ResourceLimits": {"MaxNumberOfTrainingJobs": most, "MaxParallelTrainingJobs": at_once},
        "ParameterRanges": {"ContinuousParameterRanges": [{"Name": "eta", "MinValue": "0.1", "MaxValue": "0.5"}]},
    }
    request = {
        "HyperParameterTuningJobName": "t",
        "HyperParameterTuningJobConfig": config,
        "TrainingJobDefinition": {member: training[member] for member in members},
    }
    tuning = TuningJobs(control_plane())
    job = tuning.create(request)
    asyncio.run(Runner(tuning, job, jobs.call).run(asyncio.Event()))
    return job


def test_five_failures_before_a_success_are_enough() -> None:
    jobs = TrainingJobs([("Failed", None)] * 50)
    job = tuned(jobs, most=50)
    assert (job.status, len(jobs.names)) == (JobStatus.FAILED, 5)
    assert (job.failure_reason or "").startswith("No training job succeeded after 5 attempts.")


def test_failures_after_a_success_are_not_counted() -> None:
    job = tuned(TrainingJobs([("Completed", 0.1), *[("Failed", None)] * 6]), most=7, at_once=7)
    assert (job.status, job.failure_reason, len(job.trials)) == (JobStatus.COMPLETED, None, 7)


def test_a_training_job_that_is_deleted_does_not_hold_the_others_up() -> None:
    job = tuned(TrainingJobs([None, ("Completed", 0.1)]), most=2)
    assert job.status is JobStatus.COMPLETED
    assert [trial.described["TrainingJobStatus"] for trial in job.trials] == ["Stopped", "Completed"]


def test_what_nobody_expected_ends_the_tuning_job() -> None:
    class Broken(TrainingJobs):
        async def call(self, operation: str, request: Json) -> Json:
            raise RuntimeError("no more memory")

    job = tuned(Broken([]), most=2)
    assert (job.status, job.failure_reason) == (
        JobStatus.FAILED,
        "InternalServerError: failure of the emulator: RuntimeError('no more memory')",
    )
