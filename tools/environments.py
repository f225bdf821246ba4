"""From the name of an environment, as a command is given it, to what is deployed there.

Here alone is decided which names there are: those of `stacks/settings.py`, and those of previews, which are made from
`dev`. A command takes a preview as `dev --name pr12` or as `pr12`.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from contract.manifest import read_manifest
from stacks.previews import NAME_RULE, is_preview
from stacks.settings import ENVIRONMENTS, Settings, require_own_account, settings_for
from tools.deployment import HOW_TO_GET_A_MANIFEST, ROOT, Deployment, DeploymentError
from tools.left_out import require_part
from tools.local import chosen_manifest, running_emulator
from tools.process_environment import adopt, for_aws

CURRENT_MANIFEST = ROOT / "models/current.json"
PREVIEWED = "dev"
"""The environment that previews are made from."""


def environment_name(text: str) -> str:
    """Check the name of an environment, for `argparse`.

    Raises
    ------
    argparse.ArgumentTypeError
        If there is none of this name.
    """
    if text in ENVIRONMENTS or is_preview(text):
        return text
    msg = f"{text!r} is no environment; allowed is one of {', '.join(ENVIRONMENTS)}, or of a preview: {NAME_RULE}"
    raise argparse.ArgumentTypeError(msg)


def add_environment(parser: argparse.ArgumentParser) -> None:
    """Let a command take the name of an environment, and the option `--name` of a preview."""
    parser.add_argument("environment", type=environment_name, help=f"one of {', '.join(ENVIRONMENTS)}")
    parser.add_argument("--name", help=f"a preview of {PREVIEWED}: {NAME_RULE}")


def chosen_environment(parser: argparse.ArgumentParser, options: argparse.Namespace, *, emulated: bool = True) -> str:
    """The environment that is meant; what does not fit together ends the command with a sentence.

    Parameters
    ----------
    parser, options
        Of a command that has what `add_environment` adds.
    emulated
        Whether `local` may be meant, too.
    """
    try:
        environment = with_name(options.environment, options.name)
    except DeploymentError as error:
        parser.error(str(error))
    if environment == "local" and not emulated:
        others = ", ".join(name for name in ENVIRONMENTS if name != environment)
        parser.error(f"environment is local, which is deployed with 'make up'; allowed is {others} or a preview")
    return environment


def with_name(environment: str, name: str | None) -> str:
    """The environment that is meant by its name and the option `--name` of a preview.

    Raises
    ------
    DeploymentError
        If the two do not fit together.
    """
    if name is None:
        return environment
    if environment not in (PREVIEWED, name) or not is_preview(name):
        msg = (
            f"--name is {name!r} with environment {environment}; allowed is {NAME_RULE}, with {PREVIEWED}, from which "
            "previews are made"
        )
        raise DeploymentError(msg)
    return name


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
        check_account(deployment, settings_for(environment))
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
            manifest=chosen_manifest(),
            variables=running_emulator(),
            folder=ROOT / "build" / environment,
        )
    return aws_deployment(settings_for(environment))


def aws_deployment(settings: Settings) -> Deployment:
    """The deployment of an environment to AWS, of the promoted model unless `DIGITS_MANIFEST` names another."""
    require_own_account(settings)
    manifest = Path(os.environ.get("DIGITS_MANIFEST", CURRENT_MANIFEST)).resolve()
    read_manifest(manifest, how_to_get=HOW_TO_GET_A_MANIFEST)
    variables = for_aws(os.environ, settings.region)
    adopt(variables)
    return Deployment(
        environment=settings.environment,
        manifest=manifest,
        variables=variables,
        folder=ROOT / "build" / settings.environment,
    )


def check_account(deployment: Deployment, settings: Settings) -> None:
    """Refuse credentials of another account than the one that the settings name."""
    account = deployment.client("sts").get_caller_identity()["Account"]
    if account != settings.account:
        msg = (
            f"the credentials belong to account {account}, but {settings.environment} is account {settings.account} "
            "in stacks/settings.py: use other credentials, or correct the settings"
        )
        raise DeploymentError(msg)
