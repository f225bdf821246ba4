"""Checks of CreateTrainingJob beyond a request's form, with the service's texts where users have reported them.

Pure functions on the request; that the role may be assumed and sees the data is looked at in `training_operations`.
"""

from __future__ import annotations

from collections.abc import Iterator

from sagemaker_local.sagemaker.errors import validation
from sagemaker_local.sagemaker.jobs.s3_access import split_prefix
from sagemaker_local.sagemaker.shapes import Json

IMAGE = "sagemaker-xgboost"
_FIRST_IMAGE = "xgboost"
"""Repository of the first version; https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html tells both apart."""
_SERVERLESS = ("ServerlessJobConfig", "ModelPackageConfig")


def check(request: Json) -> None:
    """See that a job of this request can be run.

    Raises
    ------
    ServiceError
        `ValidationException` that says what is wrong.
    """
    for name in _SERVERLESS:
        if request.get(name):
            msg = f"This emulator trains with the built-in XGBoost image only; it has no {name}."
            raise validation(msg)
    _check_algorithm(request.get("AlgorithmSpecification", {}))
    _check_resources(request.get("ResourceConfig"))
    _check_stopping(request)
    _check_channels(request.get("InputDataConfig", []))
    split_prefix(request["OutputDataConfig"]["S3OutputPath"])
    if request.get("CheckpointConfig"):
        split_prefix(request["CheckpointConfig"]["S3Uri"])


def check_image(image: str) -> None:
    """See that it is the image that is emulated.

    Raises
    ------
    ServiceError
        `ValidationException` that names the image.
    """
    name, _, _ = image.split("/")[-1].partition(":")
    if name == _FIRST_IMAGE:
        msg = (
            f'"{image}" is the first built-in XGBoost image (tags 1 and latest, XGBoost 0.72); this emulator does not '
            f"run it. Use {IMAGE}:1.7-1 or later: image_uris.retrieve('xgboost', region, version='1.7-1') gives it."
        )
        raise validation(msg)
    if name != IMAGE:
        msg = f'This emulator only runs the built-in XGBoost image (.../{IMAGE}:TAG); got "{image}".'
        raise validation(msg)


def _check_algorithm(algorithm: Json) -> None:
    if algorithm.get("AlgorithmName") or not algorithm.get("TrainingImage"):
        msg = f"This emulator needs AlgorithmSpecification.TrainingImage (.../{IMAGE}:TAG), not an AlgorithmName."
        raise validation(msg)
    check_image(algorithm["TrainingImage"])
    if algorithm.get("ContainerEntrypoint") or algorithm.get("ContainerArguments"):
        raise validation("This emulator runs the image's own entry point; give no ContainerEntrypoint or Arguments.")
    if algorithm.get("MetricDefinitions"):
        msg = (
            "You can't override the metric definitions for Amazon SageMaker algorithms. Please retry the request "
            "without specifying metric definitions."
        )
        raise validation(msg)


def _check_resources(resources: Json | None) -> None:
    if not resources:
        raise validation("ResourceConfig is required to create a training job.")
    groups = resources.get("InstanceGroups")
    if groups and (resources.get("InstanceType") or resources.get("InstanceCount")):
        raise validation("Give InstanceType and InstanceCount, or InstanceGroups, in ResourceConfig, not both.")
    for group in groups or [resources]:
        if not group.get("InstanceType") or group.get("InstanceCount", 0) < 1:
            msg = f"ResourceConfig needs an InstanceType and an InstanceCount of at least 1; got {group}."
            raise validation(msg)
    if resources.get("VolumeSizeInGB", 0) < 1:
        msg = f"VolumeSizeInGB must be at least 1; got {resources.get('VolumeSizeInGB', 0)}."
        raise validation(msg)


def _check_stopping(request: Json) -> None:
    condition = request.get("StoppingCondition", {})
    longest_wait, longest_run = condition.get("MaxWaitTimeInSeconds"), condition.get("MaxRuntimeInSeconds", 86_400)
    spot = request.get("EnableManagedSpotTraining", False)
    if longest_wait is not None and not spot:
        msg = "Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to true"
        raise validation(msg)
    if spot and (longest_wait is None or longest_wait < longest_run):
        msg = (
            "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds "
            "when EnableManagedSpotTraining is set to true"
        )
        raise validation(msg)


def _check_channels(channels: list[Json]) -> None:
    names = [channel["ChannelName"] for channel in channels]
    if len(set(names)) != len(names):
        msg = f"Channel names must be unique; got {', '.join(names)}."
        raise validation(msg)
    for channel in channels:
        for problem in _channel_problems(channel):
            msg = f"Channel {channel['ChannelName']}: {problem}."
            raise validation(msg)
        split_prefix(channel["DataSource"]["S3DataSource"]["S3Uri"])


def _channel_problems(channel: Json) -> Iterator[str]:
    source = channel["DataSource"].get("S3DataSource")
    if not source:
        yield "this emulator reads data from S3 only; give an S3DataSource"
        return
    if source["S3DataType"] not in ("S3Prefix", "ManifestFile"):
        yield f"{source['S3DataType']} is not read by this emulator; S3Prefix and ManifestFile are"
    if channel.get("CompressionType", "None") != "None":
        yield "CompressionType is used in Pipe mode only, which the image does not have; leave it out"
    if source.get("InstanceGroupNames"):
        yield "this emulator gives every channel to all instance groups; leave InstanceGroupNames out"
