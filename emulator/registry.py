"""The only file that touches MiniStack's private registries; made for version 1.5.33 and no other.

MiniStack has no plug-in interface, so services, CloudFormation types and IAM rules are entered into its tables at run
time. `PRIVATE_NAMES` is the complete list of what is touched, and everything is looked up through it; one test asserts
that each name is still there. An upgrade of MiniStack fails in that test and nowhere else.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import importlib.metadata
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from emulator import bucket_properties, emptied_buckets, settings
from emulator.sagemaker import authorization, cloudformation
from emulator.sagemaker.http_api import HttpApi, is_invocation
from emulator.sagemaker.records import Scope

logger = logging.getLogger(__name__)

VERSION = "1.5.33"
CONTROL, RUNTIME = "sagemaker", "sagemaker-runtime"
PRIVATE_NAMES = (
    "ministack.app:AUTH",
    "ministack.app:SERVICE_HANDLERS",
    "ministack.app:SERVICE_REGISTRY",
    "ministack.app:_loaded_modules",
    "ministack.app:app",
    "ministack.app:detect_service",
    "ministack.core.iam_actions:SERVICE_TO_IAM_NAMESPACE",
    "ministack.core.iam_actions:_BOTOCORE_SERVICE_MAP",
    "ministack.core.iam_actions:access_denied_response",
    "ministack.core.iam_actions:extract_resource_arn",
    "ministack.core.iam_actions:identity_denial_message",
    "ministack.core.lambda_runtime:reset",
    "ministack.core.responses:get_account_id",
    "ministack.core.responses:get_region",
    "ministack.core.responses:request_scope",
    "ministack.core.router:SERVICE_PATTERNS",
    "ministack.services.cloudformation.provisioners:_CUSTOM_NAME_REPLACEMENT",
    "ministack.services.cloudformation.provisioners:_REPLACING_PROPERTIES",
    "ministack.services.cloudformation.provisioners:_RESOURCE_HANDLERS",
    "ministack.services.cloudformation.provisioners:_S3_BUCKET_CONFIGURATIONS",
    "ministack.services.cloudformation.provisioners:_STACK_TAG_PROPERTY",
    "ministack.services.cloudformation.provisioners:_physical_name",
    "ministack.services.cloudformation.stacks:_runs_on_worker_thread",
    "ministack.services.iam:_roles",
    "ministack.services.s3:_bucket_tags",
    "ministack.services.s3:_buckets",
    "ministack.services.s3:_delete_bucket_encryption",
    "ministack.services.s3:_delete_bucket_lifecycle",
    "ministack.services.s3:_delete_bucket_ownership_controls",
    "ministack.services.s3:_delete_bucket_tagging",
    "ministack.services.s3:_put_bucket_encryption",
    "ministack.services.s3:_put_bucket_lifecycle",
    "ministack.services.s3:_put_bucket_logging",
    "ministack.services.s3:_put_bucket_ownership_controls",
    "ministack.services.s3:_put_bucket_tagging",
    "ministack.services.sts:register_session",
)


class RegistryError(Exception):
    """MiniStack is not the one that this file was made for."""


def private(name: str) -> Any:
    """Look up one of `PRIVATE_NAMES`; modules are imported only when something of theirs is wanted.

    Raises
    ------
    RegistryError
        When the name is not in the list, or not in this version of MiniStack.
    """
    if name not in PRIVATE_NAMES:
        msg = f"{name} is not in PRIVATE_NAMES; enter it there, so that the test of this list knows it"
        raise RegistryError(msg)
    module, _, attribute = name.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        msg = f"MiniStack {version()} has no {name}; this extension was made for {VERSION}"
        raise RegistryError(msg) from error


def replace(name: str, value: object) -> None:
    """Put something else in the place of one of `PRIVATE_NAMES`."""
    private(name)
    module, _, attribute = name.partition(":")
    setattr(importlib.import_module(module), attribute, value)


def version() -> str:
    """Version of the installed MiniStack."""
    return importlib.metadata.version("ministack")


def application() -> Any:
    """MiniStack's ASGI application."""
    return private("ministack.app:app")


def scope() -> Scope:
    """Account and region of the request that is being handled."""
    account, region = private("ministack.core.responses:get_account_id"), private("ministack.core.responses:get_region")
    return Scope(account=account(), region=region())


def install(api: HttpApi, loop: asyncio.AbstractEventLoop) -> None:
    """Enter SageMaker and the missing properties into MiniStack.

    Raises
    ------
    RegistryError
        When this is another version of MiniStack, or a name is missing.
    """
    if version() != VERSION:
        msg = f"MiniStack {version()} is installed; this extension was made for {VERSION}"
        raise RegistryError(msg)
    api.loop = loop
    _install_services(api)
    _install_authorization()
    _install_types(api, loop)
    _install_bucket_properties()


def _install_services(api: HttpApi) -> None:
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


def _install_authorization() -> None:
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


