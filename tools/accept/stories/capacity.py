"""Capacity that SageMaker refuses: no instances where there were some, other machines while the variant is scaled."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from stacks.inference.capacity import InstanceCapacity
from tools.accept.stage import Stage
from tools.accept.story import Differs, NotRun, Story, expect

MACHINES = ("ml.m5.large", "ml.m5.xlarge")


def play_capacity_change(stage: Stage) -> None:
    """A configuration without instances, and one with other machines while scaling is registered, are offered."""
    if not isinstance(stage.settings.capacity, InstanceCapacity):
        msg = "the endpoint is serverless already"
        raise NotRun(msg)
    sagemaker, name = stage.client("sagemaker"), stage.outputs("inference")["EndpointName"]
    running = sagemaker.describe_endpoint(EndpointName=name)["EndpointConfigName"]
    serverless = _make_serverless_config(stage, sagemaker, running)
    config = _make_config_of_other_machines(stage, sagemaker, running)
    # After them, so before them at the end: a configuration that an endpoint runs or is updated to must not be deleted.
    stage.at_end(f"the capacity of {name}", _return_to, stage, sagemaker, name, running)
    _expect_refused(sagemaker, name, serverless, "SageMaker refuses to take the instances from an endpoint")
    _have_scaled(stage, name, running)
    _expect_refused(sagemaker, name, config, "SageMaker refuses other machines for a variant that is scaled")


def _expect_refused(sagemaker: Any, name: str, config: str, what: str) -> None:
    try:
        sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=config)
    except ClientError as error:
        expect("ValidationException", error.response["Error"]["Code"], "the refusal")
    else:
        raise Differs(what, "the update has begun")


def _variant_of(sagemaker: Any, config: str) -> dict[str, Any]:
    (variant,) = sagemaker.describe_endpoint_config(EndpointConfigName=config)["ProductionVariants"]
    found: dict[str, Any] = variant
    return found


def _make_config_of_other_machines(stage: Stage, sagemaker: Any, running: str) -> str:
    """A configuration that differs from the one that runs in the type of its instances; returns its name."""
    variant, name = _variant_of(sagemaker, running), f"{stage.name}-machines"
    other = next(each for each in MACHINES if each != variant["InstanceType"])
    return _make_config(stage, sagemaker, name, {**variant, "InstanceType": other})


def _make_config(stage: Stage, sagemaker: Any, name: str, variant: dict[str, Any]) -> str:
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
    stage.at_end(f"the configuration {name}", sagemaker.delete_endpoint_config, EndpointConfigName=name)
    return name


def _have_scaled(stage: Stage, name: str, running: str) -> None:
    """Register the variant with Application Auto Scaling at the number that it has, unless it is registered."""
    scaling, variant = stage.client("application-autoscaling"), _variant_of(stage.client("sagemaker"), running)
    target = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{name}/variant/{variant['VariantName']}",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    known = scaling.describe_scalable_targets(ServiceNamespace="sagemaker", ResourceIds=[target["ResourceId"]])
    if not known["ScalableTargets"]:
        count = variant["InitialInstanceCount"]
        stage.at_end(f"the scaling of {name}", scaling.deregister_scalable_target, **target)
        scaling.register_scalable_target(**target, MinCapacity=count, MaxCapacity=count)


def _make_serverless_config(stage: Stage, sagemaker: Any, running: str) -> str:
    """A serverless configuration of the model that is served; returns its name.

    The copy of the model has no network isolation, which serverless endpoints refuse.
    """
    variant = _variant_of(sagemaker, running)
    model = sagemaker.describe_model(ModelName=variant["ModelName"])
    container = {key: model["PrimaryContainer"][key] for key in ("Image", "ModelDataUrl")}
    sagemaker.create_model(ModelName=stage.name, ExecutionRoleArn=model["ExecutionRoleArn"], PrimaryContainer=container)
    stage.at_end(f"the model {stage.name}", sagemaker.delete_model, ModelName=stage.name)
    serverless = {
        "VariantName": variant["VariantName"],
        "ModelName": stage.name,
        "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 1},
    }
    return _make_config(stage, sagemaker, stage.name, serverless)


def _return_to(stage: Stage, sagemaker: Any, name: str, config: str) -> None:
    def is_settled() -> bool:
        return bool(sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"] == "InService")

    stage.until(is_settled, f"{name} is in service", seconds=1800)
    if sagemaker.describe_endpoint(EndpointName=name)["EndpointConfigName"] != config:
        sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=config)
        stage.until(is_settled, f"{name} is in service", seconds=1800)


STORIES = (
    Story(
        slug="capacity-change",
        sentence="SageMaker refuses to take the instances from an endpoint, and other machines while it is scaled",
        needs=("inference",),
        seconds=4000,
        usd=0.10,
        changes="a model, two configurations, a scaling that changes nothing; what is not refused serves for a while",
        disturbs=True,
        play=play_capacity_change,
    ),
)
