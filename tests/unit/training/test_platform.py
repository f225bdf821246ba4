"""The parameter that tells where jobs run: every field is checked, and a wrong one names itself and the stack."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contract.errors import ContractError
from tests.support.training_platforms import platform_document
from training.aws.platform import Platform, platform_from_json, platform_of
from training.commands.command_line import main
from training.common.errors import PublicationError


def read(document: Any) -> Platform:
    return platform_from_json(json.dumps(document), environment="dev")


def test_every_field_arrives() -> None:
    document = platform_document("dev")
    platform = read(document)
    for name, value in document.items():
        if name != "schema":
            assert getattr(platform, name) == (tuple(value) if isinstance(value, list) else value)


def test_what_a_newer_stack_adds_does_no_harm() -> None:
    assert read({**platform_document("dev"), "later": 1}) == read(platform_document("dev"))


@pytest.mark.parametrize("name", sorted(platform_document("dev")))
def test_a_missing_field_is_named(name: str) -> None:
    document = platform_document("dev")
    del document[name]
    with pytest.raises(ContractError, match=rf"{name} is missing; .*; deploy the stack digits-dev-training again$"):
        read(document)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("schema", "digits.training/9", "allowed is 'digits.training/1'"),
        ("bucket", 5, "allowed is a text that is not empty"),
        ("kms_key_arn", "", "allowed is a text that is not empty"),
        ("instance_count", 0, "allowed is a whole number of at least 1"),
        ("spot", "yes", "allowed is true or false"),
        ("subnets", "subnet-1", "allowed is a list"),
        ("subnets", [1], "allowed is a list of texts that are not empty"),
    ],
)
def test_a_wrong_field_is_named(name: str, value: Any, expected: str) -> None:
    with pytest.raises(ContractError, match=r"^the parameter /digits/dev/training cannot be used: ") as caught:
        read({**platform_document("dev"), name: value})
    assert name in str(caught.value)
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"), [("{", "is not JSON"), ("[]", r"the document is \[\]; allowed is an object")]
)
def test_nonsense_is_one_sentence(text: str, expected: str) -> None:
    with pytest.raises(ContractError, match=expected):
        platform_from_json(text, environment="dev")


def test_the_emulator_must_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("AWS_ENDPOINT_URL_SSM", raising=False)
    with pytest.raises(PublicationError, match="AWS_ENDPOINT_URL is not set"):
        platform_of("local")


def test_a_pipeline_that_is_left_out_is_said_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    platform = read({**platform_document("dev"), "pipeline": None})
    assert platform.pipeline is None
    monkeypatch.setattr("training.aws.platform.platform_of", lambda _: platform)
    assert main(["pipeline", "--environment", "dev"]) == 2
    assert "dev has no pipeline: parts.pipeline is False in stacks/settings.py" in capsys.readouterr().err
