"""From the name of an environment to what is deployed there, for commands that work on it by themselves."""

from __future__ import annotations

from stacks.settings import ENVIRONMENTS
from tools.deploy import aws_deployment, check_account
from tools.deployment import Deployment
from tools.local import local_deployment, running_emulator


def deployment_of(environment: str) -> Deployment:
    """What is deployed in an environment: in the emulator that runs, or on AWS.

    Raises
    ------
    DeploymentError
        If no emulator runs, the credentials are of another account, or there is no manifest.
    ConfigurationError
        If the account in the settings is still the example.
    """
    if environment == "local":
        return local_deployment(running_emulator())
    settings = ENVIRONMENTS[environment]
    deployment = aws_deployment(settings)
    check_account(deployment, settings)
    return deployment
