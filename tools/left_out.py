"""Parts that the settings leave out: what commands say about them, and their stacks that are still deployed.

CloudFormation keeps a stack that an application has no more, and it goes on costing: `cdk deploy` does not touch it.
"""

from __future__ import annotations

from stacks.settings import settings_for
from tools.deployment import KEPT, Deployment, DeploymentError, delete_stack, deployed_parts, synthesised_parts

REASON = "the settings leave it out"


def require_part(environment: str, part: str, *, subject: str) -> None:
    """See that an environment has a part.

    Parameters
    ----------
    environment
        Its name.
    part
        A field of `stacks.parts.Parts`.
    subject
        What there is none of then, for a person.

    Raises
    ------
    DeploymentError
        If the settings leave it out.
    """
    if not getattr(settings_for(environment).parts, part):
        how = "make up" if environment == "local" else f"make deploy ENV={environment}"
        msg = (
            f"{environment} has no {subject}: parts.{part} is False in stacks/settings.py; set it to True, then "
            f"run '{how}'"
        )
        raise DeploymentError(msg)


def stacks_left_out(deployment: Deployment) -> list[str]:
    """The parts whose stacks are deployed and not in the assembly, in the order in which they are removed."""
    wanted = synthesised_parts(deployment)
    return [part for part in deployed_parts(deployment) if part not in wanted]


def tell_left_out(deployment: Deployment) -> None:
    """Say which stacks are still deployed though the settings leave them out, and what to do about it."""
    parts = stacks_left_out(deployment)
    removable = [part for part in parts if part not in KEPT]
    for part in parts:
        print(f"The stack {deployment.stack(part)} is still deployed, and {REASON}.")
    if removable:
        how = f"make destroy ENV={deployment.environment} ARGS=--left-out"
        print(f"Remove what costs with: {'make down, then make up' if deployment.is_emulated else how}")


def remove_left_out(deployment: Deployment) -> list[str]:
    """Delete the stacks that the settings leave out, but those that hold what cannot be made again; returns them.

    Raises
    ------
    DeploymentError
        If CloudFormation does not delete one, such as one that another stack still uses.
    """
    parts = [part for part in stacks_left_out(deployment) if part not in KEPT]
    for part in parts:
        print(f"Removing {deployment.stack(part)}: {REASON}", flush=True)
        delete_stack(deployment, part)
    return parts
