"""The application of the roles alone: `cdk deploy --app "python -m tools.github_app"`, which `make github` runs.

Reads `DIGITS_ENVIRONMENT` as `app.py` does.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from contract.interrupts import end_with_a_word
from stacks.shared.node import node_binary

if __name__ == "__main__":
    end_with_a_word()
# Before the CDK is imported, which starts it.
os.environ["JSII_NODE"] = os.environ.get("JSII_NODE") or str(node_binary())

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks

from contract.errors import ContractError
from stacks.github.stack import GitHubStack
from stacks.settings import Settings, settings_for
from stacks.shared.errors import ConfigurationError
from tools.command_line import take_no_options
from training.common.terminal import prepare_terminal

CONTEXT = Path(__file__).resolve().parents[1] / "cdk.json"


def build_app(settings: Settings, **options: Any) -> cdk.App:
    """Make the application of one environment; `options` are those of `cdk.App`.

    Raises
    ------
    ConfigurationError
        If the settings name no repository.
    """
    if settings.github is None:
        msg = (
            f"github of {settings.environment} is None: name the repository that may deploy, with "
            "github=GitHubSettings(repository='OWNER@ID/NAME@ID') in stacks/settings.py"
        )
        raise ConfigurationError(msg)
    app = cdk.App(**options)
    GitHubStack(app, settings=settings, github=settings.github)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    cdk.Tags.of(app).add("project", "digits")
    cdk.Tags.of(app).add("environment", settings.environment)
    return app


def main() -> None:
    """Write the template; input that cannot be used ends in a sentence."""
    prepare_terminal()
    take_no_options("tools.github_app", __doc__)
    try:
        settings = settings_for(os.environ.get("DIGITS_ENVIRONMENT", "dev"))
        build_app(settings, context=json.loads(CONTEXT.read_text())["context"]).synth()
    except ContractError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
