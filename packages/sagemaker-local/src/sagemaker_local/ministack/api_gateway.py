"""What API Gateway does and MiniStack does otherwise: how it words a denial, and which address it gives a function.

MiniStack verifies signatures and evaluates policies for methods with AWS_IAM, but words a denial as the SDK services
do, past the API's gateway responses. It gives a function no domain name, and a path without what is before the stage.
"""

from __future__ import annotations

import json
import re
from typing import Any

from sagemaker_local.ministack.registry import private, replace, scope

_WITHOUT_RESOURCE = "execute-api:Invoke because"


_BUILD_EVENT = "ministack.services.apigateway_v1:_build_lambda_event_v1"
_HOST_OF_AN_API = re.compile(r"[a-z0-9]+\.execute-api\.")


def install() -> None:
    """Word denials through the gateway response ACCESS_DENIED, and give functions the address of the call."""
    _word_denials()
    _give_address()


def _give_address() -> None:
    build = private(_BUILD_EVENT)

    def build_event(api_id: str, *positional: Any, **named: Any) -> Any:
        event = build(api_id, *positional, **named)
        context, headers = event["requestContext"], event["headers"]
        host = headers.get("host", "")
        context["domainName"] = host
        if not _HOST_OF_AN_API.match(host):  # the address of MiniStack that has the API in its path
            context["path"] = f"/_aws/execute-api/{api_id}{context['path']}"
            headers["x-forwarded-proto"] = "http"
        return event

    replace(_BUILD_EVENT, build_event)


def _word_denials() -> None:
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
