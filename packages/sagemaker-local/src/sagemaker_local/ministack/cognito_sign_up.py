"""Cognito refuses sign-ups to a pool whose users only administrators create; MiniStack lets everybody sign up.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminCreateUserConfigType.html
"""

from __future__ import annotations

from typing import Any

from sagemaker_local.ministack.registry import private, replace

_SIGN_UP = "ministack.services.cognito:_sign_up"


def install() -> None:
    """Put a check before MiniStack's `SignUp`."""
    sign_up, pools = private(_SIGN_UP), private("ministack.services.cognito:_user_pools")
    error = private("ministack.services.cognito:error_response_json")

    def sign_up_if_allowed(request: dict[str, Any]) -> Any:
        pool: dict[str, Any] = next(
            (each for each in pools.values() if request.get("ClientId") in each["_clients"]), {}
        )
        if str(pool.get("AdminCreateUserConfig", {}).get("AllowAdminCreateUserOnly", False)).lower() == "true":
            return error("NotAuthorizedException", "SignUp is not permitted for this user pool", 400)
        return sign_up(request)

    replace(_SIGN_UP, sign_up_if_allowed)
