"""Which stacks have to be deployed again because what they refer to may have another value now.

References between stacks are weak (docs/architecture.md): the text in the consumer's template stays the same when the
producer's resource was replaced, so the CDK CLI sees nothing to deploy. Nothing tells which value a consumer has, so
times are compared: a consumer that was updated before its producer may have an old one. That holds whoever deployed
last, from which machine, and whether to the end. Strong references need none of this.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getstackoutput.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

SUFFIX = ".template.json"


def templates_in(assembly: Path) -> dict[str, Any]:
    """The templates of a cloud assembly, by the names of their stacks."""
    return {
        path.name.removesuffix(SUFFIX): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(assembly.glob(f"*{SUFFIX}"))
    }


def updated_at(stack: Mapping[str, Any]) -> datetime:
    """When a stack, as CloudFormation describes it, was created or updated last."""
    at: datetime = stack.get("LastUpdatedTime") or stack["CreationTime"]
    return at


def outdated(
    templates: Mapping[str, Any], stacks: Mapping[str, Mapping[str, Any]], looked_up: Mapping[str, datetime]
) -> list[str]:
    """Stacks that may have an old value of a weak reference.

    Parameters
    ----------
    templates
        The templates of the environment, by the names of their stacks.
    stacks
        What CloudFormation says of those that are deployed.
    looked_up
        When a stack was deployed once more; CloudFormation keeps no time of a deployment that changed nothing.

    Returns
    -------
    list of str
        Their names, in the order of the templates. One whose last update was rolled back is among them, because it
        has what it had before.
    """
    return [
        name
        for name in templates
        if name in stacks and _is_outdated(name, templates[name], stacks, looked_up.get(name))
    ]


def _is_outdated(name: str, template: Any, stacks: Mapping[str, Mapping[str, Any]], looked_up: datetime | None) -> bool:
    producers = [stacks[producer] for producer in frozenset(_producers(template)) if producer in stacks]
    if looked_up is None and producers and "ROLLBACK" in stacks[name]["StackStatus"]:
        return True
    own = max(updated_at(stacks[name]), looked_up or updated_at(stacks[name]))
    return any(updated_at(producer) > own for producer in producers)


def _producers(value: Any) -> Iterator[str]:
    """Names of the stacks to which a template refers weakly."""
    if isinstance(value, list):
        for item in value:
            yield from _producers(item)
    elif isinstance(value, dict):
        reference = value.get("Fn::GetStackOutput")
        if isinstance(reference, dict):
            yield str(reference.get("StackName"))
        for item in value.values():
            yield from _producers(item)
