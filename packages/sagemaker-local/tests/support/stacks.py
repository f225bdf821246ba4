"""CloudFormation stacks for tests: created, updated and deleted, each time until nothing is under way."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from support.emulators import Emulator, eventually

Json = dict[str, Any]


class Stacks:
    """Stacks of one emulator."""

    def __init__(self, emulator: Emulator) -> None:
        self.client = emulator.client("cloudformation")

    def settled(self, name: str) -> Json:
        """The description of a stack once nothing is under way."""
        last: Json = {}

        def done() -> bool:
            last.update(self.client.describe_stacks(StackName=name)["Stacks"][0])
            return not str(last["StackStatus"]).endswith("IN_PROGRESS")

        eventually(done)
        return last

    def create(self, name: str, body: str, *capabilities: str) -> Json:
        """Create a stack; its description once that is over."""
        self.client.create_stack(StackName=name, TemplateBody=body, Capabilities=list(capabilities))
        return self.settled(name)

    def update(self, name: str, body: str) -> Json:
        """Update a stack; its description once that is over."""
        self.client.update_stack(StackName=name, TemplateBody=body)
        return self.settled(name)

    def delete(self, name: str) -> None:
        """Delete a stack, and wait until it is gone."""
        self.client.delete_stack(StackName=name)
        eventually(lambda: self._gone(name))

    def _gone(self, name: str) -> bool:
        try:
            return bool(self.client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"] == "DELETE_COMPLETE")
        except ClientError:
            return True


def outputs(stack: Json) -> dict[str, str]:
    """The outputs of a stack, from its description."""
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
