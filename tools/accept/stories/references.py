"""References between stacks: a stack that is deployed again to the same template looks up what it refers to."""

from __future__ import annotations

import json
from typing import Any

from tools.accept.stage import Stage
from tools.accept.story import Story, expect
from tools.outdated_references import outdated

SECONDS = 300


class SmallStack:
    """A stack of a parameter, which is gone when the story ends.

    Parameters
    ----------
    stage
        Where it is.
    part
        The end of its name.
    """

    def __init__(self, stage: Stage, part: str) -> None:
        self._stage, self.name, self._parameter = stage, f"{stage.name}-{part}", f"/digits/accept/{stage.name}/{part}"
        self._cloudformation = stage.client("cloudformation")
        self.template: dict[str, Any] = {}

    def create(self, value: Any) -> None:
        """Create it with a value, which its output `Value` has, too."""
        self._stage.at_end(f"the stack {self.name}", self._cloudformation.delete_stack, StackName=self.name)
        self._cloudformation.create_stack(StackName=self.name, TemplateBody=self._body(value))
        self._expect("CREATE_COMPLETE")

    def update(self, value: Any) -> None:
        """Update it by a change set, as the CDK CLI does; the emulator sees no changes in the same template there."""
        body = self._body(value)
        if self._stage.deployment.is_emulated:
            self._cloudformation.update_stack(StackName=self.name, TemplateBody=body)
        else:
            named = {"StackName": self.name, "ChangeSetName": "again"}
            self._cloudformation.create_change_set(**named, TemplateBody=body)
            self._cloudformation.get_waiter("change_set_create_complete").wait(**named)
            self._cloudformation.execute_change_set(**named)
        self._expect("UPDATE_COMPLETE")

    def described(self) -> dict[str, Any]:
        """What CloudFormation says of it."""
        (found,) = self._cloudformation.describe_stacks(StackName=self.name)["Stacks"]
        return dict(found)

    @property
    def value(self) -> str:
        """The value of the parameter."""
        return str(self._stage.client("ssm").get_parameter(Name=self._parameter)["Parameter"]["Value"])

    def _body(self, value: Any) -> str:
        properties = {"Name": self._parameter, "Type": "String", "Value": value}
        resource = {"Type": "AWS::SSM::Parameter", "Properties": properties}
        output = {"Value": {"Fn::GetAtt": ["Parameter", "Value"]}}
        self.template = {"Resources": {"Parameter": resource}, "Outputs": {"Value": output}}
        return json.dumps(self.template)

    def _expect(self, wanted: str) -> None:
        def status() -> str | None:
            found = str(self.described()["StackStatus"])
            return None if found.endswith("_IN_PROGRESS") else found

        expect(wanted, self._stage.until(status, f"{self.name} is settled", seconds=SECONDS), f"status of {self.name}")


def play_weak_references(stage: Stage) -> None:
    """A producer gets another value; its consumer is outdated then, and has the value when it is deployed again."""
    producer, consumer = SmallStack(stage, "producer"), SmallStack(stage, "consumer")
    producer.create("before")
    reference = {"Fn::GetStackOutput": {"StackName": producer.name, "OutputName": "Value"}}
    consumer.create(reference)
    expect("before", consumer.value, "the value that was looked up")
    expect([], _outdated(producer, consumer), "stacks that are outdated after their creation")
    producer.update("after")
    expect("before", consumer.value, "the value while the consumer is not deployed")
    expect([consumer.name], _outdated(producer, consumer), "stacks that are outdated after the update of the producer")
    consumer.update(reference)
    expect("after", consumer.value, "the value that was looked up again")
    expect([], _outdated(producer, consumer), "stacks that are outdated when both were deployed")


def _outdated(*stacks: SmallStack) -> list[str]:
    return outdated({each.name: each.template for each in stacks}, {each.name: each.described() for each in stacks}, {})


STORIES = (
    Story(
        slug="weak-references",
        sentence="a stack that is deployed again to the same template looks up the outputs that it refers to",
        needs=("storage",),
        seconds=900,
        changes="two stacks with a parameter each",
        play=play_weak_references,
    ),
)
