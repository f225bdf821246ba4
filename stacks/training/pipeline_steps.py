"""The steps of the pipeline: what SageMaker is asked for in each, as the request would say it.

Programs run as `python3 CODE.zip COMMAND` in the built-in image; every path they use is an argument.
"""

from __future__ import annotations

from typing import Any

from contract.bucket_layout import ARCHIVE_NAME, CHECKS_PREFIX, EVALUATIONS_PREFIX, JOBS_PREFIX
from contract.digit import PIXELS
from stacks.training.pipeline_definition import (
    CHECK,
    EVALUATE,
    REGISTER,
    TRAIN,
    VERSION,
    PipelineFacts,
    is_better,
    measured,
    parameters,
)
from stacks.training.pipeline_functions import Json, as_text, get, join

WORK = "/opt/ml/processing"
CHANNELS = ("train", "validation")
SPLITS = (*CHANNELS, "test")
STEP_SECONDS = 1800
STEP_VOLUME_GB = 10
DATA_MANIFEST = "data-manifest.json"


def pipeline_definition(facts: PipelineFacts) -> Json:
    """The whole pipeline."""
    return {
        "Version": VERSION,
        "Metadata": {},
        "Parameters": parameters(facts),
        "Steps": [check_data(facts), train(facts), evaluate(facts), is_better(register(facts))],
    }


def check_data(facts: PipelineFacts) -> Json:
    """Parts, pixels, labels, balance, no test image among those that are learned from, and not too many machines."""
    inputs = {**{name: _channel(facts, name) for name in SPLITS}, "manifest": _data_manifest(facts)}
    folders = [word for name in SPLITS for word in (f"--{name}", f"{WORK}/{name}")]
    most = str(facts.settings.pipeline_instance_count_max)
    hosts = ["--hosts", as_text(get("Parameters.InstanceCount")), "--most-hosts", most]
    arguments = [*folders, "--manifest", f"{WORK}/manifest/{DATA_MANIFEST}", *hosts, "--report", f"{WORK}/check"]
    return _program(facts, CHECK, "check-data", arguments, inputs, output=("check", CHECKS_PREFIX))


def train(facts: PipelineFacts) -> Json:
    """The built-in algorithm on both channels, with the hyperparameters of the promoted model unless overridden."""
    settings = facts.settings
    cluster: Json = {
        "InstanceType": get("Parameters.InstanceType"),
        "InstanceCount": get("Parameters.InstanceCount"),
        "VolumeSizeInGB": settings.volume_gb,
        **_key(facts, "VolumeKmsKeyId"),
    }
    output = {
        "S3OutputPath": f"s3://{facts.bucket_name}/{JOBS_PREFIX}",
        "CompressionType": "GZIP",
        **_key(facts, "KmsKeyId"),
    }
    stopping = {"MaxRuntimeInSeconds": settings.max_run_seconds}
    if settings.spot:
        stopping["MaxWaitTimeInSeconds"] = settings.max_wait_seconds
    arguments: Json = {
        "TrainingJobName": facts.job_prefix.rstrip("-"),
        "AlgorithmSpecification": {"TrainingImage": facts.image_uri, "TrainingInputMode": "File"},
        "RoleArn": facts.role_arn,
        "HyperParameters": facts.pipeline_hyperparameters,
        "InputDataConfig": [_training_channel(facts, name) for name in CHANNELS],
        "OutputDataConfig": output,
        "ResourceConfig": cluster,
        "StoppingCondition": stopping,
        "EnableManagedSpotTraining": settings.spot,
        "EnableNetworkIsolation": settings.network_isolation,
        "EnableInterContainerTrafficEncryption": settings.encrypt_between_hosts,
        **_network(facts),
    }
    return {"Name": TRAIN, "Type": "Training", "Arguments": arguments, "DependsOn": [CHECK], **_cache(facts)}


def evaluate(facts: PipelineFacts) -> Json:
    """Score the model on the test images, pack it as it would be served, and write its manifest and card."""
    inputs = {
        "model": get(f"Steps.{TRAIN}.ModelArtifacts.S3ModelArtifacts"),
        "test": _channel(facts, "test"),
        "manifest": _data_manifest(facts),
    }
    values = [
        word for name, value in facts.pipeline_hyperparameters.items() for word in ("--set", join("=", name, value))
    ]
    arguments = [
        *("--model", f"{WORK}/model/{ARCHIVE_NAME}", "--test", f"{WORK}/test"),
        *("--manifest", f"{WORK}/manifest/{DATA_MANIFEST}", "--results", f"{WORK}/evaluation"),
        *("--promoted-accuracy", as_text(get("Parameters.PromotedAccuracy"))),
        *("--promoted-log-loss", as_text(get("Parameters.PromotedLogLoss"))),
        *("--instance-type", get("Parameters.InstanceType")),
        *("--hosts", as_text(get("Parameters.InstanceCount"))),
        *("--seconds", as_text(get(f"Steps.{TRAIN}.TrainingTimeInSeconds"))),
        *("--job", get(f"Steps.{TRAIN}.TrainingJobName")),
        *values,
    ]
    step = _program(facts, EVALUATE, "evaluate", arguments, inputs, output=("evaluation", EVALUATIONS_PREFIX))
    file = {"PropertyFileName": "Evaluation", "OutputName": "evaluation", "FilePath": "evaluation.json"}
    return {**step, "PropertyFiles": [file]}


