"""API Gateway's Cognito authorizer takes the tokens that AWS's takes.

MiniStack signs and verifies the tokens of user pools, but lets every token of a pool in.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sagemaker_local.ministack.registry import private, replace

_API_GATEWAY = "ministack.services.apigateway_v1"
_VALIDATE = f"{_API_GATEWAY}:_validate_cognito_authorizer"


def install() -> None:
    """Put a stricter check in the place of MiniStack's."""
    replace(_VALIDATE, functools.partial(_let_in, private(_VALIDATE)))


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
