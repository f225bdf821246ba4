"""SageMaker as two services of MiniStack: where their requests go, and what IAM is asked about them."""

from __future__ import annotations

from typing import Any

from emulator.registry import private, replace, scope
from emulator.sagemaker import authorization
from emulator.sagemaker.http_api import HttpApi, is_invocation

CONTROL, RUNTIME = "sagemaker", "sagemaker-runtime"


def install(api: HttpApi) -> None:
    """Enter the control plane and InvokeEndpoint."""
    _route(api)
    _authorize()


def _route(api: HttpApi) -> None:
    registry = private("ministack.app:SERVICE_REGISTRY")
    handlers = private("ministack.app:SERVICE_HANDLERS")
    registry[CONTROL] = {"module": CONTROL}
    private("ministack.app:_loaded_modules")[CONTROL] = api
    handlers[CONTROL] = api.handle_request
    handlers[RUNTIME] = api.handle_invocation
    private("ministack.core.router:SERVICE_PATTERNS")[CONTROL] = {"target_prefixes": ["SageMaker."]}
    detect = private("ministack.app:detect_service")

    def detect_service(method: str, path: str, headers: dict[str, str], query: dict[str, Any]) -> str:
        """InvokeEndpoint is told by its path: it is signed as `sagemaker`, like the control plane."""
        signed = headers.get("authorization", "")
        if is_invocation(method, path) and ("/sagemaker/" in signed or not signed):
            return RUNTIME
        return str(detect(method, path, headers, query))

    replace("ministack.app:detect_service", detect_service)


def _authorize() -> None:
    namespaces = private("ministack.core.iam_actions:SERVICE_TO_IAM_NAMESPACE")
    namespaces[CONTROL] = namespaces[RUNTIME] = "sagemaker"
    models = private("ministack.core.iam_actions:_BOTOCORE_SERVICE_MAP")
    models[CONTROL], models[RUNTIME] = [], ["sagemaker-runtime"]
    extract = private("ministack.core.iam_actions:extract_resource_arn")
    refuse = private("ministack.core.iam_actions:access_denied_response")
    denial = private("ministack.core.iam_actions:identity_denial_message")

    def extract_resource_arn(
        service: str, method: str, path: str, headers: dict[str, str], body: bytes, *rest: Any
    ) -> str:
        if service == RUNTIME:
            return authorization.invocation_resource(scope(), path)
        if service == CONTROL:
            return authorization.control_resource(scope(), headers.get("x-amz-target", ""), body)
        return str(extract(service, method, path, headers, body, *rest))

    def access_denied_response(service: str, action: str, principal: str, request_id: str, **details: Any) -> Any:
        """SageMaker's denials name the resource."""
        if service in (CONTROL, RUNTIME) and not details.get("error_code"):
            resource, explicit = details.get("resource_arn", "*"), bool(details.get("explicit_deny"))
            details["message"] = denial(action, principal, resource, explicit)
        return refuse(service, action, principal, request_id, **details)

    replace("ministack.core.iam_actions:extract_resource_arn", extract_resource_arn)
    replace("ministack.core.iam_actions:access_denied_response", access_denied_response)