def _install_types(api: HttpApi, loop: asyncio.AbstractEventLoop) -> None:
    provisioners = "ministack.services.cloudformation.provisioners"
    handlers = private(f"{provisioners}:_RESOURCE_HANDLERS")
    physical_name = private(f"{provisioners}:_physical_name")

    def wait(work: Awaitable[Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(_awaited(work), loop).result()

    def generated_name(stack_name: str, logical_id: str) -> str:
        return str(physical_name(stack_name, logical_id, max_len=cloudformation.MAX_NAME_LENGTH))

    for resource_type in cloudformation.TYPES:
        resource = cloudformation.ResourceHandlers(
            resource_type, service=api.service, scope=scope, wait=wait, generated_name=generated_name
        )
        handlers[resource_type.name] = {
            "create": resource.create,
            "update": resource.update,
            "delete": resource.delete,
        }
        private(f"{provisioners}:_REPLACING_PROPERTIES")[resource_type.name] = resource_type.replacing
        private(f"{provisioners}:_STACK_TAG_PROPERTY")[resource_type.name] = ("Tags", "list")
        private(f"{provisioners}:_CUSTOM_NAME_REPLACEMENT")[resource_type.name] = {"name": resource_type.name_property}
    handlers["Custom::S3AutoDeleteObjects"] = emptied_buckets.handlers(
        buckets=private("ministack.services.s3:_buckets"), tags=private("ministack.services.s3:_bucket_tags")
    )
    _move_to_worker_thread({resource_type.name for resource_type in cloudformation.TYPES})


async def _awaited(work: Awaitable[Any]) -> Any:
    return await work


def _move_to_worker_thread(names: set[str]) -> None:
    """Types whose handlers wait must not do so on the event loop."""
    blocking = private("ministack.services.cloudformation.stacks:_runs_on_worker_thread")

    def runs_on_worker_thread(resource_type: str) -> bool:
        return resource_type in names or bool(blocking(resource_type))

    replace("ministack.services.cloudformation.stacks:_runs_on_worker_thread", runs_on_worker_thread)


def _install_bucket_properties() -> None:
    """Add the properties that MiniStack reads over to the table of those that it applies."""
    table = "ministack.services.cloudformation.provisioners:_S3_BUCKET_CONFIGURATIONS"
    added = []
    for name, to_xml, put, delete in bucket_properties.APPLIED:
        apply = _checked(name, private(f"ministack.services.s3:{put}"))
        clear = private(f"ministack.services.s3:{delete}") if delete else _clearing(apply, to_xml)
        added.append((name, to_xml, apply, clear))
    replace(table, (*private(table), *added))


def _checked(name: str, put: Callable[[str, bytes], Any]) -> Callable[[str, bytes], None]:
    def apply(bucket: str, body: bytes) -> None:
        status, _, answer = put(bucket, body)
        if status >= 400:
            msg = f"AWS::S3::Bucket {name} was refused: {answer!r}"
            raise ValueError(msg)

    return apply


def _clearing(apply: Callable[[str, bytes], None], to_xml: Callable[[Any], bytes]) -> Callable[[str], None]:
    return lambda bucket: apply(bucket, to_xml({}))


class Roles:
    """Sessions of IAM roles for the service principal sagemaker.amazonaws.com."""

    _PRINCIPAL = "sagemaker.amazonaws.com"

    def assume(self, where: Scope, role_arn: str) -> dict[str, str]:
        """Credentials of the role; without AUTH those of the root user.

        Raises
        ------
        PermissionError
            When the role does not exist, or does not trust SageMaker.
        """
        if not private("ministack.app:AUTH"):
            return {"aws_access_key_id": where.account, "aws_secret_access_key": settings.ROOT_SECRET_KEY}
        name = role_arn.rpartition("/")[2]
        with private("ministack.core.responses:request_scope")(where.account, where.region):
            role = private("ministack.services.iam:_roles").get(name)
            if role is None or not trusts(role["AssumeRolePolicyDocument"], self._PRINCIPAL):
                msg = f"{role_arn} does not exist or does not let {self._PRINCIPAL} assume it"
                raise PermissionError(msg)
            return self._session(where, name)

    def _session(self, where: Scope, role: str) -> dict[str, str]:
        secret = hashlib.sha256(f"sagemaker:{where}:{role}".encode()).hexdigest()
        key = f"ASIA{secret[:16].upper()}"
        session = {
            "Arn": f"arn:aws:sts::{where.account}:assumed-role/{role}/SageMaker",
            "UserId": f"{role}:SageMaker",
            "SecretAccessKey": secret,
            "SessionToken": secret[::-1],
        }
        private("ministack.services.sts:register_session")(key, session)
        return {"aws_access_key_id": key, "aws_secret_access_key": secret, "aws_session_token": secret[::-1]}


def trusts(document: str | dict[str, Any], principal: str) -> bool:
    """Whether a trust policy lets a service principal assume the role."""
    policy = json.loads(document) if isinstance(document, str) else document
    statements = policy.get("Statement", [])
    for statement in [statements] if isinstance(statements, dict) else statements:
        services = statement.get("Principal", {}).get("Service", []) if statement.get("Effect") == "Allow" else []
        if principal in ([services] if isinstance(services, str) else services):
            return True
    return False


async def write_log(where: Scope, group: str, stream: str, lines: list[tuple[int, str]]) -> None:
    """Write lines (milliseconds since the epoch, text) to CloudWatch Logs, making group and stream if needed."""
    handler = private("ministack.app:SERVICE_HANDLERS")["logs"]
    events = [{"timestamp": when, "message": line} for when, line in lines]
    names = {"logGroupName": group, "logStreamName": stream}
    requests = (
        ("CreateLogGroup", {"logGroupName": group}),
        ("CreateLogStream", names),
        ("PutLogEvents", {**names, "logEvents": events}),
    )
    with private("ministack.core.responses:request_scope")(where.account, where.region):
        for operation, request in requests:
            headers = {"x-amz-target": f"Logs_20140328.{operation}", "content-type": "application/x-amz-json-1.1"}
            await handler("POST", "/", headers, json.dumps(request).encode(), {})


def stop_functions() -> None:
    """End the processes of the emulated Lambda functions."""
    private("ministack.core.lambda_runtime:reset")()
