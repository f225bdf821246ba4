"""InvokeEndpoint: finds the process, forwards the request, and words what went wrong as the service does.

Independent of MiniStack: takes and gives plain values. Bodies are limited as the service limits them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from sagemaker_local.faults.fault import Fault, Kind
from sagemaker_local.faults.store import Faults
from sagemaker_local.sagemaker.container_client import Answer
from sagemaker_local.sagemaker.endpoint_process import EndpointProcess
from sagemaker_local.sagemaker.errors import ServiceError
from sagemaker_local.sagemaker.faults import error_of
from sagemaker_local.sagemaker.records import Endpoint, Scope, Variant
from sagemaker_local.sagemaker.service import SageMaker

# https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html and botocore's BodyBlob.
MAX_BODY_BYTES = 6_291_456
MAX_SERVERLESS_BODY_BYTES = 4 * 1024 * 1024
MODEL_SECONDS = 60.0
_FORWARDED = {
    "content-type": "content-type",
    "accept": "accept",
    "x-amzn-sagemaker-custom-attributes": "x-amzn-sagemaker-custom-attributes",
    "x-amzn-sagemaker-inference-id": "x-amzn-sagemaker-inference-id",
}
_TARGET_VARIANT = "x-amzn-sagemaker-target-variant"
_CUSTOM_ATTRIBUTES = "x-amzn-sagemaker-custom-attributes"


class Disconnected(Exception):  # noqa: N818 - it is an instruction: answer nothing and close the connection
    """A fault closes the caller's connection."""


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """One call of InvokeEndpoint; header names in lower case."""

    scope: Scope
    endpoint: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Result:
    """A successful answer."""

    headers: dict[str, str]
    body: bytes


class Runtime:
    """The data plane.

    Parameters
    ----------
    service
        The service whose endpoints are invoked.
    faults
        The faults that are set.
    """

    def __init__(self, service: SageMaker, faults: Faults) -> None:
        self._service, self.faults = service, faults

    async def invoke(self, call: Invocation) -> Result:
        """Answer InvokeEndpoint.

        Raises
        ------
        ServiceError
            `ValidationError`, `ModelError` or another error of the runtime API.
        Disconnected
            When a fault says so.
        """
        _check_size(call.body, MAX_BODY_BYTES)
        endpoint = self._endpoint(call)
        variant, process = self._pick(call, endpoint)
        if variant.serverless:
            _check_size(call.body, MAX_SERVERLESS_BODY_BYTES)
        with process.busy():
            answer = await self._ask(call, process, self.faults.take(endpoint.name))
        if answer.status >= 400:
            raise _model_error(call, answer)
        headers = {"x-Amzn-Invoked-Production-Variant": variant.name}
        headers["Content-Type"] = answer.headers.get("content-type", "application/octet-stream")
        if _CUSTOM_ATTRIBUTES in answer.headers:
            headers["X-Amzn-SageMaker-Custom-Attributes"] = answer.headers[_CUSTOM_ATTRIBUTES]
        return Result(headers=headers, body=answer.body)

    def _endpoint(self, call: Invocation) -> Endpoint:
        """The endpoint; unlike in the control plane the case of its name matters here."""
        endpoint = self._service.control(call.scope).endpoints.get(call.endpoint.lower())
        if endpoint is None or endpoint.name != call.endpoint:
            msg = f"Endpoint {call.endpoint} of account {call.scope.account} not found."
            raise _validation(msg)
        return endpoint

    def _pick(self, call: Invocation, endpoint: Endpoint) -> tuple[Variant, EndpointProcess]:
        wanted = call.headers.get(_TARGET_VARIANT)
        picked = self._service.fleet.pick(call.scope, endpoint.name, wanted)
        if picked is not None:
            return picked
        if wanted and endpoint.variants:
            msg = f"Variant {wanted} not found for endpoint {endpoint.name}."
            raise _validation(msg)
        msg = f"Endpoint {call.endpoint} of account {call.scope.account} not found."
        raise _validation(msg)

    async def _ask(self, call: Invocation, process: EndpointProcess, fault: Fault | None) -> Answer:
        try:
            async with asyncio.timeout(MODEL_SECONDS):
                if fault is not None and (made_up := await _suffer(fault)) is not None:
                    return made_up
                headers = {_FORWARDED[name]: value for name, value in call.headers.items() if name in _FORWARDED}
                return await process.client.request("POST", "/invocations", headers=headers, body=call.body)
        except TimeoutError:
            text = (
                "Your invocation timed out while waiting for a response from container primary. Review the latency "
                "metrics for each container in Amazon CloudWatch, resolve the issue, and try again."
            )
            raise _model_error(call, Answer(status=0, headers={}, body=text.encode())) from None
        except OSError as error:
            raise _model_error(call, Answer(status=0, headers={}, body=str(error).encode())) from error


async def _suffer(fault: Fault) -> Answer | None:
    """What a fault does to a request; an answer when the container is not to be asked at all."""
    if (error := error_of(fault)) is not None:
        raise error
    if fault.kind is Kind.DISCONNECT:
        raise Disconnected
    if fault.kind is Kind.MODEL_ERROR:
        return Answer(status=fault.status, headers={}, body=fault.message.encode())
    await asyncio.sleep(fault.seconds)
    return None


def _check_size(body: bytes, limit: int) -> None:
    if len(body) > limit:
        msg = (
            "1 validation error detected: Value at 'body' failed to satisfy constraint: "
            f"Member must have length less than or equal to {limit}"
        )
        raise _validation(msg)


def _validation(message: str) -> ServiceError:
    return ServiceError("ValidationError", message)


def _model_error(call: Invocation, answer: Answer) -> ServiceError:
    region, account = call.scope.region, call.scope.account
    group = f"/aws/sagemaker/Endpoints/{call.endpoint}"
    text = answer.body.decode(errors="replace")
    side = "client" if 400 <= answer.status < 500 else "server"
    message = (
        f'Received {side} error ({answer.status}) from primary with message "{text}". '
        f"See https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
        f"#logEventViewer:group={group} in account {account} for more information."
    )
    members: dict[str, object] = {
        "OriginalStatusCode": answer.status,
        "OriginalMessage": text,
        "LogStreamArn": f"arn:aws:logs:{region}:{account}:log-group:{group}",
    }
    return ServiceError("ModelError", message, status=424, members=members)