def register(facts: PipelineFacts) -> Json:
    """The model in the registry, pending manual approval."""
    folder = get(f"Steps.{EVALUATE}.ProcessingOutputConfig.Outputs['evaluation'].S3Output.S3Uri")
    container = {
        "Image": facts.image_uri,
        "ModelDataUrl": join("/", folder, ARCHIVE_NAME),
        "Framework": "XGBOOST",
        "FrameworkVersion": facts.image_tag,
    }
    statistics = {"ContentType": "application/json", "S3Uri": join("/", folder, "evaluation.json")}
    arguments: Json = {
        "ModelPackageGroupName": facts.model_package_group,
        "ModelPackageDescription": f"Handwritten digits: ten probabilities for {PIXELS} pixels",
        "InferenceSpecification": {
            "Containers": [container],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["application/json", "text/csv"],
        },
        "ModelApprovalStatus": "PendingManualApproval",
        "ModelMetrics": {"ModelQuality": {"Statistics": statistics}},
        "ModelCard": {"ModelCardStatus": "Draft", "ModelCardContent": measured("model_card")},
        "CustomerMetadataProperties": {
            "sha256": measured("artifact_sha256"),
            "manifest": join("/", folder, "manifest.json"),
            "channels": get("Parameters.Channels"),
            "training_job": get(f"Steps.{TRAIN}.TrainingJobName"),
            "accuracy": as_text(measured("metrics.accuracy")),
            "log_loss": as_text(measured("metrics.log_loss")),
        },
    }
    return {"Name": REGISTER, "Type": "RegisterModel", "Arguments": arguments}


def _program(
    facts: PipelineFacts,
    name: str,
    command: str,
    arguments: list[Any],
    inputs: dict[str, Any],
    *,
    output: tuple[str, str],
) -> Json:
    output_name, prefix = output
    code = f"{WORK}/code/{facts.code_uri.rpartition('/')[2]}"
    target = join("/", f"s3://{facts.bucket_name}/{prefix.rstrip('/')}", get("Execution.PipelineExecutionId"))
    network = {"EnableNetworkIsolation": facts.settings.network_isolation, **_network(facts)}
    request: Json = {
        "ProcessingJobName": f"{facts.job_prefix}{command}",
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceType": facts.settings.step_instance_type,
                "InstanceCount": 1,
                "VolumeSizeInGB": STEP_VOLUME_GB,
                **_key(facts, "VolumeKmsKeyId"),
            }
        },
        "AppSpecification": {
            "ImageUri": facts.image_uri,
            "ContainerEntrypoint": ["python3", code, command],
            "ContainerArguments": arguments,
        },
        "RoleArn": facts.step_role_arn,
        "ProcessingInputs": [
            *(_input(each, uri) for each, uri in inputs.items()),
            _input("code", facts.code_uri),
        ],
        "ProcessingOutputConfig": {
            "Outputs": [
                {
                    "OutputName": output_name,
                    "S3Output": {
                        "S3Uri": target,
                        "LocalPath": f"{WORK}/{output_name}",
                        "S3UploadMode": "EndOfJob",
                    },
                }
            ],
            **_key(facts, "KmsKeyId"),
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": STEP_SECONDS},
        "NetworkConfig": network,
    }
    return {"Name": name, "Type": "Processing", "Arguments": request, **_cache(facts)}


def _input(name: str, uri: Any) -> Json:
    source = {
        "S3Uri": uri,
        "LocalPath": f"{WORK}/{name}",
        "S3DataType": "S3Prefix",
        "S3InputMode": "File",
        "S3DataDistributionType": "FullyReplicated",
        "S3CompressionType": "None",
    }
    return {"InputName": name, "AppManaged": False, "S3Input": source}


def _training_channel(facts: PipelineFacts, name: str) -> Json:
    source = {
        "S3DataType": "S3Prefix",
        "S3Uri": _channel(facts, name),
        # On one machine its share is everything.
        "S3DataDistributionType": "ShardedByS3Key",
    }
    return {
        "ChannelName": name,
        "DataSource": {"S3DataSource": source},
        "ContentType": get("Parameters.ContentType"),
        "CompressionType": "None",
        "InputMode": "File",
    }


def _channel(facts: PipelineFacts, name: str) -> Json:
    return join("", f"s3://{facts.bucket_name}/", get("Parameters.Channels"), f"{name}/")


def _data_manifest(facts: PipelineFacts) -> Json:
    return join("", f"s3://{facts.bucket_name}/", get("Parameters.Channels"), DATA_MANIFEST)


def _cache(facts: PipelineFacts) -> Json:
    days = facts.settings.cache_days
    return {"CacheConfig": {"Enabled": True, "ExpireAfter": f"P{days}D"}} if days else {}


def _key(facts: PipelineFacts, name: str) -> Json:
    return {name: facts.settings.kms_key_arn} if facts.settings.kms_key_arn else {}


def _network(facts: PipelineFacts) -> Json:
    network = facts.settings.network
    if network is None:
        return {}
    return {"VpcConfig": {"Subnets": list(network.subnets), "SecurityGroupIds": list(network.security_groups)}}
