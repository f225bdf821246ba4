"""What is no longer as its stack has it: `python -m tools.drift ENVIRONMENT`, what `make drift` runs.

CloudFormation compares every stack of an environment with what is there, that of the roles for GitHub too, and changes
nothing. The exit code is 0, 1 when something has drifted, 2 when a stack could not be compared whole. Types that
CloudFormation cannot compare are not looked at:
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

from tools.deployment import FAILURES, deployed_parts, stack_outputs
from tools.environments import add_environment, chosen_environment, deployment_of
from training.common.terminal import prepare_terminal

SECONDS = 600
"""How long CloudFormation may take for a stack."""

PAUSE_SECONDS = 3.0
DRIFTED = "DRIFTED"


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


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A stack, compared with what is there.

    Attributes
    ----------
    drifts
        What has drifted; empty if it is as it was deployed.
    unknown
        Why not every resource could be compared; empty if all were.
    """

    drifts: tuple[Drift, ...] = ()
    unknown: str = ""


def compare(
    cloudformation: Any, stacks: Iterable[str], *, sleep: Callable[[float], object] = time.sleep
) -> dict[str, Comparison]:
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
        What was found, by the names of the stacks.
    """
    # One after the other: all at once read so much that AWS limits the rate, and the detection of some fails.
    return {name: _compared(cloudformation, name, sleep) for name in stacks}


def _compared(cloudformation: Any, stack: str, sleep: Callable[[float], object]) -> Comparison:
    detection = cloudformation.detect_stack_drift(StackName=stack)["StackDriftDetectionId"]
    for _ in range(int(SECONDS / PAUSE_SECONDS)):
        found = cloudformation.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
        if found["DetectionStatus"] != "DETECTION_IN_PROGRESS":
            break
        sleep(PAUSE_SECONDS)
    unknown = ""
    if found["DetectionStatus"] != "DETECTION_COMPLETE":
        unknown = found.get("DetectionStatusReason") or f"no answer within {SECONDS} s"
    if not unknown and found["StackDriftStatus"] != DRIFTED:
        return Comparison()
    # Of a detection that failed for some resources there are results of the others.
    return Comparison(drifts=_drifts(cloudformation, stack), unknown=unknown)


def _drifts(cloudformation: Any, stack: str) -> tuple[Drift, ...]:
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


def as_markdown(environment: str, found: dict[str, Comparison]) -> str:
    """A table, which a person reads as it is, too."""
    rows = [
        f"| {stack} | {each.logical_id} | {each.type} | {each.status} | {', '.join(each.properties)} |"
        for stack, comparison in found.items()
        for each in comparison.drifts
    ]
    same = [stack for stack, comparison in found.items() if comparison == Comparison()]
    unknown = [
        f"Not every resource of {stack} could be compared: {comparison.unknown}. Your credentials need "
        "read access to each of them; if a rate limit was exceeded, try again."
        for stack, comparison in found.items()
        if comparison.unknown
    ]
    table = ["| stack | resource | type | is | properties |", "|---|---|---|---|---|", *rows] if rows else []
    told = f"As deployed: {', '.join(same)}." if same else ""
    title = f"Resources of {environment} that are not as their stacks have them: {len(rows)}."
    return "\n\n".join(part for part in (title, "\n".join(table), *unknown, told) if part)


def as_json(environment: str, found: dict[str, Comparison]) -> dict[str, Any]:
    """The same for programs."""
    drifted = [asdict(each) for comparison in found.values() for each in comparison.drifts]
    unknown = {stack: comparison.unknown for stack, comparison in found.items() if comparison.unknown}
    return {
        "version": 1,
        "environment": environment,
        "stacks": list(found),
        "drifted": drifted,
        "unknown": unknown,
    }


def main(arguments: Sequence[str]) -> int:
    """Run the command line; returns the exit code."""
    prepare_terminal()
    parser = argparse.ArgumentParser(prog="python -m tools.drift", description="Detect drift of the deployed stacks.")
    add_environment(parser)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="also write the table")
    options = parser.parse_args(arguments)
    environment = chosen_environment(parser, options)
    try:
        deployment = deployment_of(environment)
        parts = [*reversed(deployed_parts(deployment)), *(["github"] if stack_outputs(deployment, "github") else [])]
        stacks = [deployment.stack(part) for part in parts]
        if not stacks:
            print(f"error: {environment} is not deployed, so nothing can be compared", file=sys.stderr)
            return 2
        found = compare(deployment.client("cloudformation"), stacks)
    except FAILURES as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    table = as_markdown(environment, found)
    if options.markdown:
        options.markdown.write_text(f"{table}\n", encoding="utf-8")
    print(json.dumps(as_json(environment, found), indent=2) if options.json else table)
    if any(comparison.unknown for comparison in found.values()):
        return 2
    return int(any(comparison.drifts for comparison in found.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
