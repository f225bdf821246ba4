"""The changes of a deployment, compared with what is deployed, and their confirmation.

The review is that of `make diff`. A person is asked once; `--yes` asks nobody and refuses what can lose data, unless
`--accept data-loss` says that it is meant. What AWS would refuse in the middle of the deployment is refused at once.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from botocore.exceptions import ClientError

from tools.deployment import Deployment, DeploymentError
from tools.leftovers import FAILED_CREATION
from tools.review.change import Risk, Template
from tools.review.cost.comparison import compare_cost
from tools.review.report import as_text
from tools.review.resolution import resolve
from tools.review.review import Review, review
from tools.review.templates import read_folder
from tools.serverless_change import serverless_refusals

NEVER_CREATED = (*FAILED_CREATION, "REVIEW_IN_PROGRESS", "DELETE_COMPLETE")


@dataclass(frozen=True, kw_only=True)
class Approval:
    """How a deployment is agreed to.

    Attributes
    ----------
    asks
        Whether a person is asked.
    accepts
        Classes of change that are meant.
    """

    asks: bool = True
    accepts: frozenset[Risk] = field(default_factory=frozenset)


def wanted_templates(deployment: Deployment) -> dict[str, Template]:
    """The templates that are to be deployed, by the names of their stacks."""
    return read_folder(deployment.assembly)


def deployed_templates(deployment: Deployment, stacks: Mapping[str, Any]) -> dict[str, Template]:
    """The templates of those of the stacks that are deployed, by their names."""
    cloudformation, found = deployment.client("cloudformation"), {}
    for name in stacks:
        try:
            (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
            if stack["StackStatus"] in NEVER_CREATED:
                continue
            body = cloudformation.get_template(StackName=name, TemplateStage="Original")["TemplateBody"]
        except ClientError as error:
            if "does not exist" in str(error):
                continue
            raise
        found[name] = resolve(json.loads(body) if isinstance(body, str) else body)
    return found


def review_deployment(environment: str, deployed: Mapping[str, Template], wanted: Mapping[str, Template]) -> Review:
    """Compare what is deployed with what is to be, with the cost of both; stacks that are left out are not touched.

    Raises
    ------
    DifferenceError
        If the engine of the CDK CLI does not run or understand a template.
    """
    found = review({environment: deployed}, {environment: wanted})
    cost = compare_cost(deployed, wanted)
    return Review(
        changes=found.changes,
        access=found.access,
        texts=found.texts,
        stacks=found.stacks,
        costs={environment: cost} if cost.differs else {},
    )


def approve(
    found: Review,
    approval: Approval,
    *,
    name: str,
    new: Collection[str] = (),
    say: Callable[[str], object] = print,
    ask: Callable[[str], str] | None = None,
) -> None:
    """Show the review, and ask for confirmation.

    Parameters
    ----------
    found
        The review of what is deployed and what is to be.
    name
        Name of the environment.
    new
        Stacks that are deployed for the first time; little is said of what they add.
    say, ask
        How to ask the user; by default at the terminal.

    Raises
    ------
    DeploymentError
        If it is not confirmed, or something could lose data and was not accepted.
    """
    say(as_text(found) if not new else _first_of(found, new))
    losses = found.of([Risk.DATA_LOSS])
    if not found.changes:
        return
    if not approval.asks:
        if losses and Risk.DATA_LOSS not in approval.accepts:
            named = ", ".join(sorted({change.logical_id for change in losses}))
            msg = (
                f"the deployment of {name} can lose data ({named}), which --yes does not accept: "
                "add --accept data-loss if this is intended"
            )
            raise DeploymentError(msg)
        return
    if ask is None and not sys.stdin.isatty():
        msg = f"the input is not a terminal, so nobody can confirm: use --yes to deploy {name} without confirmation"
        raise DeploymentError(msg)
    warning = f" {len(losses)} of the changes can lose data." if losses else ""
    if (ask or input)(f"Deploy this to {name}?{warning} [y/N] ").strip().lower() not in ("y", "yes"):
        msg = f"nothing was deployed to {name}"
        raise DeploymentError(msg)


def _first_of(found: Review, new: Collection[str]) -> str:
    """The review without what only says that a new stack is new: its harmless changes, and the text of `cdk diff`."""
    changes = [each for each in found.changes if each.stack not in new or each.risk is not Risk.HARMLESS]
    texts = {key: text for key, text in found.texts.items() if key[1] not in new}
    left_out = len(found.changes) - len(changes)
    told = f"new: {', '.join(sorted(new))}, with {left_out} harmless changes that are not shown"
    if not changes:
        return told
    return f"{told}\n\n{as_text(replace(found, changes=tuple(changes), texts=texts))}"


def refuse_what_aws_refuses(deployed: Mapping[str, Template], wanted: Mapping[str, Template]) -> None:
    """Refuse a deployment that would fail in the middle.

    Raises
    ------
    DeploymentError
        If an endpoint with instances is to become serverless.
    """
    for stack, template in wanted.items():
        for sentence in serverless_refusals(deployed.get(stack, {}), template):
            raise DeploymentError(sentence)
