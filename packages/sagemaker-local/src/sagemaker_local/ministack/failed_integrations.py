"""What API Gateway answers when the function behind it fails: the gateway response INTEGRATION_FAILURE.

Where an API has none of its own, the response DEFAULT_5XX is used, and keeps 502 for a function that fails and 500 for
one that Lambda does not call. One of its own answers with its status, or with the 504 of the type where it names none.
MiniStack passes on the function's own error, which callers should not see, and knows no headers for it.
https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway-errors.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
"""

from __future__ import annotations

import contextvars
from typing import Any

from sagemaker_local.ministack.registry import private, replace

_GATEWAY = "ministack.services.apigateway_v1"
_TYPE, _MESSAGE, _ERROR_TYPE = "INTEGRATION_FAILURE", "Internal server error", "InternalServerErrorException"
_FAILED, _REJECTED = 502, 500
"""Statuses: of a function that fails, and of a call that Lambda rejects."""

# How the function of the request under way failed, if it did.
_failure: contextvars.ContextVar[int] = contextvars.ContextVar("failed_integration", default=0)


def install() -> None:
    """Answer failures of functions through the gateway response."""
    shape, invoke = private(f"{_GATEWAY}:_lambda_proxy_response"), private(f"{_GATEWAY}:_invoke_lambda_proxy_v1")
    failed, choose = private(f"{_GATEWAY}:_gw_error"), private(f"{_GATEWAY}:_gateway_response_for_type")
    private(f"{_GATEWAY}:_GATEWAY_RESPONSE_ERROR_TYPES")[_TYPE] = _ERROR_TYPE

    def lambda_proxy_response(result: dict[str, Any]) -> Any:
        if result.get("error"):
            _failure.set(_REJECTED if result.get("throttle") else _FAILED)
            return None, _MESSAGE
        return shape(result)

    async def invoke_lambda_proxy(*arguments: Any, **named: Any) -> Any:
        _failure.set(0)
        answer = await invoke(*arguments, **named)
        return failed(_TYPE, _MESSAGE) if _failure.get() else answer

    def gateway_response_for_type(customized: dict[str, Any], response_type: str) -> dict[str, Any]:
        response = dict(choose(customized, response_type))
        status, _ = _failure.get(), _failure.set(0)
        if status and response_type == _TYPE and _TYPE not in customized:
            own = customized.get("DEFAULT_5XX", {}).get("statusCode")
            return {**response, "statusCode": own or str(status)}
        return response

    replace(f"{_GATEWAY}:_lambda_proxy_response", lambda_proxy_response)
    replace(f"{_GATEWAY}:_invoke_lambda_proxy_v1", invoke_lambda_proxy)
    replace(f"{_GATEWAY}:_gateway_response_for_type", gateway_response_for_type)
