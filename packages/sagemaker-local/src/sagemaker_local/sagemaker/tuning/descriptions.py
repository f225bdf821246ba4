"""What the operations on tuning jobs answer: records as the JSON documents of the service."""

from __future__ import annotations

from collections import Counter

from sagemaker_local.sagemaker.jobs.records import JobStatus
from sagemaker_local.sagemaker.shapes import Json
from sagemaker_local.sagemaker.tuning.training_requests import static_hyperparameters
from sagemaker_local.sagemaker.tuning.tuning_jobs import Trial, TuningJob

_NOT_SHOWN = ("Tags",)
_COUNTERS = {"Completed": "Completed", "Stopped": "Stopped", "Failed": "NonRetryableError"}
_TIMES = ("CreationTime", "TrainingStartTime", "TrainingEndTime", "FailureReason")


def tuning_job(job: TuningJob) -> Json:
    """Answer of DescribeHyperParameterTuningJob."""
    request = {name: value for name, value in job.request.items() if name not in _NOT_SHOWN}
    definition = {**request["TrainingJobDefinition"], "StaticHyperParameters": static_hyperparameters(job)}
    answer: Json = {
        **request,
        "TrainingJobDefinition": definition,
        **_state(job),
        "BestTrainingJob": trial(job, job.best) if job.best else None,
        "FailureReason": job.failure_reason,
        "TuningJobCompletionDetails": _completion(job),
        "ConsumedResources": {"RuntimeInSeconds": sum(map(_seconds, job.trials))},
    }
    return {name: value for name, value in answer.items() if value is not None}


def summary(job: TuningJob) -> Json:
    """One item of ListHyperParameterTuningJobs."""
    answer = {"HyperParameterTuningJobName": job.name, "Strategy": job.config["Strategy"], **_state(job)}
    answer["ResourceLimits"] = job.config["ResourceLimits"]
    return {name: value for name, value in answer.items() if value is not None}


def trial(job: TuningJob, found: Trial) -> Json:
    """One item of ListTrainingJobsForHyperParameterTuningJob; also the best training job."""
    value = found.objective(job.metric)
    objective = {**job.config["HyperParameterTuningJobObjective"], "Value": value}
    return {
        "TrainingJobName": found.name,
        "TrainingJobArn": found.described["TrainingJobArn"],
        "TrainingJobStatus": found.described["TrainingJobStatus"],
        "TunedHyperParameters": found.values,
        "ObjectiveStatus": _objective_status(job, found),
        **{name: found.described[name] for name in _TIMES if found.described.get(name) is not None},
        **({} if value is None else {"FinalHyperParameterTuningJobObjectiveMetric": objective}),
        **_definition_name(job),
    }


def _definition_name(job: TuningJob) -> Json:
    name = job.request["TrainingJobDefinition"].get("DefinitionName")
    return {"TrainingJobDefinitionName": name} if name else {}


def _state(job: TuningJob) -> Json:
    states = Counter(_COUNTERS.get(each.described["TrainingJobStatus"], "InProgress") for each in job.trials)
    objectives = Counter(_objective_status(job, each) for each in job.trials)
    counters = ("Completed", "InProgress", "RetryableError", "NonRetryableError", "Stopped")
    return {
        "HyperParameterTuningJobArn": job.arn,
        "HyperParameterTuningJobStatus": str(job.status),
        "CreationTime": job.created,
        "LastModifiedTime": job.modified,
        "HyperParameterTuningEndTime": job.ended,
        "TrainingJobStatusCounters": {name: states[name] for name in counters},
        "ObjectiveStatusCounters": {name: objectives[name] for name in ("Succeeded", "Pending", "Failed")},
    }


def _objective_status(job: TuningJob, found: Trial) -> str:
    if not found.has_ended:
        return "Pending"
    return "Failed" if found.objective(job.metric) is None else "Succeeded"


def _completion(job: TuningJob) -> Json | None:
    if job.status is not JobStatus.COMPLETED:
        return None
    return {"NumberOfTrainingJobsObjectiveNotImproving": job.not_improving}


def _seconds(found: Trial) -> int:
    return int(found.described.get("TrainingTimeInSeconds", 0))
