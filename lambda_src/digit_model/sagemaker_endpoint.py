"""The adapter to a SageMaker endpoint: the only module of this kit that uses the AWS SDK.

Times and attempts are explicit, because the SDK's own defaults (60 s, five attempts) outlive the caller's patience.
Which error becomes which problem stands in `digit_model.problems`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 the SDK's own
    ConnectTimeoutError,
    HTTPClientError,
    ReadTimeoutError,
)

from digit_model.classify import EndpointOutput
from digit_model.problems import (
    BY_SERVICE_ERROR,
    ENDPOINT_NOT_FOUND,
    ENDPOINT_TIMEOUT,
    ENDPOINT_UNAVAILABLE,
    MODEL_REJECTED_INPUT,
)
from digit_model.settings import EndpointSettings
from gateway.problems import INTERNAL_ERROR, ProblemError, ProblemType

if TYPE_CHECKING:
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient

_LOGGED_CHARACTERS = 500


def runtime_config(settings: EndpointSettings) -> Config:
    """Build the SDK's configuration from the function's time budget."""
    return Config(
        connect_timeout=settings.connect_timeout_seconds,
        read_timeout=settings.read_timeout_seconds,
        retries={"mode": "standard", "total_max_attempts": settings.total_attempts},
        tcp_keepalive=True,
    )


class SageMakerEndpoint:
    """A named endpoint behind `sagemaker-runtime`; implements `digit_model.classify.Endpoint`."""

    def __init__(self, client: SageMakerRuntimeClient, name: str) -> None:
        self._client = client
        self._name = name

    @classmethod
    def connect(cls, settings: EndpointSettings) -> SageMakerEndpoint:
        """Make the client; no request is sent."""
        return cls(boto3.client("sagemaker-runtime", config=runtime_config(settings)), settings.endpoint_name)

    def invoke(self, csv: bytes, *, correlation_id: str = "") -> EndpointOutput:
        """Score the rows of a CSV body (784 integers a line).

        The id goes along as custom attributes, which SageMaker keeps where it captures requests.

        Raises
        ------
        ProblemError
            If the endpoint is not there, throttles, fails or does not answer in time.
        """
        try:
            attributes = {"CustomAttributes": f"correlation-id={correlation_id}"} if correlation_id else {}
            output = self._client.invoke_endpoint(
                EndpointName=self._name, ContentType="text/csv", Accept="application/json", Body=csv, **attributes
            )
            return EndpointOutput(content_type=output.get("ContentType", ""), body=output["Body"].read())
        except ClientError as error:
            raise _from_service(error) from error
        except (ConnectTimeoutError, ReadTimeoutError) as error:
            raise _problem(ENDPOINT_TIMEOUT, str(error)) from error
        except (HTTPClientError, ConnectionError) as error:
            raise _problem(ENDPOINT_UNAVAILABLE, str(error)) from error
        except BotoCoreError as error:
            raise _problem(INTERNAL_ERROR, str(error)) from error


def _from_service(error: ClientError) -> ProblemError:
    details = error.response.get("Error", {})
    code, message = details.get("Code", ""), details.get("Message", "")
    problem = BY_SERVICE_ERROR.get(code, INTERNAL_ERROR)
    cause = f"{code}: {message}"
    if code == "ValidationError" and "not found" in message.lower():
        problem = ENDPOINT_NOT_FOUND
    if code == "ModelError":
        status = _original_status(error)
        cause = f"{code}: status {status}, message {error.response.get('OriginalMessage', message)!s}"
        problem = MODEL_REJECTED_INPUT if 400 <= status < 500 else problem
    return _problem(problem, cause)


def _original_status(error: ClientError) -> int:
    """Give the HTTP status of the model's container; 0 where the service does not report one."""
    status = error.response.get("OriginalStatusCode")
    return status if isinstance(status, int) else 0


def _problem(problem: ProblemType, cause: str) -> ProblemError:
    return ProblemError(problem, problem.remedy, cause=cause[:_LOGGED_CHARACTERS])
