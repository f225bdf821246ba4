"""What differs between templates, by `@aws-cdk/cloudformation-diff`, the engine of the CDK CLI, run once for all."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stacks.shared.node import node_binary
from tools.process_environment import for_node
from tools.review.change import Template

PROGRAM = Path(__file__).with_suffix(".mjs")

WILL_REPLACE = "WILL_REPLACE"
MAY_REPLACE = "MAY_REPLACE"


class DifferenceError(Exception):
    """The differences cannot be determined; the text is for users."""


@dataclass(frozen=True, kw_only=True)
class ResourceDifference:
    """A resource that differs.

    Attributes
    ----------
    impact
        `WILL_CREATE`, `WILL_UPDATE`, `WILL_REPLACE`, `MAY_REPLACE`, `WILL_DESTROY`, `WILL_ORPHAN`, `WILL_IMPORT` or
        `NO_CHANGE`.
    properties
        The same for each property that differs.
    """

    impact: str
    properties: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class TemplateDifference:
    """The difference of two templates: by logical id, and as `cdk diff` shows it."""

    resources: dict[str, ResourceDifference]
    text: str


def compare_templates(pairs: Sequence[tuple[Template, Template]]) -> list[TemplateDifference]:
    """Compare the templates of each pair, base first; an empty template stands for a stack that does not exist.

    Raises
    ------
    DifferenceError
        If the engine does not run, or does not understand a template.
    """
    if not pairs:
        return []
    question = json.dumps([{"base": base, "head": head} for base, head in pairs])
    done = subprocess.run(
        [str(node_binary()), str(PROGRAM)],
        input=question,
        env=for_node(os.environ),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        reason = next((line for line in done.stderr.splitlines() if "Error" in line), done.stderr.strip())
        msg = f"the templates cannot be compared by @aws-cdk/cloudformation-diff (is 'make setup' done?): {reason}"
        raise DifferenceError(msg)
    return [_parse(answer) for answer in json.loads(done.stdout)]


def _parse(answer: dict[str, Any]) -> TemplateDifference:
    return TemplateDifference(
        resources={
            logical_id: ResourceDifference(
                impact=resource["impact"],
                properties={name: impact or "WILL_UPDATE" for name, impact in resource["properties"].items()},
            )
            for logical_id, resource in answer["resources"].items()
        },
        text=answer["text"],
    )
