"""A creation that fails leaves nothing behind that stops the next one, at whatever resource it fails.

The templates are those of `prod`, which has every type of resource and retains what it can, without the network of the
notebook, which the emulator lacks. CloudFormation is called directly: the CLI would take minutes.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from contract.manifest import read_manifest
from stacks.settings import LOCAL, PROD
from tests.support.assemblies import make_app
from tests.support.uploading import SECONDS, until
from tools.deployment import Deployment, destroy, publish, synthesised_parts
from tools.outdated_references import templates_in


class Creations:
    """Creates the stacks of an assembly in their order, and lets some fail before."""

    def __init__(self, deployment: Deployment, assembly: Path, faults: Callable[..., None]) -> None:
        self._deployment, self._faults = deployment, faults
        self.client = deployment.client("cloudformation")
        found = templates_in(assembly)
        parts = [part for part in reversed(synthesised_parts(deployment)) if deployment.stack(part) in found]
        self.templates = {deployment.stack(part): found[deployment.stack(part)] for part in parts}

    def fail(self, stack: str, resource: str) -> None:
        """Let a creation fail at a resource, by its type or logical id, and remove what the CLI would remove."""
        self._faults(f"cloudformation:{stack}/{resource}", "failed", "--count", "1")
        assert self._create(stack) == "ROLLBACK_COMPLETE", resource
        self.client.delete_stack(StackName=stack)
        until(lambda: self._status(stack) in ("", "DELETE_COMPLETE"), SECONDS, f"{stack} is still there")

    def succeed(self, stack: str) -> None:
        """Create a stack, and for the storage put the model into it."""
        status = self._create(stack)
        assert status == "CREATE_COMPLETE", self._reasons(stack)
        if stack == self._deployment.stack("storage"):
            publish(self._deployment)

    def _create(self, stack: str) -> str:
        body = json.dumps(self.templates[stack])
        self.client.create_stack(StackName=stack, TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"])
        until(lambda: not self._status(stack).endswith("_IN_PROGRESS"), SECONDS, f"{stack} is not settled")
        return self._status(stack)

    def _status(self, stack: str) -> str:
        try:
            return str(self.client.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])
        except self.client.exceptions.ClientError:
            return ""

    def _reasons(self, stack: str) -> list[str]:
        events = self.client.describe_stack_events(StackName=stack)["StackEvents"]
        return [event["ResourceStatusReason"] for event in events if event["ResourceStatus"].endswith("FAILED")]


@pytest.fixture
def creations(deployment: Deployment, tmp_path: Path, faults: Callable[..., None]) -> Creations:
    """Nothing is deployed any more, and all of it can be created again."""
    destroy(deployment, *synthesised_parts(deployment))
    sagemaker = deployment.client("sagemaker")
    for group in sagemaker.list_model_package_groups()["ModelPackageGroupSummaryList"]:  # kept by design
        sagemaker.delete_model_package_group(ModelPackageGroupName=group["ModelPackageGroupName"])
    settings = dataclasses.replace(
        PROD,
        environment=LOCAL.environment,
        account=LOCAL.account,
        function_target=LOCAL.function_target,
        people=LOCAL.people,
        notebook=dataclasses.replace(PROD.notebook, network=LOCAL.notebook.network),
    )
    make_app(settings, tmp_path / "cdk.out", manifest=read_manifest(deployment.manifest)).synth()
    return Creations(deployment, tmp_path / "cdk.out", faults)


def _first_of_each_type(templates: dict[str, Any]) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for stack, template in templates.items():
        for resource in template["Resources"].values():
            if resource["Type"] not in seen:
                seen.add(resource["Type"])
                yield stack, resource["Type"]


def _each(templates: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for stack, template in templates.items():
        for logical_id in template["Resources"]:
            yield stack, logical_id


def _create_all(creations: Creations, failures: Iterator[tuple[str, str]]) -> None:
    wanted = list(failures)
    for stack in creations.templates:
        for _, resource in [each for each in wanted if each[0] == stack]:
            creations.fail(stack, resource)
        creations.succeed(stack)


def test_a_creation_that_fails_at_any_type_of_resource_can_be_repeated(creations: Creations) -> None:
    _create_all(creations, _first_of_each_type(creations.templates))


@pytest.mark.exhaustive
def test_a_creation_that_fails_at_any_resource_can_be_repeated(creations: Creations) -> None:
    _create_all(creations, _each(creations.templates))
