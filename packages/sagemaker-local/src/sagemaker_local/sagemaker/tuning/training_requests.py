"""The CreateTrainingJob request of one training job of a tuning job. Pure."""

from __future__ import annotations

import secrets

from sagemaker_local.sagemaker.shapes import Json
from sagemaker_local.sagemaker.tuning.tuning_jobs import TuningJob

METRIC = "_tuning_objective_metric"
_TAKEN_OVER = (
    "RoleArn",
    "InputDataConfig",
    "VpcConfig",
    "OutputDataConfig",
    "ResourceConfig",
    "StoppingCondition",
    "EnableNetworkIsolation",
    "EnableInterContainerTrafficEncryption",
    "EnableManagedSpotTraining",
    "CheckpointConfig",
    "RetryStrategy",
    "Environment",
)
_OF_RESOURCES = ("InstanceType", "InstanceCount", "VolumeSizeInGB", "VolumeKmsKeyId")


def trial_name(job: TuningJob, number: int) -> str:
    """The name of a training job, such as `search-001-1a2b3c4d`; the service numbers them like this."""
    return f"{job.name}-{number:03}-{secrets.token_hex(4)}"


def static_hyperparameters(job: TuningJob) -> dict[str, str]:
    """The hyperparameters that are not tuned; the service adds the name of the objective for its own algorithms."""
    return {**job.request["TrainingJobDefinition"].get("StaticHyperParameters", {}), METRIC: job.metric}


def training_request(job: TuningJob, name: str, values: dict[str, str]) -> Json:
    """A CreateTrainingJob request.

    Parameters
    ----------
    job
        The tuning job.
    name
        Of the training job.
    values
        The hyperparameters that were chosen.
    """
    definition = job.request["TrainingJobDefinition"]
    request: Json = {member: definition[member] for member in _TAKEN_OVER if definition.get(member) is not None}
    if "ResourceConfig" not in request:
        request["ResourceConfig"] = _resources(definition["HyperParameterTuningResourceConfig"])
    if request.get("CheckpointConfig"):
        checkpoints = request["CheckpointConfig"]
        request["CheckpointConfig"] = {**checkpoints, "S3Uri": f"{checkpoints['S3Uri'].rstrip('/')}/{name}"}
    return {
        **request,
        "TrainingJobName": name,
        "TuningJobArn": job.arn,
        "AlgorithmSpecification": definition["AlgorithmSpecification"],
        "HyperParameters": {**static_hyperparameters(job), **values},
        **({"Tags": job.request["Tags"]} if job.request.get("Tags") else {}),
    }


def _resources(config: Json) -> Json:
    first = config.get("InstanceConfigs", [{}])[0]
    return {member: value for member in _OF_RESOURCES if (value := config.get(member, first.get(member))) is not None}
