"""Checks the tokens of Cognito user pools: signature, issuer, time, use and application.

https://docs.aws.amazon.com/appsync/latest/eventapi/configure-event-api-auth.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sagemaker_local import rs256
from sagemaker_local.appsync.errors import Json, unauthorized
from sagemaker_local.json_text import read_json

Keys = Callable[[str], Iterable[dict[str, str]]]


@dataclass(frozen=True, kw_only=True)
class UserPool:
    """A pool that an API trusts.

    Parameters
    ----------
    pool_id, region
        The pool.
    client_pattern
        Regular expression that the application's id has to match; `None` is any.
    """

    pool_id: str
    region: str
    client_pattern: str | None = None

    @property
    def issuer(self) -> str:
        """`iss` of its tokens."""
        return f"https://cognito-idp.{self.region}.amazonaws.com/{self.pool_id}"

    def takes(self, claims: Json) -> bool:
        """Whether a token with these claims is for an application that may use the API."""
        client = str(claims.get("client_id") or claims.get("aud"))
        return self.client_pattern is None or re.fullmatch(self.client_pattern, client) is not None


def verified(token: str, pools: Iterable[UserPool], keys: Keys, now: float) -> Json:
    """The claims of a token.

    Parameters
    ----------
    token
        The token, with or without `Bearer`.
    pools
        The pools of the API.
    keys
        Gives the public keys of a pool.
    now
        The time, in seconds.

    Raises
    ------
    EventsError
        When it is not good; the texts are those that users report of AppSync.
    """
    header, claims, signed = _parts(token.removeprefix("Bearer ").strip())
    pool = next((pool for pool in pools if pool.issuer == claims.get("iss")), None)
    if pool is None or header.get("alg") != "RS256" or not _is_signed(header, signed, keys(pool.pool_id)):
        raise unauthorized()
    if claims.get("token_use") not in ("id", "access") or not pool.takes(claims):
        raise unauthorized()
    if not isinstance(claims.get("exp"), (int, float)) or claims["exp"] <= now:
        raise unauthorized("Token has expired.")
    return claims


def claimed(token: str) -> Json:
    """The claims of an unverified token.

    Raises
    ------
    EventsError
        When it is no token.
    """
    return _parts(token.removeprefix("Bearer ").strip())[1]


def _parts(token: str) -> tuple[Json, Json, tuple[bytes, bytes]]:
    """Header, claims, and the signed bytes with their signature."""
    content, _, signature = token.rpartition(".")
    try:
        header, claims = (read_json(rs256.from_base64url(part)) for part in content.split("."))
        signed = (content.encode(), rs256.from_base64url(signature))
    except ValueError as error:
        raise unauthorized("Unable to parse JWT token.") from error
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise unauthorized("Unable to parse JWT token.")
    return header, claims, signed


def _is_signed(header: Json, signed: tuple[bytes, bytes], keys: Iterable[dict[str, str]]) -> bool:
    return any(rs256.verifies(jwk, *signed) for jwk in keys if jwk.get("kid") == header.get("kid"))
