"""What earlier attempts left behind, and what is said about each."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.stubbed_clients import StubbedClients
from tools.leftovers import Leftover, leftovers, unprotect_failed_creations

STACK = "digits-dev-training"
GROUP = {"Type": "AWS::SageMaker::ModelPackageGroup", "Properties": {"ModelPackageGroupName": "digits-dev"}}
LOGS = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/aws/sagemaker/Endpoints/digits-dev"}}
UNNAMED = {"Type": "AWS::Logs::LogGroup", "Properties": {}}


class Clients(StubbedClients):
    """Stubbed clients by service."""

    def stack(self, status: str | None, *, protected: bool = False) -> None:
        """The next answer about the stack."""
        stub = self.stub("cloudformation")
        if status is None:
            stub.add_client_error("describe_stacks", "ValidationError", f"Stack with id {STACK} does not exist")
        else:
            stack = {"StackName": STACK, "CreationTime": "2026-11-30", "StackStatus": status}
            stub.add_response("describe_stacks", {"Stacks": [stack | {"EnableTerminationProtection": protected}]})


def found(clients: Clients, *resources: dict[str, Any], owned: tuple[str, ...] = ()) -> list[Leftover]:
    template = {"Resources": {f"R{number}": resource for number, resource in enumerate(resources)}}
    deployed: dict[str, Any] = {STACK: {"Resources": {name: {} for name in owned}}} if owned else {}
    return list(leftovers(clients, {STACK: template}, deployed))


@pytest.mark.parametrize(
    ("status", "blocks", "words"),
    [
        ("ROLLBACK_COMPLETE", False, "it is deleted first"),
        ("ROLLBACK_FAILED", False, "it is deleted first"),
        ("UPDATE_ROLLBACK_FAILED", True, f"aws cloudformation continue-update-rollback --stack-name {STACK}"),
        ("DELETE_FAILED", True, f"aws cloudformation delete-stack --stack-name {STACK}"),
        ("UPDATE_IN_PROGRESS", True, "wait until that is over"),
    ],
)
def test_a_stack_that_is_in_the_way(status: str, blocks: bool, words: str) -> None:
    clients = Clients()
    clients.stack(status)
    (leftover,) = found(clients)
    assert (leftover.blocks, status in leftover.what, words in leftover.do) == (blocks, True, True)


@pytest.mark.parametrize("status", [None, "CREATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"])
def test_a_stack_that_is_not(status: str | None) -> None:
    clients = Clients()
    clients.stack(status)
    assert found(clients) == []


@pytest.mark.parametrize(
    ("kind", "operation", "delete"),
    [
        ("Endpoint", "describe_endpoint", "delete-endpoint --endpoint-name"),
        ("Pipeline", "describe_pipeline", "delete-pipeline --pipeline-name"),
        ("NotebookInstance", "describe_notebook_instance", "delete-notebook-instance --notebook-instance-name"),
        (
            "NotebookInstanceLifecycleConfig",
            "describe_notebook_instance_lifecycle_config",
            "delete-notebook-instance-lifecycle-config --notebook-instance-lifecycle-config-name",
        ),
    ],
)
def test_every_kind_of_sagemaker_has_operations_of_its_name(kind: str, operation: str, delete: str) -> None:
    there = {"Type": f"AWS::SageMaker::{kind}", "Properties": {f"{kind}Name": "digits-dev"}}
    clients = Clients()
    clients.stack(None)
    clients.stub("sagemaker").add_client_error(
        operation, "ValidationException", expected_params={f"{kind}Name": "digits-dev"}
    )
    assert found(clients, there) == []
    clients.stack(None)
    of_an_endpoint = {
        "EndpointName": "digits-dev", "EndpointArn": "arn:aws:sagemaker:us-east-1:1:endpoint/digits-dev",
        "EndpointStatus": "InService", "CreationTime": "2026-11-30", "LastModifiedTime": "2026-11-30",
    }  # fmt: skip
    clients.stub("sagemaker").add_response(operation, of_an_endpoint if kind == "Endpoint" else {})
    (leftover,) = found(clients, there)
    assert f"aws sagemaker {delete} digits-dev" in leftover.do


def test_a_name_that_is_taken_is_told_with_what_to_do() -> None:
    clients = Clients()
    clients.stack(None)
    group = {"ModelPackageGroupName": "digits-dev", "ModelPackageGroupArn": "arn:aws:sagemaker:us-east-1:1:x/y"}
    answer = group | {"CreationTime": "2026-11-30", "CreatedBy": {}, "ModelPackageGroupStatus": "Completed"}
    clients.stub("sagemaker").add_response("describe_model_package_group", answer)
    clients.stub("logs").add_response("describe_log_groups", {"logGroups": [{"logGroupName": "/aws/other"}]})
    (leftover,) = found(clients, GROUP, LOGS, UNNAMED)
    assert "model package group digits-dev is there" in leftover.what
    assert "delete-model-package-group --model-package-group-name digits-dev" in leftover.do
    assert leftover.blocks


def test_what_the_stack_owns_and_what_is_not_there_are_no_leftovers() -> None:
    clients = Clients()
    clients.stack("CREATE_COMPLETE")
    error = "ValidationException"
    clients.stub("sagemaker").add_client_error("describe_model_package_group", error, "does not exist")
    assert found(clients, LOGS, GROUP, owned=("R0",)) == []


def test_a_failed_creation_loses_its_protection_and_nothing_else_does() -> None:
    clients = Clients()
    clients.stack("ROLLBACK_COMPLETE", protected=True)
    clients.stub("cloudformation").add_response(
        "update_termination_protection",
        {"StackId": STACK},
        {"StackName": STACK, "EnableTerminationProtection": False},
    )
    assert unprotect_failed_creations(clients("cloudformation"), {STACK: {}}) == [STACK]
    for status, protected in (("CREATE_COMPLETE", True), ("ROLLBACK_COMPLETE", False), (None, False)):
        clients.stack(status, protected=protected)
        assert unprotect_failed_creations(clients("cloudformation"), {STACK: {}}) == []
    clients.stub("cloudformation").assert_no_pending_responses()
