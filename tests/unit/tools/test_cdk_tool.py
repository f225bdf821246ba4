"""How the CDK CLI is started, and when it is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tools.cdk import CDK_SCRIPT, cdk_command, refusal
from tools.process_environment import for_cdk

EMULATED = {"AWS_ENDPOINT_URL": "http://localhost:4566"}


@pytest.fixture(autouse=True)
def _installed() -> None:
    if not CDK_SCRIPT.exists():
        pytest.skip("the CDK CLI is not installed: run 'make setup'")


def test_the_cli_is_the_locked_one_and_node_the_one_of_the_environment() -> None:
    node, script, *rest = cdk_command(["deploy", "--all"])
    assert Path(node).name == "node"
    assert script.endswith("node_modules/aws-cdk/bin/cdk")
    assert rest == ["deploy", "--all"]
    assert for_cdk(os.environ)["JSII_NODE"] == node


@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize("command", ["deploy", "destroy", "bootstrap", "watch"])
def test_example_accounts_are_refused_by_a_sentence(environment: str, command: str) -> None:
    reason = refusal([command, "--all"], {"DIGITS_ENVIRONMENT": environment})
    assert reason is not None
    assert f"account of {environment} is" in reason
    assert "put your own account and region" in reason
    assert refusal(["--profile", "me", command, "--all"], {"DIGITS_ENVIRONMENT": environment}) == reason


def test_local_needs_the_emulator() -> None:
    assert refusal(["deploy"], EMULATED) is None
    reason = refusal(["deploy"], {})
    assert reason is not None
    assert "run 'make up'" in reason


@pytest.mark.parametrize("arguments", [["synth"], ["diff", "--all"], ["list"], ["--help"], []])
def test_what_changes_nothing_is_never_refused(arguments: list[str]) -> None:
    assert refusal(arguments, {"DIGITS_ENVIRONMENT": "prod"}) is None


def test_an_unknown_environment_is_refused() -> None:
    assert "allowed is one of local, dev, prod" in str(refusal(["deploy"], {"DIGITS_ENVIRONMENT": "staging"}))
