"""What is no longer as its stack has it: `python -m tools.drift ENVIRONMENT`, what `make drift` runs.

CloudFormation compares every stack of an environment with what is there, and changes nothing. The exit code is 0, 1
when something has drifted, 2 when it cannot be told. Types that CloudFormation cannot compare are not looked at:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resource-import-supported-resources.html
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tools.deployment import FAILURES, DeploymentError, deployed_parts
from tools.environments import add_environment, chosen_environment, deployment_of
from training.common.terminal import prepare_terminal

SECONDS = 600
"""How long CloudFormation may take for a stack."""

PAUSE_SECONDS = 3.0
SAME, DRIFTED = "IN_SYNC", "DRIFTED"


@dataclass(frozen=True, kw_only=True)
class Drift:
    """A resource that is not as its stack has it.

    Attributes
    ----------
    stack, logical_id, type
        Which one.
    status
        `MODIFIED` or `DELETED`, as CloudFormation says.
    properties
        Paths of the properties that differ, such as `/Tags/0`.
    """

    stack: str
    logical_id: str
    type: str
    status: str
    properties: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.stack} {self.logical_id}: {self.status} {', '.join(self.properties)}".rstrip()


def drifts_of(
    cloudformation: Any, stacks: Iterable[str], *, sleep: Callable[[float], object] = time.sleep
) -> dict[str, tuple[Drift, ...]]:
    """Let CloudFormation compare stacks with what is there.

    Parameters
    ----------
    cloudformation
        A client of botocore.
    stacks
        Their names.
    sleep
        How to wait.

    Returns
    -------
    dict
        By stack, what has drifted; nothing for a stack that is as it was deployed.

    Raises
    ------
    DeploymentError
        If CloudFormation cannot tell, or takes too long.
    """
    ids = {name: cloudformation.detect_stack_drift(StackName=name)["StackDriftDetectionId"] for name in stacks}
    return {name: _drifts(cloudformation, name, detection, sleep) for name, detection in ids.items()}


def _drifts(cloudformation: Any, stack: str, detection: str, sleep: Callable[[float], object]) -> tuple[Drift, ...]:
    for _ in range(int(SECONDS / PAUSE_SECONDS)):
        found = cloudformation.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
        if found["DetectionStatus"] != "DETECTION_IN_PROGRESS":
            break
        sleep(PAUSE_SECONDS)
    if found["DetectionStatus"] != "DETECTION_COMPLETE":
        reason = found.get("DetectionStatusReason") or f"no answer within {SECONDS} s"
        msg = f"the drift of {stack} is not known: {reason}; whoever asks must be allowed to read each of its resources"
        raise DeploymentError(msg)
    if found["StackDriftStatus"] != DRIFTED:
        return ()
    answer = cloudformation.describe_stack_resource_drifts(
        StackName=stack, StackResourceDriftStatusFilters=["MODIFIED", "DELETED"]
    )
    return tuple(
        Drift(
            stack=stack,
            logical_id=each["LogicalResourceId"],
            type=each["ResourceType"],
            status=each["StackResourceDriftStatus"],
            properties=tuple(difference["PropertyPath"] for difference in each.get("PropertyDifferences", [])),
        )
        for each in answer["StackResourceDrifts"]
    )


def as_markdown(environment: str, found: dict[str, tuple[Drift, ...]]) -> str:
    """A table, which a person reads as it is, too."""
    rows = [
        f"| {stack} | {each.logical_id} | {each.type} | {each.status} | {', '.join(each.properties)} |"
        for stack, drifts in found.items()
        for each in drifts
    ]
    same = [stack for stack, drifts in found.items() if not drifts]
    table = ["| stack | resource | type | is | properties |", "|---|---|---|---|---|", *rows] if rows else []
    told = f"As deployed: {', '.join(same)}." if same else ""
    title = f"Resources of {environment} that are not as their stacks have them: {len(rows)}."
    return "\n\n".join(part for part in (title, "\n".join(table), told) if part)


def as_json(environment: str, found: dict[str, tuple[Drift, ...]]) -> dict[str, Any]:
    """The same for programs."""
    drifted = [asdict(each) for drifts in found.values() for each in drifts]
    return {"version": 1, "environment": environment, "stacks": list(found), "drifted": drifted}


def main(arguments: Sequence[str]) -> int:
    """Run the command line; returns the exit code."""
    prepare_terminal()
    parser = argparse.ArgumentParser(prog="python -m tools.drift", description="Tell what is not as its stack has it.")
    add_environment(parser)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="also write the table")
    options = parser.parse_args(arguments)
    environment = chosen_environment(parser, options)
    try:
        deployment = deployment_of(environment)
        stacks = [deployment.stack(part) for part in reversed(deployed_parts(deployment))]
        if not stacks:
            print(f"error: {environment} is not deployed, so nothing can be compared", file=sys.stderr)
            return 2
        found = drifts_of(deployment.client("cloudformation"), stacks)
    except FAILURES as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    table = as_markdown(environment, found)
    if options.markdown:
        options.markdown.write_text(f"{table}\n", encoding="utf-8")
    print(json.dumps(as_json(environment, found), indent=2) if options.json else table)
    return int(any(found.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
