"""Requests of CreateTrainingJob and CreateProcessingJob for tests of the emulator; small, valid, changeable."""

from __future__ import annotations

from typing import Any

from support.emulators import IMAGE

BUCKET = "emulated-jobs"
ROLE = "arn:aws:iam::123456789012:role/training"
PROGRAM = "/opt/ml/processing/code/program.py"


def channel(name: str, **source: Any) -> dict[str, Any]:
    """A channel of csv files below `s3://BUCKET/channels/NAME`; `source` changes its S3DataSource."""
    data = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/channels/{name}", **source}
    return {"ChannelName": name, "ContentType": "text/csv", "DataSource": {"S3DataSource": data}}


def training_request(name: str, *, hosts: int = 1, **changes: Any) -> dict[str, Any]:
    """A training job; `changes` are members of the request or of its AlgorithmSpecification, `None` removes one."""
    distribution = "ShardedByS3Key" if hosts > 1 else "FullyReplicated"
    algorithm = {"TrainingImage": IMAGE, "TrainingInputMode": "File"}
    request: dict[str, Any] = {
        "TrainingJobName": name,
        "RoleArn": ROLE,
        "AlgorithmSpecification": algorithm,
        "HyperParameters": {"num_round": "2", "objective": "multi:softprob", "num_class": "3", "eval_metric": "merror"},
        "InputDataConfig": [channel(each, S3DataDistributionType=distribution) for each in ("train", "validation")],
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/jobs/"},
        "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": hosts, "VolumeSizeInGB": 5},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
    }
    of_algorithm = {"TrainingImage", "AlgorithmName", "MetricDefinitions", "ContainerEntrypoint", "TrainingInputMode"}
    for key, value in changes.items():
        _put(algorithm if key in of_algorithm else request, key, value)
    return request


def processing_request(name: str, *arguments: str, **changes: Any) -> dict[str, Any]:
    """A processing job; `changes` are members of the request, of its AppSpecification or of its S3Inputs."""
    application: dict[str, Any] = {"ImageUri": IMAGE, "ContainerEntrypoint": ["python3", PROGRAM]}
    if arguments:
        application["ContainerArguments"] = list(arguments)
    inputs = [_input("code", "code/program.py"), _input("data", "channels/train")]
    target = {
        "S3Uri": f"s3://{BUCKET}/out/{name}",
        "LocalPath": "/opt/ml/processing/output",
        "S3UploadMode": "EndOfJob",
    }
    request: dict[str, Any] = {
        "ProcessingJobName": name,
        "RoleArn": ROLE,
        "AppSpecification": application,
        "ProcessingInputs": inputs,
        "ProcessingOutputConfig": {"Outputs": [{"OutputName": "result", "S3Output": target}]},
        "ProcessingResources": {
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 5}
        },
    }
    for key, value in changes.items():
        if key in ("LocalPath", "S3InputMode"):
            inputs[1]["S3Input"][key] = value
        else:
            _put(application if key in ("ImageUri", "ContainerEntrypoint") else request, key, value)
    return request


def _input(name: str, key: str) -> dict[str, Any]:
    source = {"S3Uri": f"s3://{BUCKET}/{key}", "LocalPath": f"/opt/ml/processing/{name}", "S3DataType": "S3Prefix"}
    return {"InputName": name, "S3Input": source}


def _put(where: dict[str, Any], key: str, value: Any) -> None:
    if value is None:
        where.pop(key, None)
    else:
        where[key] = value
