"""SageMaker, and Application Auto Scaling of its endpoints, as services of MiniStack.

Where their requests go, and which IAM actions and resources they have.
"""

from __future__ import annotations

import contextvars
from typing import Any

from sagemaker_local.ministack.finer_policies import COLLECTORS
from sagemaker_local.ministack.registry import private, replace, scope
from sagemaker_local.sagemaker import authorization
from sagemaker_local.sagemaker.authorization import Permission
from sagemaker_local.sagemaker.http_api import HttpApi, is_invocation

CONTROL, RUNTIME = "sagemaker", "sagemaker-runtime"
SCALING = "application-autoscaling"

# What the request under way needs besides the permission on its action, which of that its caller lacks, and what
# conditions may look at.
_further: contextvars.ContextVar[list[Permission]] = contextvars.ContextVar("further", default=[])  # noqa: B039
_keys: contextvars.ContextVar[dict[str, Any]] = contextvars.ContextVar("keys", default={})  # noqa: B039
_lacking: contextvars.ContextVar[Permission | None] = contextvars.ContextVar("lacking", default=None)


def install(api: HttpApi) -> None:
    """Enter the control plane and InvokeEndpoint."""
    _route(api)
    _authorize()
    private(COLLECTORS)[CONTROL] = lambda: api.service.control(scope()).all_tags()


def _route(api: HttpApi) -> None:
    registry = private("ministack.app:SERVICE_REGISTRY")
    handlers = private("ministack.app:SERVICE_HANDLERS")
    registry[CONTROL] = {"module": CONTROL}
    private("ministack.app:_loaded_modules")[CONTROL] = api
    handlers[CONTROL] = api.handle_request
    handlers[RUNTIME] = api.handle_invocation
    handlers[SCALING] = api.handle_scaling
    patterns = private("ministack.core.router:SERVICE_PATTERNS")
    patterns[CONTROL] = {"target_prefixes": ["SageMaker."]}
    patterns[SCALING] = {"target_prefixes": ["AnyScaleFrontendService."]}
    detect = private("ministack.app:detect_service")

    def detect_service(method: str, path: str, headers: dict[str, str], query: dict[str, Any]) -> str:
        """InvokeEndpoint is recognised by its path: it is signed as `sagemaker`, like the control plane."""
        signed = headers.get("authorization", "")
        if is_invocation(method, path) and ("/sagemaker/" in signed or not signed):
            return RUNTIME
        return str(detect(method, path, headers, query))

    replace("ministack.app:detect_service", detect_service)


def _authorize() -> None:
    namespaces = private("ministack.core.iam_actions:SERVICE_TO_IAM_NAMESPACE")
    namespaces[CONTROL] = namespaces[RUNTIME] = "sagemaker"
    namespaces[SCALING] = SCALING
    models = private("ministack.core.iam_actions:_BOTOCORE_SERVICE_MAP")
    models[CONTROL], models[RUNTIME], models[SCALING] = [], ["sagemaker-runtime"], []
    extract = private("ministack.core.iam_actions:extract_resource_arn")
    refuse = private("ministack.core.iam_actions:access_denied_response")
    denial = private("ministack.core.iam_actions:identity_denial_message")

    def extract_resource_arn(
        service: str, method: str, path: str, headers: dict[str, str], body: bytes, *rest: Any
    ) -> str:
        if service == RUNTIME:
            return authorization.invocation_resource(scope(), path)
        if service == CONTROL:
            target = headers.get("x-amz-target", "")
            _further.set(authorization.further_permissions(scope(), target, body))
            _keys.set(authorization.condition_keys(target, body))
            return authorization.control_resource(scope(), target, body)
        return str(extract(service, method, path, headers, body, *rest))

    def access_denied_response(service: str, action: str, principal: str, request_id: str, **details: Any) -> Any:
        """SageMaker's denials name the resource."""
        if service in (CONTROL, RUNTIME) and not details.get("error_code"):
            resource, explicit = details.get("resource_arn", "*"), bool(details.get("explicit_deny"))
            if (lacking := _lacking.get()) is not None:
                action, resource = lacking.action, lacking.resource
            details["message"] = denial(action, principal, resource, explicit)
        return refuse(service, action, principal, request_id, **details)

    _enforce_further()
    replace("ministack.core.iam_actions:extract_resource_arn", extract_resource_arn)
    replace("ministack.core.iam_actions:access_denied_response", access_denied_response)


def _enforce_further() -> None:
    """Ask about PassRole and AddTags too, after the permission on the action itself was found."""
    enforce = private("ministack.core.iam_evaluator:enforce")

    def enforce_all(access_key_id: str, iam_action: str, service: str, region: str, *rest: Any, **details: Any) -> Any:
        if service != CONTROL:
            return enforce(access_key_id, iam_action, service, region, *rest, **details)
        context = {**(details.pop("service_context", None) or {}), **_keys.get()}
        denied = enforce(access_key_id, iam_action, service, region, *rest, service_context=context, **details)
        _lacking.set(None)
        needed, _ = _further.get(), _further.set([])
        for permission in needed if denied is None else []:
            denied = enforce(
                access_key_id,
                permission.action,
                service,
                region,
                resource_arn=permission.resource,
                service_context=permission.context,
            )
            if denied is not None:
                _lacking.set(permission)
                break
        return denied

    replace("ministack.core.iam_evaluator:enforce", enforce_all)
