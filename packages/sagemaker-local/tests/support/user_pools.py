"""User pools of Amazon Cognito for tests: one public client, one user who can sign in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from support.emulators import Emulator

PASSWORD = "Correct-Horse-7"


@dataclass(frozen=True, kw_only=True)
class Pool:
    """A user pool with a public client and a user who has chosen a password."""

    emulator: Emulator
    pool_id: str
    client_id: str

    def cognito(self) -> Any:
        """A client of the service."""
        return self.emulator.client("cognito-idp")

    def sign_in(self, password: str = PASSWORD) -> dict[str, str]:
        """The tokens of the user."""
        answer = self.cognito().initiate_auth(
            ClientId=self.client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "ada@example.com", "PASSWORD": password},
        )
        tokens: dict[str, str] = answer["AuthenticationResult"]
        return tokens


def make_pool(emulator: Emulator, name: str) -> Pool:
    """Make a pool of that name with its client and user."""
    cognito = emulator.client("cognito-idp")
    pool_id = cognito.create_user_pool(PoolName=name, UsernameAttributes=["email"])["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool_id,
        ClientName="page",
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )
    cognito.admin_create_user(UserPoolId=pool_id, Username="ada@example.com", MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool_id, Username="ada@example.com", Password=PASSWORD, Permanent=True)
    return Pool(emulator=emulator, pool_id=pool_id, client_id=client["UserPoolClient"]["ClientId"])
