"""The check of user-pool tokens by Event APIs."""

from __future__ import annotations

from typing import Any

import pytest

from sagemaker_local.appsync import tokens
from sagemaker_local.appsync.errors import EventsError
from sagemaker_local.appsync.tokens import UserPool
from support.tokens import Key

KEY, OTHER = Key("one"), Key("two")
POOL = UserPool(pool_id="us-east-1_a", region="us-east-1", client_pattern="page|app")
NOW = 1_000.0
CLAIMS: dict[str, Any] = {
    "iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_a",
    "token_use": "access",
    "client_id": "page",
    "exp": 1_001,
    "sub": "s",
}


def _token(key: Key = KEY, *, algorithm: str = "RS256", kid: str | None = None, **changes: Any) -> str:
    return key.token({"alg": algorithm, "kid": kid or key.kid}, CLAIMS | changes)


def _verified(token: str) -> dict[str, Any]:
    return tokens.verified(token, [POOL], lambda pool_id: [KEY.jwk()] if pool_id == POOL.pool_id else [], NOW)


def test_access_tokens_and_id_tokens_are_good() -> None:
    assert _verified(_token())["sub"] == "s"
    assert _verified(f"Bearer {_token()}")["sub"] == "s"
    assert _verified(_token(token_use="id", client_id=None, aud="app"))["token_use"] == "id"


@pytest.mark.parametrize(
    "token",
    [
        _token(OTHER),
        _token(OTHER, kid=KEY.kid),
        _token(algorithm="none"),
        _token(iss="https://cognito-idp.us-east-1.amazonaws.com/us-east-1_b"),
        _token(token_use="refresh"),
        _token(client_id="another"),
    ],
)
def test_others_are_not(token: str) -> None:
    with pytest.raises(EventsError, match="You are not authorized to make this call") as refused:
        _verified(token)
    assert (refused.value.kind, refused.value.status) == ("UnauthorizedException", 401)


@pytest.mark.parametrize("expiry", [1_000, 0, None, "2000"])
def test_a_token_ends(expiry: object) -> None:
    with pytest.raises(EventsError, match="Token has expired"):
        _verified(_token(exp=expiry))


@pytest.mark.parametrize("token", ["", "a", "a.b", "a.b.c", "W10.W10.W10", "Bearer "])
def test_what_is_no_token(token: str) -> None:
    with pytest.raises(EventsError, match="Unable to parse JWT token"):
        _verified(token)
