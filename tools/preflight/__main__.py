"""`python -m tools.preflight ENVIRONMENT [--json]`, what `make preflight` runs.

Ends with 0 when nothing is wanting, 1 when something would fail, and 2 when the account cannot be asked.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from stacks.settings import Settings, settings_for
from tools.approval import deployed_templates
from tools.assembly import AssemblyError, Checkout, synthesise
from tools.deployment import FAILURES, ROOT, Deployment, DeploymentError
from tools.environments import add_environment, chosen_environment, reach
from tools.preflight.check import Check, State, asked
from tools.preflight.identity import check_account
from tools.preflight.needs import Templates
from tools.preflight.report import as_json, as_text, summary
from tools.preflight.run import preflight
from tools.review.change import Template
from tools.review.templates import TemplateError, read_folder
from training.common.terminal import prepare_terminal


def checks_of(deployment: Deployment, settings: Settings) -> list[Check]:
    """Synthesise the environment, without assets, and check its account.

    Raises
    ------
    DeploymentError
        If it cannot be synthesised, there are no credentials that AWS takes, or AWS cannot be reached.
    """
    try:
        account = list(check_account(deployment.client, settings))
    except (BotoCoreError, ClientError) as error:
        msg = (
            f"account {settings.account} cannot be queried ({error}): see whose credentials these are with 'aws sts "
            f"get-caller-identity', and that region {settings.region} is enabled in the account"
        )
        raise DeploymentError(msg) from error
    if any(check.state is State.WANTING for check in account):
        return account
    with tempfile.TemporaryDirectory() as temporary:
        try:
            checkout = Checkout(folder=ROOT, name="this checkout")
            synthesise(checkout, [settings.environment], deployment.manifest, Path(temporary))
            assembly = Path(temporary) / settings.environment
            wanted = read_folder(assembly)
        except (AssemblyError, TemplateError) as error:
            raise DeploymentError(str(error)) from error
        deployed: dict[str, Template] = {}
        refused = list(asked("stacks", "cloudformation:GetTemplate", partial(_read, deployment, wanted, deployed)))
        known = None if refused else deployed
        return [*account, *refused, *preflight(deployment, settings, assembly, wanted, known)]


def _read(deployment: Deployment, wanted: Templates, deployed: dict[str, Template]) -> Iterator[Check]:
    deployed |= deployed_templates(deployment, wanted)
    yield from ()


def main(arguments: list[str]) -> int:
    """Run the command line; returns the exit code."""
    prepare_terminal()
    parser = argparse.ArgumentParser(
        prog="python -m tools.preflight", description="Check an account before a deployment."
    )
    add_environment(parser)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args(arguments)
    environment = chosen_environment(parser, options)
    try:
        checks = checks_of(reach(environment), settings_for(environment))
    except FAILURES as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(as_json(environment, checks), indent=2))
    else:
        print(as_text(checks), f"\n{summary(checks)}", sep="\n")
    return int(any(check.state is State.WANTING for check in checks))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
