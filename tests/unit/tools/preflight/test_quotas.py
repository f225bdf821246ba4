"""Quotas by name, what others use of them, and what is said where they are too small or cannot be asked."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.support.stubbed_clients import StubbedClients
from tools.preflight.check import Check, State
from tools.preflight.needs import ENDPOINT_INSTANCES, NOTEBOOKS, SERVERLESS, Need
from tools.preflight.quotas import Quotas, check_quotas
from tools.preflight.usage import used_by_others

NAME = "ml.m5.large for endpoint usage"
NEED = Need(quota=NAME, most=4, now=2, use="the endpoint", fails="an update fails")


def quota(value: float, name: str = NAME, *, adjustable: bool = True) -> dict[str, Any]:
    return {"QuotaCode": "L-614B09FD", "QuotaName": name, "Value": value, "Adjustable": adjustable}


def checked(clients: StubbedClients, *needed: Need, others: int = 0) -> list[Check]:
    return list(check_quotas(Quotas(clients, "us-east-1"), needed or [NEED], Counter({NAME: others})))


@pytest.mark.parametrize(
    ("value", "others", "state", "blocks"),
    [
        (4, 0, State.OK, False),
        (10, 6, State.OK, False),
        (3, 0, State.WANTING, False),
        (6, 3, State.WANTING, False),
        (1, 0, State.WANTING, True),
        (4, 3, State.WANTING, True),
    ],
)
def test_what_others_use_is_taken_off(value: int, others: int, state: State, blocks: bool) -> None:
    clients = StubbedClients()
    clients.answer("service-quotas", "list_service_quotas", {"Quotas": [quota(value)]})
    (check,) = checked(clients, others=others)
    assert (check.item, check.state, check.blocks) == (NAME, state, blocks)
    if state is State.WANTING:
        assert f"--quota-code L-614B09FD --desired-value {4 + others} --region us-east-1" in check.do
        assert "an update fails" in check.found


def test_every_page_is_read_and_a_quota_without_a_value_of_its_own_has_its_default() -> None:
    clients = StubbedClients()
    clients.answer("service-quotas", "list_service_quotas", {"Quotas": [quota(9, "other")], "NextToken": "t"})
    clients.answer("service-quotas", "list_service_quotas", {"Quotas": []})
    clients.answer("service-quotas", "list_aws_default_service_quotas", {"Quotas": [quota(4)]})
    (check,) = checked(clients)
    assert check.state is State.OK


def test_a_quota_that_is_not_listed_and_one_that_nobody_raises() -> None:
    clients = StubbedClients()
    unknown = Need(quota="ml.m9.large for endpoint usage", most=1, now=1, use="the endpoint", fails="it fails")
    clients.answer("service-quotas", "list_service_quotas", {"Quotas": [quota(0, adjustable=False)]})
    clients.answer("service-quotas", "list_aws_default_service_quotas", {"Quotas": []})
    fixed, missing = checked(clients, NEED, unknown)
    assert "AWS does not increase it" in fixed.do
    assert (missing.state, missing.blocks) == (State.NOT_KNOWN, False)
    assert "lists none of this name in us-east-1" in missing.found


@pytest.mark.parametrize(
    ("code", "message", "permission"),
    [
        ("AccessDeniedException", "", "servicequotas:ListServiceQuotas"),
        (
            "AccessDeniedException",
            "User: arn:aws:iam::1:user/a is not authorized to perform: servicequotas:Other on resource: *",
            "servicequotas:Other",
        ),
        ("ServiceException", "", ""),
    ],
)
def test_what_cannot_be_asked_is_said_once_for_all(code: str, message: str, permission: str) -> None:
    clients = StubbedClients()
    clients.refuse("service-quotas", "list_service_quotas", code, message)
    (check,) = checked(clients)
    assert (check.state, check.permission, check.blocks) == (State.NOT_KNOWN, permission, False)
    assert check.item == f"{NAME} (4 needed)"


def _endpoint(name: str, *variants: dict[str, Any]) -> dict[str, Any]:
    return {
        "EndpointName": name,
        "EndpointArn": "arn:aws:sagemaker:us-east-1:1:endpoint/x",
        "EndpointConfigName": "config",
        "ProductionVariants": list(variants),
        "EndpointStatus": "InService",
        "CreationTime": "2026-11-30",
        "LastModifiedTime": "2026-11-30",
    }


def test_what_others_use() -> None:
    clients = StubbedClients()
    listed = [_endpoint("digits-prod"), _endpoint("other")]
    members = ("EndpointName", "EndpointArn", "CreationTime", "LastModifiedTime", "EndpointStatus")
    endpoints = [{member: each[member] for member in members} for each in listed]
    clients.answer("sagemaker", "list_endpoints", {"Endpoints": endpoints})
    serverless = {"MemorySizeInMB": 2048, "MaxConcurrency": 7}
    other = _endpoint(
        "other",
        {"VariantName": "one", "CurrentInstanceCount": 3},
        {"VariantName": "two", "CurrentServerlessConfig": serverless},
    )
    clients.answer("sagemaker", "describe_endpoint", other)
    variants = [
        {"VariantName": "one", "InstanceType": "ml.m5.large"},
        {"VariantName": "two", "ServerlessConfig": serverless},
    ]
    config = {"EndpointConfigName": "config", "EndpointConfigArn": other["EndpointArn"], "CreationTime": "2026-11-30"}
    clients.answer("sagemaker", "describe_endpoint_config", config | {"ProductionVariants": variants})
    clients.refuse("sagemaker", "list_notebook_instances", "AccessDeniedException")
    used: Counter[str] = Counter()
    own = {"Endpoint": {"Type": "AWS::SageMaker::Endpoint", "Properties": {"EndpointName": "digits-prod"}}}
    (check,) = used_by_others(clients, {"stack": {"Resources": own}}, used)
    assert check.permission == "sagemaker:ListNotebookInstances"
    assert +used == {NAME: 3, ENDPOINT_INSTANCES: 3, SERVERLESS: 7}


def test_what_notebooks_of_others_use() -> None:
    clients = StubbedClients()
    clients.answer("sagemaker", "list_endpoints", {"Endpoints": []})
    arn = "arn:aws:sagemaker:us-east-1:1:notebook-instance/x"
    notebooks = [
        {
            "NotebookInstanceName": name,
            "NotebookInstanceArn": arn,
            "NotebookInstanceStatus": status,
            "InstanceType": "ml.t3.medium",
        }
        for name, status in (("digits-dev", "InService"), ("one", "InService"), ("two", "Stopped"))
    ]
    clients.answer("sagemaker", "list_notebook_instances", {"NotebookInstances": notebooks})
    own = {"N": {"Type": "AWS::SageMaker::NotebookInstance", "Properties": {"NotebookInstanceName": "digits-dev"}}}
    used: Counter[str] = Counter()
    assert list(used_by_others(clients, {"stack": {"Resources": own}}, used)) == []
    assert used == {NOTEBOOKS: 2, "ml.t3.medium for notebook instance usage": 1}


@pytest.mark.parametrize(("message", "told"), [("", ""), ("Try it later.", " (Try it later)")])
def test_what_was_answered_is_told_without_words_of_the_library(message: str, told: str) -> None:
    clients = StubbedClients()
    clients.refuse("service-quotas", "list_service_quotas", "400", message)
    (check,) = checked(clients)
    assert (check.state, check.found) == (State.NOT_KNOWN, f"ListServiceQuotas failed with 400{told}")
