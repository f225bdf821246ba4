"""The SageMaker APIs in the form of a service of MiniStack: `async (method, path, headers, body, query) -> answer`.

The control plane and Application Auto Scaling speak JSON 1.1 with the operation in `X-Amz-Target`; InvokeEndpoint is
REST with raw bodies.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from sagemaker_local.json_text import read_json
from sagemaker_local.sagemaker import unknown_operations
from sagemaker_local.sagemaker.errors import ServiceError
from sagemaker_local.sagemaker.records import Scope
from sagemaker_local.sagemaker.runtime import Disconnected, Invocation, Runtime
from sagemaker_local.sagemaker.scaling import operations as scaling
from sagemaker_local.sagemaker.service import SageMaker

Response = tuple[int, dict[str, str], bytes]

_INVOCATIONS = re.compile(r"/endpoints/([^/]+)/invocations/?")
_JSON = "application/x-amz-json-1.1"
# An answer that the server in front cannot finish: it promises more than it gives, and the connection is closed.
_CUT = (200, {"Content-Type": "application/octet-stream", "Content-Length": "1048576"}, b"")


def is_invocation(method: str, path: str) -> bool:
    """Whether a request is InvokeEndpoint."""
    return method == "POST" and _INVOCATIONS.fullmatch(path) is not None


def endpoint_name(path: str) -> str:
    """Name of the endpoint in the path of an InvokeEndpoint request, or nothing."""
    match = _INVOCATIONS.fullmatch(path)
    return unquote(match[1]) if match else ""


class HttpApi:
    """Both APIs in front of one service.

    Parameters
    ----------
    service, runtime
        What answers.
    scope
        Gives the account and region of the request that is being handled.
    """

    def __init__(self, service: SageMaker, runtime: Runtime, scope: Callable[[], Scope]) -> None:
        self.service, self.runtime, self._scope = service, runtime, scope
        self.loop: asyncio.AbstractEventLoop | None = None

    async def handle_request(
        self, method: str, path: str, headers: dict[str, str], body: bytes, _query: dict[str, Any]
    ) -> Response:
        """Answer a control-plane request, or one of the APIs of SageMaker that are not emulated."""
        if "x-amz-target" not in headers:
            return _control_error(unknown_operations.refusal(method, path))
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        try:
            answer = await self.service.call(self._scope(), operation, _parse(body))
        except ServiceError as error:
            return _control_error(error)
        return 200, {"Content-Type": _JSON}, json.dumps(answer).encode()

    async def handle_scaling(
        self, _method: str, _path: str, headers: dict[str, str], body: bytes, _query: dict[str, Any]
    ) -> Response:
        """Answer a request for Application Auto Scaling."""
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        try:
            answer = scaling.call(self.service.control(self._scope()), operation, _parse(body))
        except ServiceError as error:
            return _control_error(error)
        return 200, {"Content-Type": _JSON}, json.dumps(answer).encode()

    async def handle_invocation(
        self, _method: str, path: str, headers: dict[str, str], body: bytes, _query: dict[str, Any]
    ) -> Response:
        """Answer InvokeEndpoint."""
        call = Invocation(scope=self._scope(), endpoint=endpoint_name(path), headers=headers, body=body)
        try:
            result = await self.runtime.invoke(call)
        except ServiceError as error:
            return _runtime_error(error)
        except Disconnected:
            return _CUT
        return 200, result.headers, result.body

    def reset(self) -> None:
        """MiniStack's `/_ministack/reset`, called on a worker thread."""
        if self.loop is not None:
            asyncio.run_coroutine_threadsafe(self.service.reset(), self.loop).result(timeout=30)
        self.runtime.faults.clear()

    def get_state(self) -> None:
        """Nothing of this is ever kept."""

    def load_persisted_state(self, _data: object) -> None:
        """Nothing of this was ever kept."""


def _parse(body: bytes) -> object:
    try:
        return read_json(body or b"{}")
    except ValueError as error:
        raise ServiceError("SerializationException", "The request body is not JSON.") from error


def _control_error(error: ServiceError) -> Response:
    document = {"__type": error.code, "message": error.message, **error.members}
    return error.status, {"Content-Type": _JSON, "x-amzn-ErrorType": error.code}, json.dumps(document).encode()


def _runtime_error(error: ServiceError) -> Response:
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": error.code}
    document = {"Code": error.code, "Message": error.message, **error.members}
    return error.status, headers, json.dumps(document).encode()
