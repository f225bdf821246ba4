"""The control plane as boto3 meets it: names, shapes, codes and texts of the service, and the rights of the role."""

from __future__ import annotations

import datetime
import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from botocore import xform_name

from support.emulators import BUCKET, Emulator, World, allow, trust
from support.refusals import refusal

ARN = "arn:aws:sagemaker:us-east-1:123456789012"


@pytest.fixture(scope="module")
def sagemaker(world: World) -> Any:
    return world.emulator.client("sagemaker")


def test_a_model_is_described_as_it_was_created(world: World, sagemaker: Any) -> None:
    arn = world.create_model("Echo", "one")
    described = sagemaker.describe_model(ModelName="echo")
    assert (described["ModelName"], described["ModelArn"]) == ("Echo", arn) == ("Echo", f"{ARN}:model/echo")
    assert described["PrimaryContainer"] == world.container("one")
    assert described["EnableNetworkIsolation"] is False
    sagemaker.delete_model(ModelName="Echo")
    assert refusal(sagemaker.describe_model, ModelName="Echo")[1] == f'Could not find model "{ARN}:model/echo".'


@pytest.mark.parametrize(
    ("operation", "arguments", "text"),
    [
        ("describe_endpoint", {"EndpointName": "Nope"}, f'Could not find endpoint "{ARN}:endpoint/nope".'),
        ("delete_endpoint", {"EndpointName": "nope"}, f'Could not find endpoint "{ARN}:endpoint/nope".'),
        (
            "create_endpoint",
            {"EndpointName": "x", "EndpointConfigName": "nope"},
            f'Could not find endpoint configuration "{ARN}:endpoint-config/nope".',
        ),
        (
            "create_endpoint_config",
            {
                "EndpointConfigName": "x",
                "ProductionVariants": [
                    {"VariantName": "v", "ModelName": "nope", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
                ],
            },
            f'Could not find model "{ARN}:model/nope".',
        ),
    ],
)
def test_what_does_not_exist_is_named_by_its_arn(
    sagemaker: Any, operation: str, arguments: dict[str, Any], text: str
) -> None:
    assert refusal(getattr(sagemaker, operation), **arguments) == ("ValidationException", text)


def test_names_are_taken_without_regard_to_case(world: World, sagemaker: Any) -> None:
    arguments = {"ExecutionRoleArn": world.role, "PrimaryContainer": world.container("one")}
    text = f'Cannot create already existing model "{ARN}:model/one".'
    assert refusal(sagemaker.create_model, ModelName="ONE", **arguments) == ("ValidationException", text)


def test_broken_constraints_are_all_listed(sagemaker: Any) -> None:
    code, text = refusal(sagemaker.create_endpoint, EndpointName="under_score", EndpointConfigName="a" * 64)
    assert code == "ValidationException"
    assert text.startswith("3 validation errors detected: Value 'under_score' at 'endpointName' failed to satisfy ")
    assert (
        "at 'endpointConfigName' failed to satisfy constraint: Member must have length less than or equal to 63" in text
    )


def test_a_model_has_one_way_to_name_its_container(world: World, sagemaker: Any) -> None:
    container = world.container("one")
    given = {"PrimaryContainer": container, "Containers": [container]}
    assert refusal(sagemaker.create_model, ModelName="mine", ExecutionRoleArn=world.role, **given) == (
        "ValidationException",
        "Give PrimaryContainer or Containers, not both.",
    )


def test_only_the_built_in_image_is_run(world: World, sagemaker: Any) -> None:
    container = world.container("one") | {"Image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1"}
    code, text = refusal(
        sagemaker.create_model, ModelName="mine", ExecutionRoleArn=world.role, PrimaryContainer=container
    )
    assert code == "ValidationException"
    assert "only runs the built-in XGBoost image" in text


def test_a_model_needs_an_artifact_that_its_role_may_read(world: World, sagemaker: Any) -> None:
    iam = world.emulator.client("iam")
    roles = {
        "stranger": (trust("sagemaker.amazonaws.com"), allow("s3:GetObject", "arn:aws:s3:::another/*")),
        "untrusting": (trust("lambda.amazonaws.com"), allow("s3:GetObject", f"arn:aws:s3:::{BUCKET}/*")),
    }
    for name, (trusted, allowed) in roles.items():
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusted)["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName="read", PolicyDocument=allowed)
        code, text = refusal(
            sagemaker.create_model, ModelName=name, ExecutionRoleArn=arn, PrimaryContainer=world.container("one")
        )
        assert code == "ValidationException"
        assert text.startswith(
            f'Could not access model data at {world.url("one")}. Please ensure that the role "{arn}"'
        )


def test_a_missing_artifact_is_found_missing_by_a_role_that_may_list(world: World, sagemaker: Any) -> None:
    iam = world.emulator.client("iam")
    arn = iam.create_role(RoleName="lister", AssumeRolePolicyDocument=trust("sagemaker.amazonaws.com"))["Role"]["Arn"]
    allowed = allow("s3:*", f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*")
    iam.put_role_policy(RoleName="lister", PolicyName="read", PolicyDocument=allowed)
    found = refusal(
        sagemaker.create_model, ModelName="x", ExecutionRoleArn=arn, PrimaryContainer=world.container("nothing")
    )
    assert found == ("ValidationException", f"Could not find model data at {world.url('nothing')}.")


def test_lists_come_in_pages_in_order_and_filtered(world: World, sagemaker: Any) -> None:
    for number in range(5):
        world.create_config(f"paged-{number}", "one")
    pages = sagemaker.get_paginator("list_endpoint_configs").paginate(
        NameContains="PAGED", SortBy="Name", SortOrder="Ascending", PaginationConfig={"PageSize": 2}
    )
    sizes = [[config["EndpointConfigName"] for config in page["EndpointConfigs"]] for page in pages]
    assert sizes == [["paged-0", "paged-1"], ["paged-2", "paged-3"], ["paged-4"]]
    newest = sagemaker.list_endpoint_configs(NameContains="paged", MaxResults=1)["EndpointConfigs"]
    assert newest[0]["EndpointConfigName"] == "paged-4"
    hour = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
    assert sagemaker.list_endpoint_configs(NameContains="paged", CreationTimeAfter=hour)["EndpointConfigs"] == []
    assert len(sagemaker.list_endpoint_configs(NameContains="paged", CreationTimeBefore=hour)["EndpointConfigs"]) == 5
    assert refusal(sagemaker.list_models, NextToken="x" * 9) == ("ValidationException", "Invalid NextToken.")


def test_tags_are_added_replaced_and_removed(world: World, sagemaker: Any) -> None:
    arn = world.create_model("tagged", "one")
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "3"}])
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["b"])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "3"}]
    assert "Could not find" in refusal(sagemaker.list_tags, ResourceArn=f"{ARN}:model/none")[1]


