"""What SageMaker refuses while an endpoint is scaled, and how the deployment makes it possible."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tools.scaling_change import scaled_and_changed, take_scaling_out, without_scaling

LARGE = {"VariantName": "AllTraffic", "InstanceType": "ml.m5.large", "InitialInstanceCount": 2}
XLARGE = LARGE | {"InstanceType": "ml.m5.xlarge"}
TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"


def serving(variant: dict[str, Any], *, scaled: bool = True, name: str = "digits-prod") -> dict[str, Any]:
    config = {"Fn::GetAtt": ["Config", "EndpointConfigName"]}
    resource_id = f"endpoint/{name}/variant/AllTraffic"
    scaling = {
        "Target": {"Type": TARGET, "DependsOn": "Endpoint", "Properties": {"ResourceId": resource_id}},
        "Policy": {
            "Type": "AWS::ApplicationAutoScaling::ScalingPolicy",
            "Properties": {"ScalingTargetId": {"Ref": "Target"}},
        },
    }
    return {
        "Parameters": {"BootstrapVersion": {}},
        "Resources": {
            "Config": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"ProductionVariants": [variant]}},
            "Endpoint": {
                "Type": "AWS::SageMaker::Endpoint",
                "Properties": {"EndpointName": name, "EndpointConfigName": config},
            },
            **(scaling if scaled else {}),
        },
    }


@pytest.mark.parametrize(
    ("deployed", "wanted", "found"),
    [
        (serving(LARGE), serving(XLARGE), ["digits-prod"]),
        (serving(LARGE), serving(XLARGE, scaled=False), ["digits-prod"]),
        (serving(LARGE), serving(XLARGE | {"VariantName": "Other"}), ["digits-prod"]),
        (serving(LARGE), serving(LARGE | {"InitialInstanceCount": 3, "ModelName": "other"}), []),
        (serving(LARGE), serving(LARGE, scaled=False), []),
        (serving(LARGE, scaled=False), serving(XLARGE), []),
        (serving(LARGE), serving(XLARGE, name="another"), []),
        (serving(LARGE), {"Resources": {}}, []),
        ({}, serving(LARGE), []),
    ],
)  # fmt: skip
def test_what_sagemaker_would_refuse(deployed: dict[str, Any], wanted: dict[str, Any], found: list[str]) -> None:
    assert scaled_and_changed(deployed, wanted) == found


class CloudFormation:
    """One stack, and what became of it."""

    def __init__(self, template: dict[str, Any]) -> None:
        self.template, self.updates, self.waits = template, [], []  # type: ignore[var-annotated]

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803 - as botocore has it
        parameters = [{"ParameterKey": "BootstrapVersion", "ParameterValue": "/cdk"}]
        return {"Stacks": [{"StackName": StackName, "Parameters": parameters, "Capabilities": ["CAPABILITY_IAM"]}]}

    def get_template(self, **_: str) -> dict[str, Any]:
        return {"TemplateBody": json.dumps(self.template)}

    def update_stack(self, **request: Any) -> None:
        self.updates.append(request)

    def get_waiter(self, name: str) -> Any:
        self.waits.append(name)
        return type("Waiter", (), {"wait": lambda *_, **__: None})()


def test_scaling_is_taken_out_by_an_update_of_the_deployed_template() -> None:
    client = CloudFormation(serving(LARGE))
    take_scaling_out(client, "digits-prod-inference")
    (update,) = client.updates
    assert json.loads(update["TemplateBody"]) == serving(LARGE, scaled=False) == without_scaling(serving(LARGE))
    assert update["Parameters"] == [{"ParameterKey": "BootstrapVersion", "UsePreviousValue": True}]
    assert update["Capabilities"] == ["CAPABILITY_IAM"]
    assert client.waits == ["stack_update_complete"]
