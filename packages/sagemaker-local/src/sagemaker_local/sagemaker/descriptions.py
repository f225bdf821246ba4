"""What Describe and List answer: records as the JSON documents of the service."""

from __future__ import annotations

from sagemaker_local.sagemaker.control_plane import ControlPlane
from sagemaker_local.sagemaker.records import Definition, Endpoint, Variant
from sagemaker_local.sagemaker.shapes import Json


def model(record: Definition) -> Json:
    """Answer of DescribeModel."""
    return {
        **_without_tags(record.request),
        "ModelArn": record.arn,
        "CreationTime": record.created,
        "EnableNetworkIsolation": record.request.get("EnableNetworkIsolation", False),
    }


def config(record: Definition) -> Json:
    """Answer of DescribeEndpointConfig."""
    return {**_without_tags(record.request), "EndpointConfigArn": record.arn, "CreationTime": record.created}


def endpoint(record: Endpoint, control: ControlPlane) -> Json:
    """Answer of DescribeEndpoint."""
    answer: Json = {
        "EndpointName": record.name,
        "EndpointArn": record.arn,
        "EndpointConfigName": record.config_name,
        "EndpointStatus": str(record.status),
        "CreationTime": record.created,
        "LastModifiedTime": record.modified,
        "ProductionVariants": [_variant(variant, record.modified) for variant in record.variants] or None,
        "FailureReason": record.failure_reason,
        "LastDeploymentConfig": record.deployment_config,
        "DataCaptureConfig": _data_capture(record),
        "PendingDeploymentSummary": _pending(record, control) if record.variants else None,
    }
    return {name: value for name, value in answer.items() if value is not None}


def summary(record: Definition, kind: str) -> Json:
    """One item of ListModels (`Model`) or ListEndpointConfigs (`EndpointConfig`)."""
    return {f"{kind}Name": record.name, f"{kind}Arn": record.arn, "CreationTime": record.created}


def endpoint_summary(record: Endpoint) -> Json:
    """One item of ListEndpoints."""
    return {
        "EndpointName": record.name,
        "EndpointArn": record.arn,
        "CreationTime": record.created,
        "LastModifiedTime": record.modified,
        "EndpointStatus": str(record.status),
    }


def _variant(variant: Variant, resolved: float) -> Json:
    images = [{"SpecifiedImage": image, "ResolvedImage": image, "ResolutionTime": resolved} for image in variant.images]
    answer: Json = {
        "VariantName": variant.name,
        "DeployedImages": images,
        "CurrentWeight": variant.weight,
        "DesiredWeight": variant.weight,
        "CurrentInstanceCount": 0 if variant.serverless else variant.instance_count,
        "DesiredInstanceCount": None if variant.serverless else variant.instance_count,
        "CurrentServerlessConfig": variant.serverless,
    }
    return {name: value for name, value in answer.items() if value is not None}


def _pending(record: Endpoint, control: ControlPlane) -> Json | None:
    if record.pending_config_name is None:
        return None
    pending = control.configs.get(record.pending_config_name.lower())
    variants = pending.request["ProductionVariants"] if pending else []
    return {
        "EndpointConfigName": record.pending_config_name,
        "StartTime": record.pending_since,
        "ProductionVariants": [{"VariantName": variant["VariantName"]} for variant in variants],
    }


def _data_capture(record: Endpoint) -> Json | None:
    wanted = record.data_capture
    if wanted is None:
        return None
    return {
        "EnableCapture": wanted.get("EnableCapture", False),
        "CaptureStatus": "Stopped",  # the emulator captures nothing
        "CurrentSamplingPercentage": wanted["InitialSamplingPercentage"],
        "DestinationS3Uri": wanted["DestinationS3Uri"],
        "KmsKeyId": wanted.get("KmsKeyId", ""),
    }


def _without_tags(request: Json) -> Json:
    return {name: value for name, value in request.items() if name != "Tags"}
