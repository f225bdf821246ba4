"""What an environment needs follows from its settings and templates."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from stacks.settings import DEV, PROD
from stacks.training.settings import TrainingSettings
from tools.preflight.needs import ENDPOINT_INSTANCES, SERVERLESS, Need, needs

STACK = "digits-prod-inference"
PIPELINE = {"Type": "AWS::SageMaker::Pipeline", "Properties": {}}
NOTEBOOK = {"Type": "AWS::SageMaker::NotebookInstance", "Properties": {"InstanceType": "ml.t3.medium"}}
ENDPOINT = {"Type": "AWS::SageMaker::Endpoint", "Properties": {"EndpointName": "digits-prod"}}


def config(**variant: Any) -> dict[str, Any]:
    return {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"ProductionVariants": [variant]}}


def machines(count: int) -> dict[str, Any]:
    return {"Config": config(InstanceType="ml.m5.large", InitialInstanceCount=count), "Endpoint": ENDPOINT}


def found(wanted: dict[str, Any], deployed: dict[str, Any] | None = None) -> dict[str, Need]:
    there = {STACK: {"Resources": deployed}} if deployed else {}
    return {need.quota: need for need in needs(PROD, {STACK: {"Resources": wanted}}, there)}


def test_a_first_deployment_takes_the_instances_once_and_an_update_twice() -> None:
    name = "ml.m5.large for endpoint usage"
    for deployed, now in ((None, 2), (machines(2), 2), (machines(1), 4)):
        needed = found(machines(2), deployed)
        assert {each: (need.most, need.now) for each, need in needed.items()} == {
            name: (4, now),
            ENDPOINT_INSTANCES: (4, now),
        }


def test_a_new_model_is_an_update_too() -> None:
    model = {"Type": "AWS::SageMaker::Model", "Properties": {"PrimaryContainer": {"Image": "one"}}}
    other = {"Type": "AWS::SageMaker::Model", "Properties": {"PrimaryContainer": {"Image": "two"}}}
    needed = found({**machines(2), "Model": other}, {**machines(2), "Model": model})
    assert needed[ENDPOINT_INSTANCES].now == 4


def test_auto_scaling_may_start_as_many_as_its_maximum() -> None:
    target = {
        "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
        "Properties": {"ServiceNamespace": "sagemaker", "MinCapacity": 2, "MaxCapacity": 6},
    }
    for deployed, now in ((None, 2), (machines(1), 4)):
        need = found({**machines(2), "Target": target}, deployed)[ENDPOINT_INSTANCES]
        assert (need.most, need.now) == (12, now)


def test_a_serverless_endpoint_takes_its_concurrency() -> None:
    (need,) = found({"Config": config(ServerlessConfig={"MaxConcurrency": 5, "MemorySizeInMB": 2048})}).values()
    assert (need.quota, need.most, need.now) == (SERVERLESS, 5, 5)


def test_jobs_fail_later_and_never_the_deployment() -> None:
    wanted = {"digits-dev-training": {"Resources": {"Pipeline": PIPELINE}}}
    needed = {need.quota: (need.most, need.now) for need in needs(DEV, wanted, {})}
    assert needed == {
        "ml.m5.xlarge for spot training job usage": (1, 0),
        "ml.m5.large for processing job usage": (1, 0),
    }


def test_jobs_without_spot_have_another_quota_and_each_type_has_one() -> None:
    training = TrainingSettings(spot=False, instance_count=2, pipeline_instance_types=("ml.c5.xlarge",))
    settings = dataclasses.replace(DEV, training=training)
    needed = {need.quota: need.most for need in needs(settings, {"digits-dev-training": {"Resources": {}}}, {})}
    assert needed == {"ml.m5.xlarge for training job usage": 2, "ml.c5.xlarge for training job usage": 2}


@pytest.mark.parametrize("count", [0, 2])
def test_notebook_instances(count: int) -> None:
    needed = found({f"Notebook{number}": NOTEBOOK for number in range(count)})
    names = {"ml.t3.medium for notebook instance usage", "Total number of notebook instances"}
    assert {quota: need.now for quota, need in needed.items()} == (dict.fromkeys(names, 2) if count else {})
