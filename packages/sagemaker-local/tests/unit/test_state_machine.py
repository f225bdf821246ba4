"""The control plane without processes: states of an endpoint, and what each of them allows."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from sagemaker_local.sagemaker import descriptions
from sagemaker_local.sagemaker.control_plane import ControlPlane
from sagemaker_local.sagemaker.errors import ServiceError
from sagemaker_local.sagemaker.listing import page
from sagemaker_local.sagemaker.records import Scope, Status

SCOPE = Scope(account="123456789012", region="eu-west-1")
INSTANCE = {"InstanceType": "ml.m5.large", "InitialInstanceCount": 1}


SMALL = {"MemorySizeInMB": 1024, "MaxConcurrency": 1}


def variant(name: str = "AllTraffic", **more: Any) -> dict[str, Any]:
    return {"VariantName": name, "ModelName": "m", **(more or INSTANCE)}


@pytest.fixture
def control() -> ControlPlane:
    ticks = itertools.count(1000)
    control = ControlPlane(SCOPE, lambda: float(next(ticks)))
    control.create_model({"ModelName": "m", "PrimaryContainer": {"Image": "image"}})
    for name in ("first", "second"):
        control.create_config({"EndpointConfigName": name, "ProductionVariants": [variant()]})
    return control


def deploy(control: ControlPlane, *, retain: frozenset[str] = frozenset()) -> None:
    endpoint = control.endpoint("e")
    config = control.config(endpoint.pending_config_name or "")
    control.deployed("e", config, control.planned_variants(endpoint, config, retain))


def create(control: ControlPlane) -> None:
    control.create_endpoint({"EndpointName": "E", "EndpointConfigName": "first"})
    deploy(control)


def update(control: ControlPlane, config: str = "second") -> None:
    control.update_endpoint({"EndpointName": "e", "EndpointConfigName": config})


def test_arns_are_in_lower_case(control: ControlPlane) -> None:
    create(control)
    assert control.endpoint("e").arn == "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/e"
    assert control.endpoint("e").name == "E"


def test_an_endpoint_is_created_updated_and_deleted(control: ControlPlane) -> None:
    control.create_endpoint({"EndpointName": "E", "EndpointConfigName": "first"})
    assert control.endpoint("e").status is Status.CREATING
    deploy(control)
    assert control.endpoint("e").status is Status.IN_SERVICE
    update(control)
    assert (control.endpoint("e").status, control.endpoint("e").config_name) == (Status.UPDATING, "first")
    deploy(control)
    assert (control.endpoint("e").status, control.endpoint("e").config_name) == (Status.IN_SERVICE, "second")
    control.delete_endpoint("e")
    assert control.endpoint("e").status is Status.DELETING
    control.deleted("e")
    with pytest.raises(ServiceError, match="Could not find endpoint"):
        control.endpoint("e")


def test_a_failed_update_leaves_what_was(control: ControlPlane) -> None:
    create(control)
    update(control)
    control.deployment_failed("e", "no ping")
    endpoint = control.endpoint("e")
    assert (endpoint.status, endpoint.config_name, endpoint.failure_reason) == (Status.IN_SERVICE, "first", "no ping")
    update(control)
    deploy(control)
    assert control.endpoint("e").failure_reason is None


def test_a_configuration_whose_model_is_gone_cannot_be_deployed(control: ControlPlane) -> None:
    create(control)
    control.delete_model("m")
    with pytest.raises(ServiceError, match=r'^Could not find model "arn:aws:sagemaker:eu-west-1:\d+:model/m"'):
        update(control)
    assert (control.endpoint("e").status, control.endpoint("e").config_name) == (Status.IN_SERVICE, "first")
    with pytest.raises(ServiceError, match="Could not find model"):
        control.create_endpoint({"EndpointName": "another", "EndpointConfigName": "first"})


def test_a_failed_endpoint_can_only_be_deleted(control: ControlPlane) -> None:
    control.create_endpoint({"EndpointName": "E", "EndpointConfigName": "first"})
    control.deployment_failed("e", "no ping")
    assert control.endpoint("e").status is Status.FAILED
    with pytest.raises(ServiceError, match="can only be deleted"):
        update(control)
    control.delete_endpoint("e")


@pytest.mark.parametrize("begin", [update, lambda control: control.delete_endpoint("e")])
def test_an_endpoint_in_progress_is_left_alone(control: ControlPlane, begin: Any) -> None:
    create(control)
    begin(control)
    for refused in (update, lambda control: control.delete_endpoint("e")):
        with pytest.raises(ServiceError, match="Cannot update in-progress endpoint"):
            refused(control)


def test_weights_can_be_kept_through_an_update(control: ControlPlane) -> None:
    create(control)
    change = {"VariantName": "AllTraffic", "DesiredWeight": 0.25, "DesiredInstanceCount": 3}
    control.update_weights({"EndpointName": "e", "DesiredWeightsAndCapacities": [change]})
    update(control)
    deploy(control, retain=frozenset({"AllTraffic"}))
    (kept,) = control.endpoint("e").variants
    assert (kept.weight, kept.instance_count) == (0.25, 3)
    update(control, "first")
    deploy(control)
    assert control.endpoint("e").variants[0].weight == 1.0
    wrong = [{"VariantName": "Other", "DesiredWeight": 1}]
    with pytest.raises(
        ServiceError, match=r'name\(s\) "Other" is/are not present within endpoint configuration "first"'
    ):
        control.update_weights({"EndpointName": "e", "DesiredWeightsAndCapacities": wrong})
    twice = [{"VariantName": "AllTraffic", "DesiredWeight": weight} for weight in (1, 2)]
    with pytest.raises(ServiceError, match='The variant name "AllTraffic" was non-unique within'):
        control.update_weights({"EndpointName": "e", "DesiredWeightsAndCapacities": twice})


@pytest.mark.parametrize(
    ("variants", "text"),
    [
        ([variant(), variant()], 'The variant name "AllTraffic" was non-unique within the request.'),
        ([variant("x"), variant("y", ServerlessConfig=SMALL)], "all serverless or all on instances"),
        (
            [variant(ServerlessConfig={**SMALL, "MemorySizeInMB": 1536})],
            "MemorySizeInMB of 1536; it must be 1024,",
        ),
        ([variant("x", InstanceType="ml.m5.large", ServerlessConfig={"MemorySizeInMB": 1024})], "it has both"),
        ([variant("x", InitialVariantWeight=1)], "it has neither"),
        ([variant("x", InstanceType="ml.m5.large")], "InitialInstanceCount of at least 1"),
        ([{"VariantName": "x", **INSTANCE}], "no inference components"),
    ],
)
def test_variants_must_make_sense(control: ControlPlane, variants: list[Any], text: str) -> None:
    with pytest.raises(ServiceError, match=text):
        control.create_config({"EndpointConfigName": "new", "ProductionVariants": variants})


def test_a_serverless_variant_is_described_as_such(control: ControlPlane) -> None:
    serverless = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
    production = [variant(ServerlessConfig=serverless)]
    control.create_config({"EndpointConfigName": "small", "ProductionVariants": production})
    control.create_endpoint({"EndpointName": "E", "EndpointConfigName": "small"})
    deploy(control)
    (described,) = descriptions.endpoint(control.endpoint("e"), control)["ProductionVariants"]
    assert (described["CurrentServerlessConfig"], described["CurrentInstanceCount"]) == (serverless, 0)


def test_pages_follow_each_other_until_the_last() -> None:
    items = [{"ModelName": f"m{number}", "CreationTime": float(number)} for number in range(5)]
    request: dict[str, Any] = {"MaxResults": 2, "SortOrder": "Ascending"}
    seen, token = [], None
    while True:
        found, token = page(items, {**request, "NextToken": token}, name_key="ModelName", default_sort="CreationTime")
        seen.append([item["ModelName"] for item in found])
        if token is None:
            break
    assert seen == [["m0", "m1"], ["m2", "m3"], ["m4"]]
    with pytest.raises(ServiceError, match="Invalid NextToken"):
        page(items, {"NextToken": "made up"}, name_key="ModelName", default_sort="CreationTime")
