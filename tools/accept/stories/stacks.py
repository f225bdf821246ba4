"""The stacks themselves: deployed, as they were deployed, and not changed by being deployed again."""

from __future__ import annotations

from typing import Any

from tools.accept.stage import Stage
from tools.accept.story import Differs, Story, expect
from tools.deployment import check_endpoint
from tools.drift import compare

SETTLED = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
NO_CHANGES = ("didn't contain changes", "no updates are to be performed")
"""What CloudFormation calls the failure of a change set without changes, in lower case."""
PROVIDERS = ("storage", "identity", "web")
"""Stacks whose outputs others import by strong references (docs/architecture.md)."""


def _stacks(stage: Stage) -> dict[str, dict[str, Any]]:
    """What is deployed of the parts that the settings have."""
    prefix = stage.deployment.stack("")
    pages = stage.client("cloudformation").get_paginator("describe_stacks").paginate()
    found = {stack["StackName"]: stack for page in pages for stack in page["Stacks"]}
    return {name: stack for name, stack in found.items() if name.startswith(prefix)}


def play_deployed(stage: Stage) -> None:
    """Every part has its stack, each in a good state, and the endpoint runs what was deployed."""
    stacks = _stacks(stage)
    missing = [part for part in stage.settings.parts.stacks if stage.deployment.stack(part) not in stacks]
    expect([], missing, "parts of the settings that are not deployed")
    unsettled = {name: stack["StackStatus"] for name, stack in stacks.items() if stack["StackStatus"] not in SETTLED}
    expect({}, unsettled, "stacks in another state than CREATE_COMPLETE or UPDATE_COMPLETE")
    check_endpoint(stage.deployment)


def play_drift(stage: Stage) -> None:
    """CloudFormation compares each stack with what is there."""
    found = compare(stage.client("cloudformation"), _stacks(stage))
    drifted = [str(drift) for comparison in found.values() for drift in comparison.drifts]
    expect([], drifted, "resources that are not as their stack has them")
    unknown = {name: comparison.unknown for name, comparison in found.items() if comparison.unknown}
    expect({}, unknown, "stacks whose drift is not known")


def play_second_deployment(stage: Stage) -> None:
    """A change set of the same template plans no replacement, and what others import cannot go."""
    for name, stack in _stacks(stage).items():
        stage.say(name)
        expect([], _replacements(stage, name, stack), f"resources of {name} that the same template would replace")
    for part in PROVIDERS:
        for output in _stacks(stage).get(stage.deployment.stack(part), {}).get("Outputs", []):
            if "ExportName" in output:
                _expect_imported(stage, output["ExportName"])


def _replacements(stage: Stage, name: str, stack: dict[str, Any]) -> list[str]:
    cloudformation = stage.client("cloudformation")
    parameters = [{"ParameterKey": each["ParameterKey"], "UsePreviousValue": True} for each in stack["Parameters"]]
    change_set = cloudformation.create_change_set(
        StackName=name,
        ChangeSetName=stage.name,
        UsePreviousTemplate=True,
        Parameters=parameters,
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
    )["Id"]
    stage.at_end(f"the change set {stage.name} of {name}", cloudformation.delete_change_set, ChangeSetName=change_set)
    planned = stage.until(lambda: _planned(cloudformation, change_set), f"a change set of {name}", seconds=180)
    reason = str(planned.get("StatusReason", ""))
    if planned["Status"] == "FAILED" and not any(words in reason.lower() for words in NO_CHANGES):
        raise Differs(f"a change set of {name}", reason)
    changes = (change["ResourceChange"] for change in planned.get("Changes", []))
    return [change["LogicalResourceId"] for change in changes if change.get("Replacement") == "True"]


def _planned(cloudformation: Any, change_set: str) -> dict[str, Any] | None:
    found: dict[str, Any] = cloudformation.describe_change_set(ChangeSetName=change_set)
    return None if found["Status"].endswith(("PENDING", "IN_PROGRESS")) else found


def _expect_imported(stage: Stage, export: str) -> None:
    importing = stage.client("cloudformation").list_imports(ExportName=export)["Imports"]
    if not importing:
        raise Differs(f"a stack that imports {export}", "none")


STORIES = (
    Story(
        slug="deployed",
        sentence="every part of the settings is deployed, and the endpoint runs the configuration that was deployed",
        needs=("storage", "inference"),
        seconds=60,
        play=play_deployed,
    ),
    Story(
        slug="second-deployment",
        sentence="deploying the same templates again would replace nothing, and what others import cannot be removed",
        needs=("storage",),
        seconds=600,
        changes="a change set of each stack, which is not executed",
        play=play_second_deployment,
    ),
    Story(
        slug="drift",
        sentence="nothing is other than its stack has it",
        needs=("storage",),
        seconds=900,
        play=play_drift,
    ),
)
