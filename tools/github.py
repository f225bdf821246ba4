"""Make the roles with which workflows on GitHub deploy an environment: `python -m tools.github ENVIRONMENT`.

An administrator does it once, with credentials that may make roles (`make github`). The CDK CLI shows the rights and
asks. What is to be set on GitHub afterwards is printed.
"""

from __future__ import annotations

import argparse
import sys

from stacks.settings import settings_for
from tools.deployment import FAILURES, Deployment, stack_outputs
from tools.environments import add_environment, aws_deployment, check_account, chosen_environment
from tools.programs import run
from training.common.terminal import prepare_terminal

ROLES = {"": "DeploymentRoleArn", "-review": "ReviewRoleArn"}
"""Ending of the name of an environment on GitHub -> the output with the role that its jobs take."""


def deploy_roles(deployment: Deployment) -> int:
    """Deploy the stack of the roles; returns the exit code of the CDK CLI."""
    arguments = [
        "deploy",
        "--app",
        f"{sys.executable} -m tools.github_app",
        "--output",
        str(deployment.folder / "github.out"),
        "--require-approval",
        "any-change",
    ]
    return run("tools.cdk", arguments, deployment.program_variables)


def to_set(environment: str, region: str, outputs: dict[str, str]) -> list[str]:
    """Commands of GitHub's CLI that give each of the two environments there its variables.

    Parameters
    ----------
    environment, region
        The environment.
    outputs
        Of the stack of the roles.
    """
    reading = {"AWS_READING_ROLE": outputs["ReadingRoleArn"]}
    return [
        f"gh variable set {name} --env {environment}{ending} --body {value}"
        for ending, output in ROLES.items()
        for name, value in {"AWS_REGION": region, "AWS_ROLE": outputs[output], **(reading if ending else {})}.items()
    ]


def main(arguments: list[str]) -> int:
    """Run the command line; returns the exit code."""
    prepare_terminal()
    parser = argparse.ArgumentParser(
        prog="python -m tools.github", description="Create the roles for GitHub workflows."
    )
    add_environment(parser)
    options = parser.parse_args(arguments)
    settings = settings_for(chosen_environment(parser, options, emulated=False))
    try:
        deployment = aws_deployment(settings)
        check_account(deployment, settings)
        if code := deploy_roles(deployment):
            return code
        outputs = stack_outputs(deployment, "github")
    except FAILURES as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(
        "\nOn GitHub (docs/deploying.md, 'From GitHub'):",
        *to_set(settings.environment, settings.region, outputs),
        sep="\n",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
