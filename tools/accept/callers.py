"""Callers that a story makes and removes again: a service with a policy of its own, and people who sign in."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from botocore.session import Session

from tools.accept.stage import Stage
from tools.accept.story import NotRun
from tools.api_client import ApiClient
from tools.deployment import api_url
from tools.upload_client import Uploader

KEY_SECONDS = 60
"""How long a new access key may take until every service of AWS knows it."""


def service_caller(stage: Stage, *routes: str) -> ApiClient:
    """The API as another service calls it: a user of IAM that may call these routes and nothing else.

    Parameters
    ----------
    routes
        Such as `GET/model`, `*` for all.
    """
    iam, name = stage.client("iam"), f"{stage.name}-{secrets.token_hex(2)}"
    iam.create_user(UserName=name)
    stage.at_end(f"the user {name}", iam.delete_user, UserName=name)
    if routes:
        policy = json.dumps({"Version": "2012-10-17", "Statement": [_may_call(stage, routes)]})
        iam.put_user_policy(UserName=name, PolicyName="calls", PolicyDocument=policy)
        stage.at_end(f"the policy of the user {name}", iam.delete_user_policy, UserName=name, PolicyName="calls")
    key = iam.create_access_key(UserName=name)["AccessKey"]
    stage.at_end(f"the key of the user {name}", iam.delete_access_key, UserName=name, AccessKeyId=key["AccessKeyId"])
    session = Session()
    session.set_config_variable("region", stage.settings.region)
    session.set_credentials(key["AccessKeyId"], key["SecretAccessKey"])
    _wait_for_key(stage, session)
    return ApiClient(api_url(stage.deployment), session)


def _may_call(stage: Stage, routes: tuple[str, ...]) -> dict[str, Any]:
    outputs = stage.outputs("api")
    stem = f"arn:{stage.partition}:execute-api:{stage.settings.region}:{stage.account}"
    resources = [f"{stem}:{outputs['ApiId']}/{outputs['StageName']}/{route}" for route in routes]
    return {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resources}


def _wait_for_key(stage: Stage, session: Session) -> None:
    """A key that nobody knows yet is refused as one that may not call is, so ask a service that lets everybody ask."""
    sts: Any = session.create_client("sts", endpoint_url=stage.deployment.variables.get("AWS_ENDPOINT_URL"))

    def is_known() -> bool:
        try:
            return bool(sts.get_caller_identity())
        except ClientError:
            return False

    stage.until(is_known, "a new access key is known", seconds=KEY_SECONDS)


def people_api(stage: Stage, token: str | None) -> ApiClient:
    """The API for users, as the user of the token."""
    return ApiClient(people_url(stage), None, token=token)


@dataclass(frozen=True, kw_only=True)
class Person:
    """A signed-in user."""

    email: str
    token: str
    uploader: Uploader

    @property
    def api(self) -> ApiClient:
        """The API as this user."""
        return self.uploader.api


def people_url(stage: Stage) -> str:
    """Address of the API for users.

    Raises
    ------
    NotRun
        If there is none.
    """
    outputs = stage.outputs("api")
    if "PeopleApiId" not in outputs:
        msg = "there is no API for users: `people` is off in the settings"
        raise NotRun(msg)
    if stage.deployment.is_emulated:
        return api_url(stage.deployment).replace(outputs["ApiId"], outputs["PeopleApiId"])
    return outputs["PeopleApiUrl"].rstrip("/")


def sign_in(stage: Stage, client_id: str) -> Person:
    """Make an account with an address that nobody has, without an e-mail, and sign it in."""
    cognito, pool = stage.client("cognito-idp"), stage.outputs("identity")["UserPoolId"]
    email, password = f"{stage.name}-{secrets.token_hex(2)}@example.com", f"Aa1!{secrets.token_urlsafe(24)}"
    attributes = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
    cognito.admin_create_user(UserPoolId=pool, Username=email, UserAttributes=attributes, MessageAction="SUPPRESS")
    stage.at_end(f"the account {email}", cognito.admin_delete_user, UserPoolId=pool, Username=email)
    cognito.admin_set_user_password(UserPoolId=pool, Username=email, Password=password, Permanent=True)
    tokens = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client_id,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": password},
    )["AuthenticationResult"]
    return Person(email=email, token=tokens["IdToken"], uploader=Uploader.of(people_api(stage, tokens["IdToken"])))


def sign_in_client(stage: Stage) -> str:
    """A client of the pool that takes passwords from administrators, as the one of the page does not."""
    cognito, pool = stage.client("cognito-idp"), stage.outputs("identity")["UserPoolId"]
    made = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName=stage.name, ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    )
    client_id = str(made["UserPoolClient"]["ClientId"])
    stage.at_end(
        f"the client {client_id} of the user pool",
        cognito.delete_user_pool_client,
        UserPoolId=pool,
        ClientId=client_id,
    )
    return client_id
