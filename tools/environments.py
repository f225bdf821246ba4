"""From the name of an environment to what is deployed there, for commands that work on it by themselves."""

from __future__ import annotations

from stacks.settings import ENVIRONMENTS
from tools.deploy import aws_deployment, check_account
from tools.deployment import ROOT, Deployment
from tools.left_out import require_part
from tools.local import DEFAULT_MANIFEST, running_emulator


def deployment_with(environment: str, part: str, *, subject: str) -> Deployment:
    """What is deployed in an environment that has a part.

    Parameters
    ----------
    part, subject
        A field of `stacks.parts.Parts`, and what there is none of without it.

    Raises
    ------
    DeploymentError
        If the settings leave it out, or as `deployment_of`.
    """
    require_part(environment, part, subject=subject)
    return deployment_of(environment)


def deployment_of(environment: str) -> Deployment:
    """What is deployed in an environment, in the emulator that runs or on AWS; nothing is deployed or started by it.

    Raises
    ------
    DeploymentError
        If no emulator runs, or the credentials are of another account.
    ConfigurationError
        If the account in the settings is still the example.
    """
    deployment = reach(environment)
    if not deployment.is_emulated:
        check_account(deployment, ENVIRONMENTS[environment])
    return deployment


def reach(environment: str) -> Deployment:
    """The same, without asking whose the credentials are.

    Raises
    ------
    DeploymentError
        If no emulator runs.
    ConfigurationError
        If the account in the settings is still the example.
    """
    if environment == "local":
        return Deployment(
            environment=environment,
            manifest=DEFAULT_MANIFEST,
            variables=running_emulator(),
            folder=ROOT / "build" / environment,
        )
    return aws_deployment(ENVIRONMENTS[environment])
