"""Inviting people: once, again, and what is said where Cognito refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session
from botocore.stub import Stubber

from tools.accounts import invite
from tools.deployment import Deployment, DeploymentError
from tools.people import main

EMAIL = "anna@example.com"


class Stubbed(Deployment):
    """A deployment whose clients answer what a test says."""

    def client(self, service: str) -> Any:
        return CLIENTS[service]


CLIENTS: dict[str, Any] = {}


@pytest.fixture
def cognito() -> Stubber:
    """What Cognito answers, behind a stack with a user pool."""
    for service in ("cloudformation", "cognito-idp"):
        CLIENTS[service] = Session().create_client(
            service, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
        )
    stack = {"StackName": "s", "CreationTime": "2026-11-30", "StackStatus": "CREATE_COMPLETE"}
    outputs = [{"OutputKey": "UserPoolId", "OutputValue": "us-east-1_Pool"}]
    stacks = Stubber(CLIENTS["cloudformation"])
    stacks.add_response("describe_stacks", {"Stacks": [stack | {"Outputs": outputs}]})
    stacks.activate()
    answers = Stubber(CLIENTS["cognito-idp"])
    answers.activate()
    return answers


def _deployment() -> Deployment:
    return Stubbed(environment="dev", manifest=Path("m"), variables={}, folder=Path("f"))


@pytest.mark.parametrize(("again", "more"), [(False, {}), (True, {"MessageAction": "RESEND"})])
def test_an_invitation_is_sent_by_e_mail_once_or_again(cognito: Stubber, again: bool, more: dict[str, str]) -> None:
    attributes = [{"Name": "email", "Value": EMAIL}, {"Name": "email_verified", "Value": "true"}]
    request = {"UserPoolId": "us-east-1_Pool", "Username": EMAIL, "UserAttributes": attributes}
    cognito.add_response("admin_create_user", {}, {**request, "DesiredDeliveryMediums": ["EMAIL"], **more})
    invite(_deployment(), EMAIL, again=again)
    cognito.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("code", "again", "words"),
    [
        ("UsernameExistsException", False, "to send the invitation once more, add --again"),
        ("UserNotFoundException", True, "anna@example.com has not been invited yet: leave --again out"),
        ("UnsupportedUserStateException", True, "'I forgot my password' replaces a password that is lost"),
    ],
)
def test_what_cognito_refuses_is_a_sentence(cognito: Stubber, code: str, again: bool, words: str) -> None:
    cognito.add_client_error("admin_create_user", code)
    with pytest.raises(DeploymentError, match=words):
        invite(_deployment(), EMAIL, again=again)


@pytest.mark.parametrize("text", ["x", "anna@", "@example.com", "anna@example", "an na@example.com", ""])
@pytest.mark.parametrize("environment", ["local", "dev"])
def test_what_is_no_address_is_refused_before_anything_is_asked(
    environment: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([environment, text])
    assert ended.value.code == 2
    assert f"argument email: {text!r} is no e-mail address, such as anna@example.com" in capsys.readouterr().err
