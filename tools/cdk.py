"""The CDK CLI of `package-lock.json`, run by the Node of the Python environment: `python -m tools.cdk deploy --all`.

It is what `npx cdk` would be with a Node installed, in an environment where `python3` is this Python. It chooses no
account and no endpoint: credentials, region and `AWS_ENDPOINT_URL` come from the environment, as for every AWS tool.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from contract.errors import ContractError
from stacks.settings import require_own_account, settings_for
from stacks.shared.function_target import FunctionTarget
from stacks.shared.node import node_binary
from tools.process_environment import for_cdk
from training.common.terminal import prepare_terminal

ROOT = Path(__file__).resolve().parent.parent
CDK_SCRIPT = ROOT / "node_modules/aws-cdk/bin/cdk"

CHANGING_COMMANDS = frozenset({"bootstrap", "deploy", "destroy", "import", "refactor", "rollback", "watch"})
"""Commands that change an account."""


def cdk_command(arguments: Sequence[str]) -> list[str]:
    """The program and arguments that run the CDK CLI."""
    return [str(node_binary()), str(CDK_SCRIPT), *arguments]


def refusal(arguments: Sequence[str], variables: Mapping[str, str]) -> str | None:
    """Why the CLI must not be started, or None if it may be.

    Parameters
    ----------
    arguments
        What the CLI would get; its command may stand after options and their values.
    variables
        The environment: which environment is meant, and whether AWS stands for the emulator.
    """
    if not CDK_SCRIPT.exists():
        return f"the CDK CLI is not at {CDK_SCRIPT.relative_to(ROOT)}: run 'make setup'"
    command = next((argument for argument in arguments if argument in CHANGING_COMMANDS), None)
    if command is None:
        return None
    try:
        settings = settings_for(variables.get("DIGITS_ENVIRONMENT", "local"))
        require_own_account(settings)
    except ContractError as error:
        return str(error)
    if settings.function_target is FunctionTarget.EMULATOR and "AWS_ENDPOINT_URL" not in variables:
        return (
            f"'cdk {command}' for {settings.environment} needs the emulator, and AWS_ENDPOINT_URL is not set: "
            "run 'make up', then 'eval \"$(sagemaker-local env)\"', or set DIGITS_ENVIRONMENT"
        )
    return None


def main(arguments: list[str]) -> int:
    """Run the CDK CLI; returns its exit code."""
    prepare_terminal()
    if reason := refusal(arguments, os.environ):
        print(f"error: {reason}", file=sys.stderr)
        return 2
    return subprocess.run(cdk_command(arguments), env=for_cdk(os.environ), check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
