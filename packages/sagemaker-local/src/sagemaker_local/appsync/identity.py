"""`ctx.identity` of a handler: who published or subscribes, in the form of each authorization mode.

https://docs.aws.amazon.com/appsync/latest/eventapi/context-reference.html
"""

from __future__ import annotations

from dataclasses import dataclass

from sagemaker_local.appsync.errors import Json


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A principal of IAM.

    Parameters
    ----------
    account, arn
        Its account and ARN.
    unique_id
        `AIDA...` of a user, `AROA...:SESSION` of a role's session, the account's number of the root user.
    """

    account: str
    arn: str
    unique_id: str


def of_user_pool(claims: Json, source: str) -> Json:
    """The identity of a user of a Cognito user pool, from the claims of an access token or an ID token."""
    return {
        "sub": claims.get("sub"),
        "issuer": claims.get("iss"),
        "username": claims.get("username", claims.get("cognito:username")),
        "groups": claims.get("cognito:groups"),
        "claims": claims,
        "sourceIp": [source],
        "defaultAuthStrategy": "ALLOW",
    }


def of_principal(caller: Caller, source: str) -> Json:
    """The identity of an IAM principal; nobody here comes from an identity pool."""
    return {
        "accountId": caller.account,
        "userArn": caller.arn,
        "username": caller.unique_id,
        "sourceIp": [source],
        "cognitoIdentityPoolId": None,
        "cognitoIdentityId": None,
        "cognitoIdentityAuthType": None,
        "cognitoIdentityAuthProvider": None,
    }
