"""API Gateway's refusal of a caller whom IAM does not allow `execute-api:Invoke`, in API Gateway's own form.

MiniStack verifies signatures and evaluates policies for methods with AWS_IAM, but words a denial as the SDK services
do, past the API's gateway responses.
"""

from __future__ import annotations

import json
from typing import Any

from emulator.registry import private, replace, scope

_WITHOUT_RESOURCE = "execute-api:Invoke because"


def install() -> None:
    """Let a denial go through the gateway response ACCESS_DENIED."""
    private("ministack.services.apigateway_v1:_AUTHENTICATION_GATEWAY_ERRORS")["AccessDenied"] = (
        "ACCESS_DENIED",
        "AccessDeniedException",
    )
    enforce = private("ministack.app:_enforce_execute_api")
    respond = private("ministack.services.apigateway_v1:authentication_error_response")
    failure = private("ministack.core.iam_evaluator:AuthError")

    def enforce_execute_api(
        api_id: str, stage: str, method: str, path: str, headers: dict[str, str], query: dict[str, Any], **details: Any
    ) -> Any:
        denied = enforce(api_id, stage, method, path, headers, query, **details)
        if not denied or denied[1].get("x-amzn-errortype") != "AccessDeniedException":
            return denied
        resource = f"{_hidden_account()}:{api_id}/{stage}/{method}{path}"
        message = json.loads(denied[2])["message"].replace(
            _WITHOUT_RESOURCE, f"execute-api:Invoke on resource: {resource} because"
        )
        return respond(api_id, stage, failure("AccessDenied", message), headers, query) or denied

    replace("ministack.app:_enforce_execute_api", enforce_execute_api)


def _hidden_account() -> str:
    """API Gateway shows no more than the last four digits of the account."""
    where = scope()
    return f"arn:aws:execute-api:{where.region}:********{where.account[-4:]}"
