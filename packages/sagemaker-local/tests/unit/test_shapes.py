"""Requests against the service's own description: types, constraints, and CloudFormation's strings."""

from __future__ import annotations

from typing import Any

import pytest

from sagemaker_local.sagemaker.errors import ServiceError
from sagemaker_local.sagemaker.shapes import check_input, coerce, operation_model

VARIANT = {"VariantName": "v", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}


def config(**changes: Any) -> dict[str, Any]:
    return {"EndpointConfigName": "c", "ProductionVariants": [{**VARIANT, **changes}]}


def problem(operation: str, document: object) -> tuple[str, str]:
    with pytest.raises(ServiceError) as caught:
        check_input(operation, document)
    return caught.value.code, caught.value.message


def test_a_good_request_passes_and_unknown_members_are_ignored() -> None:
    assert check_input("CreateEndpointConfig", config(Colour="red")) == config(Colour="red")


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"VariantName": None}, "Value null at '{}.variantName' failed to satisfy constraint: Member must not be null"),
        ({"InitialInstanceCount": -1}, "Value '-1' at '{}.initialInstanceCount' failed to satisfy constraint: "),
        ({"VariantName": "a_b"}, "Value 'a_b' at '{}.variantName' failed to satisfy constraint: Member must satisfy "),
        ({"InstanceType": "huge"}, "at '{}.instanceType' failed to satisfy constraint: Member must satisfy enum value"),
        ({"VariantName": "a" * 64}, "Member must have length less than or equal to 63"),
    ],
)
def test_a_broken_constraint_is_named_with_its_place(changes: dict[str, Any], constraint: str) -> None:
    code, message = problem("CreateEndpointConfig", config(**changes))
    assert code == "ValidationException"
    assert constraint.format("productionVariants.1.member") in message


def test_missing_members_are_counted() -> None:
    assert problem("CreateEndpoint", {})[1].startswith("2 validation errors detected: Value null at 'endpointName'")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"EndpointName": 7}, "NUMBER_VALUE can not be converted to a String"),
        ({"EndpointName": True}, "TRUE_VALUE can not be converted to a String"),
        ({"EndpointName": ["x"]}, "START_ARRAY can not be converted to a String"),
        ("text", "Start of structure or map found where not expected."),
    ],
)
def test_a_wrong_json_type_is_a_serialization_error(document: object, message: str) -> None:
    assert problem("DescribeEndpoint", document) == ("SerializationException", message)


def test_strings_of_a_template_become_what_the_service_wants() -> None:
    shape = operation_model("CreateEndpointConfig").input_shape
    assert shape is not None
    text = config(InitialInstanceCount="2", InitialVariantWeight="0.5", EnableSSMAccess="true", ModelName=5)
    (variant,) = coerce(shape, text)["ProductionVariants"]
    assert (variant["InitialInstanceCount"], variant["InitialVariantWeight"]) == (2, 0.5)
    assert (variant["EnableSSMAccess"], variant["ModelName"]) == (True, "5")