def test_an_operation_that_is_not_emulated_says_so(sagemaker: Any) -> None:
    code, text = refusal(sagemaker.list_labeling_jobs)
    assert code == "UnknownOperationException"
    assert "ListLabelingJobs is not emulated; this emulator has AddTags, " in text


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("sagemaker-runtime", "InvokeEndpointAsync", {"EndpointName": "e", "InputLocation": "s3://b/k"}),
        ("sagemaker-runtime", "InvokeEndpointWithResponseStream", {"EndpointName": "e", "Body": b"1,2"}),
        (
            "sagemaker-metrics",
            "BatchPutMetrics",
            {"TrialComponentName": "t", "MetricData": [{"MetricName": "m", "Timestamp": 0, "Value": 1.0}]},
        ),
        (
            "sagemaker-featurestore-runtime",
            "GetRecord",
            {"FeatureGroupName": "group", "RecordIdentifierValueAsString": "1"},
        ),
        ("sagemaker-a2i-runtime", "DescribeHumanLoop", {"HumanLoopName": "loop"}),
    ],
)
def test_an_operation_of_another_api_of_sagemaker_is_named(
    emulator: Emulator, service: str, operation: str, arguments: dict[str, Any]
) -> None:
    code, text = refusal(getattr(emulator.client(service), xform_name(operation)), **arguments)
    assert code == "UnknownOperationException"
    assert f"This emulator does not have {operation} of {service}" in text


def test_the_own_interface_answers_this_machine_only(emulator: Emulator) -> None:
    request = urllib.request.Request(f"{emulator.url}/_sagemaker_local/health", headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request)
    with urllib.request.urlopen(f"{emulator.url}/_sagemaker_local/health") as answer:
        assert json.load(answer)["port"] == emulator.port


def test_a_wrong_json_type_is_a_serialization_exception(emulator: Emulator) -> None:
    sagemaker = emulator.client("sagemaker")
    sagemaker.meta.events.register("before-sign.sagemaker", _number_for_a_name)
    try:
        code, text = refusal(sagemaker.describe_model, ModelName="x")
    finally:
        sagemaker.meta.events.unregister("before-sign.sagemaker", _number_for_a_name)
    assert code == "SerializationException"
    assert text == "NUMBER_VALUE can not be converted to a String"


def _number_for_a_name(request: Any, **_: Any) -> None:
    request.data = b'{"ModelName": 7}'
