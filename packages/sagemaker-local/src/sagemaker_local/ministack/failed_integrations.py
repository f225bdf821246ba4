"""What API Gateway answers when the function behind it fails: 502 or 500 through the gateway response DEFAULT_5XX.

MiniStack passes on the function's own error, which callers should not see, and knows no headers for it.
https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway-errors.html
"""

from __future__ import annotations

import contextvars
from typing import Any

from sagemaker_local.ministack.registry import private, replace

_GATEWAY = "ministack.services.apigateway_v1"
_TYPE, _MESSAGE = "DEFAULT_5XX", "Internal server error"
_FAILED, _REJECTED, _DEFAULT = 502, 500, 500
"""Statuses: of a function that fails, of a call that Lambda rejects, and of the type where nothing else is said."""

# How the function of the request under way failed, if it did.
_failure: contextvars.ContextVar[int] = contextvars.ContextVar("failed_integration", default=0)


def install() -> None:
    """Answer failures of functions through the gateway response."""
    shape, invoke = private(f"{_GATEWAY}:_lambda_proxy_response"), private(f"{_GATEWAY}:_invoke_lambda_proxy_v1")
    render = private(f"{_GATEWAY}:_gateway_error_response")
    failed = private(f"{_GATEWAY}:_gw_error")

    def lambda_proxy_response(result: dict[str, Any]) -> Any:
        if result.get("error"):
            _failure.set(_REJECTED if result.get("throttle") else _FAILED)
            return None, _MESSAGE
        return shape(result)

    async def invoke_lambda_proxy(*arguments: Any, **named: Any) -> Any:
        _failure.set(0)
        answer = await invoke(*arguments, **named)
        return failed(_TYPE, _MESSAGE) if _failure.get() else answer

    def gateway_error_response(error: Any, request: dict[str, Any]) -> Any:
        status, headers, body = render(error, request)
        wanted, _ = _failure.get(), _failure.set(0)
        return (wanted if wanted and status == _DEFAULT else status), headers, body

    replace(f"{_GATEWAY}:_lambda_proxy_response", lambda_proxy_response)
    replace(f"{_GATEWAY}:_invoke_lambda_proxy_v1", invoke_lambda_proxy)
    replace(f"{_GATEWAY}:_gateway_error_response", gateway_error_response)
