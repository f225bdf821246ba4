"""User accounts: the one of the demonstration, and invited ones.

On AWS the person gets a temporary password by e-mail and chooses another when signing in for the first time. The
emulator sends no mail, so there the account is made with a password at once.
"""

from __future__ import annotations

import argparse
import contextlib
import re
from dataclasses import dataclass

from tools.deployment import Deployment, DeploymentError, stack_outputs

_EMAIL = r"[^@\s]+@[^@\s]+\.[^@\s]+"


@dataclass(frozen=True, kw_only=True)
class Account:
    """Who may sign in, and with what."""

    email: str
    password: str


DEMONSTRATION = Account(email="demo@example.com", password="Draw-a-digit-7")  # noqa: S106 - for the emulator only


def email_address(text: str) -> str:
    """Check an address, for `argparse`.

    Raises
    ------
    argparse.ArgumentTypeError
        If it is none.
    """
    if not re.fullmatch(_EMAIL, text):
        msg = f"{text!r} is no e-mail address, such as anna@example.com"
        raise argparse.ArgumentTypeError(msg)
    return text


def make_account(deployment: Deployment, account: Account) -> None:
    """Make an account with a password that is good as it is, for the emulator; nothing changes if it is there.

    Raises
    ------
    DeploymentError
        If the user pool is not deployed, or is one of AWS.
    """
    if not deployment.is_emulated:
        msg = f"accounts of {deployment.environment} get their password by e-mail: invite {account.email} instead"
        raise DeploymentError(msg)
    cognito, pool = deployment.client("cognito-idp"), _pool(deployment)
    with contextlib.suppress(cognito.exceptions.UsernameExistsException):
        cognito.admin_create_user(
            UserPoolId=pool,
            Username=account.email,
            UserAttributes=_attributes(account.email),
            MessageAction="SUPPRESS",
        )
    cognito.admin_set_user_password(UserPoolId=pool, Username=account.email, Password=account.password, Permanent=True)


def invite(deployment: Deployment, email: str, *, again: bool = False) -> None:
    """Let Cognito send a temporary password, which expires after three days.

    Parameters
    ----------
    again
        Send another one to a user who was invited and has not signed in.

    Raises
    ------
    DeploymentError
        If the user pool is not deployed, there is such an account already, or, for `again`, none that was invited only.
    """
    cognito = deployment.client("cognito-idp")
    try:
        cognito.admin_create_user(
            UserPoolId=_pool(deployment),
            Username=email,
            UserAttributes=_attributes(email),
            DesiredDeliveryMediums=["EMAIL"],
            **({"MessageAction": "RESEND"} if again else {}),
        )
    except cognito.exceptions.UsernameExistsException:
        msg = f"there is an account of {email} already: to send the invitation once more, add --again"
        raise DeploymentError(msg) from None
    except cognito.exceptions.UserNotFoundException:
        msg = f"{email} has not been invited yet: leave --again out"
        raise DeploymentError(msg) from None
    except cognito.exceptions.UnsupportedUserStateException:
        msg = (
            f"{email} has signed in already, so no invitation can be sent again: on the page, "
            "'I forgot my password' replaces a password that is lost"
        )
        raise DeploymentError(msg) from None


def _attributes(email: str) -> list[dict[str, str]]:
    return [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]


def _pool(deployment: Deployment) -> str:
    outputs = stack_outputs(deployment, "identity")
    if "UserPoolId" not in outputs:
        command = "make up" if deployment.is_emulated else f"make deploy ENV={deployment.environment}"
        msg = f"stack {deployment.stack('identity')} is not deployed: run '{command}'"
        raise DeploymentError(msg)
    return outputs["UserPoolId"]
