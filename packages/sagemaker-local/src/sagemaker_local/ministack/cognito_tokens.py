"""User pools sign their tokens for real, and API Gateway's Cognito authorizer verifies them.

MiniStack does both with the cryptography package only; without, its tokens carry a made-up signature that its own
authorizers refuse. Each pool has two keys of its own, for access and for ID tokens, made when they are first needed.
"""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sagemaker_local import rs256
from sagemaker_local.ministack.registry import private, replace

_COGNITO = "ministack.services.cognito"
_API_GATEWAY = "ministack.services.apigateway_v1"
_VALIDATE = f"{_API_GATEWAY}:_validate_cognito_authorizer"
_making = threading.Lock()


def install() -> None:
    """Put signing and verifying in the place of MiniStack's."""
    replace(f"{_COGNITO}:_pool_signing_key", signing_key)
    replace(f"{_COGNITO}:_signed_jwt", _signed)
    replace(f"{_COGNITO}:_signature_valid", _is_of_its_pool)
    replace(f"{_COGNITO}:_RSA_PRIVATE_KEY", signing_key)  # anything that is not None: signatures are checked
    for module in ("ministack.services.apigateway", "ministack.services.apigateway_v1"):
        replace(f"{module}:_verify_rs256_signature", _is_signed_with)
    validated = private(_VALIDATE)
    replace(_VALIDATE, functools.partial(_let_in, validated))


async def _let_in(
    validated: Callable[..., Awaitable[tuple[Any, Any]]], authorizer: Any, method: Mapping[str, Any], *request: Any
) -> tuple[Any, Any]:
    """Take ID tokens, or access tokens where the method asks for scopes; never one to refresh with.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-enable-cognito-user-pool.html
    """
    claims, refusal = await validated(authorizer, method, *request)
    wanted = "access" if method.get("authorizationScopes") else "id"
    if refusal is None and claims.get("token_use") != wanted:
        return None, private(f"{_API_GATEWAY}:_gw_error")("UNAUTHORIZED", "Unauthorized")
    return claims, refusal


def signing_key(pool_id: str, use: str) -> tuple[rs256.PrivateKey, dict[str, str]]:
    """The key of a pool for tokens of that use, and its public part as a JSON Web Key."""
    keys: dict[Any, tuple[rs256.PrivateKey, dict[str, str]]] = private(f"{_COGNITO}:_pool_keys")
    with _making:
        if (pool_id, use) not in keys:
            key = rs256.generate()
            keys[pool_id, use] = (key, key.public.jwk())
        return keys[pool_id, use]


def _signed(claims: dict[str, Any], pool_id: str = "", use: str = "") -> str:
    key, jwk = signing_key(pool_id, use)
    parts = ({"alg": "RS256", "kid": jwk["kid"]}, claims)
    content = ".".join(rs256.base64url(json.dumps(part).encode()) for part in parts)
    return f"{content}.{rs256.base64url(key.sign(content.encode()))}"


def _is_of_its_pool(token: str) -> bool:
    """Whether a token is signed with a key of the pool that it names."""
    try:
        claims = json.loads(rs256.from_base64url(token.split(".")[1]))
        pool_id = str(claims["iss"]).rpartition("/")[2]
    except (ValueError, KeyError, TypeError, IndexError):
        return False
    known = private(f"{_COGNITO}:_pool_keys")
    return any(_is_signed_with(token, known[pool_id, use][1]) for use in ("access", "id") if (pool_id, use) in known)


def _is_signed_with(token: str, jwk: dict[str, str]) -> bool:
    content, _, signature = token.rpartition(".")
    try:
        return rs256.public_key(jwk).verifies(content.encode(), rs256.from_base64url(signature))
    except ValueError:
        return False
