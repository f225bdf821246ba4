"""The request of a job, as SageMaker's CreateTrainingJob wants it. Pure: the same spec, the same request.

The parts have functions of their own, because a tuning job and a pipeline step are made of the same ones.
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
"""

from __future__ import annotations

from typing import Any

from training.jobs.spec import Channel, JobSpec, Spot

CHECKPOINT_FOLDER = "/opt/ml/checkpoints"


def create_training_job_request(spec: JobSpec) -> dict[str, Any]:
    """The whole request.

    Parameters
    ----------
    spec
        the job

    Returns
    -------
    dict
        the parameters of boto3's `create_training_job`; no member is null or empty
    """
    tags = [{"Key": key, "Value": value} for key, value in spec.tags]
    return {
        "TrainingJobName": spec.name,
        "HyperParameters": spec.hyperparameters.to_sagemaker(),
        **job_definition(spec),
        **({"Tags": tags} if tags else {}),
    }


def job_definition(spec: JobSpec) -> dict[str, Any]:
    """Everything but name, hyperparameters and tags: what a tuning job's definition says in the same words."""
    definition: dict[str, Any] = {
        "AlgorithmSpecification": algorithm_specification(spec),
        "RoleArn": spec.role_arn,
        "InputDataConfig": input_data_config(spec),
        "OutputDataConfig": output_data_config(spec),
        "ResourceConfig": resource_config(spec),
        "StoppingCondition": stopping_condition(spec),
        "EnableManagedSpotTraining": isinstance(spec.capacity, Spot),
        "EnableNetworkIsolation": spec.network_isolation,
        "EnableInterContainerTrafficEncryption": spec.encrypt_between_hosts,
    }
    if spec.vpc:
        definition["VpcConfig"] = {
            "SecurityGroupIds": list(spec.vpc.security_groups),
            "Subnets": list(spec.vpc.subnets),
        }
    if isinstance(spec.capacity, Spot) and spec.capacity.checkpoint_uri:
        definition["CheckpointConfig"] = {"S3Uri": spec.capacity.checkpoint_uri, "LocalPath": CHECKPOINT_FOLDER}
    return definition


def algorithm_specification(spec: JobSpec) -> dict[str, Any]:
    """The image, and files as the way in: the container knows no other any more."""
    return {"TrainingImage": spec.image_uri, "TrainingInputMode": "File"}


def input_data_config(spec: JobSpec) -> list[dict[str, Any]]:
    """The channels, each shared out among the hosts by part file when there are several."""
    return [_channel(channel, sharded=spec.sharded) for channel in spec.channels]


def output_data_config(spec: JobSpec) -> dict[str, Any]:
    """Where the model goes, always as a gzipped archive."""
    key = {"KmsKeyId": spec.kms_key_arn} if spec.kms_key_arn else {}
    return {"S3OutputPath": spec.output_uri, "CompressionType": "GZIP", **key}


def resource_config(spec: JobSpec) -> dict[str, Any]:
    """The machines."""
    key = {"VolumeKmsKeyId": spec.kms_key_arn} if spec.kms_key_arn else {}
    return {
        "InstanceType": spec.machines.instance_type,
        "InstanceCount": spec.machines.instance_count,
        "VolumeSizeInGB": spec.machines.volume_gb,
        **key,
    }


def stopping_condition(spec: JobSpec) -> dict[str, int]:
    """The limits in seconds."""
    limits = {"MaxRuntimeInSeconds": spec.capacity.max_run_seconds}
    if isinstance(spec.capacity, Spot):
        limits["MaxWaitTimeInSeconds"] = spec.capacity.max_wait_seconds
    return limits


def _channel(channel: Channel, *, sharded: bool) -> dict[str, Any]:
    source = {
        "S3DataType": "S3Prefix",
        "S3Uri": channel.uri,
        "S3DataDistributionType": "ShardedByS3Key" if sharded else "FullyReplicated",
    }
    return {
        "ChannelName": channel.name,
        "DataSource": {"S3DataSource": source},
        "ContentType": channel.content_type,
        "CompressionType": "None",
        "InputMode": "File",
    }
