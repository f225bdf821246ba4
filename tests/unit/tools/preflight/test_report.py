"""The table, the line about all, the JSON, and the command line where nothing can be asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stacks.settings import ENVIRONMENTS
from tools.deployment import Deployment, DeploymentError
from tools.preflight.__main__ import checks_of, main
from tools.preflight.check import not_known, ok, wanting
from tools.preflight.report import as_json, as_text, summary

CHECKS = [
    ok("region", "us-east-1 is enabled"),
    wanting("quota", "it is 2; " + "a word " * 20, "run: aws " + "x" * 130, item="name", blocks=True),
    not_known("Cognito", "you may not ask", "allow a:B", permission="a:B"),
]


def test_the_table_wraps_sentences_and_leaves_commands_whole() -> None:
    lines = as_text(CHECKS).splitlines()
    assert lines[0] == "ok         region   us-east-1 is enabled"
    assert lines[1].startswith("wanting    quota    name: it is 2; a word")
    assert lines[2].startswith(" " * 20 + "word a word")
    assert lines[3] == " " * 20 + "-> run: aws " + "x" * 130
    assert lines[4:] == ["not known  Cognito  you may not ask", " " * 20 + "-> allow a:B"]


def test_the_line_about_all() -> None:
    assert summary(CHECKS) == "1 ok, 1 wanting, 1 not known; 1 of them would fail the deployment"
    assert summary(CHECKS[:1]) == "1 ok"


def test_the_json_says_the_same() -> None:
    found = json.loads(json.dumps(as_json("dev", CHECKS)))
    assert (found["version"], found["environment"]) == (1, "dev")
    assert [check["state"] for check in found["checks"]] == ["ok", "wanting", "not known"]
    assert set(found["checks"][0]) == {"subject", "item", "state", "found", "do", "blocks", "permission"}


def test_an_example_account_cannot_be_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dev"]) == 2
    assert "account of dev is 111111111111, an example that belongs to nobody" in capsys.readouterr().err


def test_without_credentials_nothing_can_be_asked(tmp_path: Path) -> None:
    variables = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_REGION": "us-east-1"}
    deployment = Deployment(environment="local", manifest=tmp_path / "none", variables=variables, folder=tmp_path)
    with pytest.raises(
        DeploymentError, match=r"account 123456789012 cannot be queried \(Unable to locate credentials\)"
    ):
        checks_of(deployment, ENVIRONMENTS["local"])
