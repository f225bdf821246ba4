"""Look at the endpoint that serves the promoted model. Changes nothing: it belongs to CloudFormation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from training.aws.clients import client
from training.aws.errors import explained


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """An endpoint as SageMaker describes it.

    Parameters
    ----------
    name
        the same whatever model it serves
    status
        `InService` when it serves requests
    configuration
        the endpoint configuration that it runs now; a new one for each promoted model
    changed
        when it was last updated
    """

    name: str
    status: str
    configuration: str
    changed: datetime


def endpoint_of(environment: str) -> Endpoint:
    """The endpoint of an environment.

    Raises
    ------
    PublicationError
        when there is none, or AWS cannot be reached
    """
    name = f"digits-{environment}"
    with explained(f"the endpoint {name}"):
        response = client("sagemaker").describe_endpoint(EndpointName=name)
    return Endpoint(
        name=response["EndpointName"],
        status=response["EndpointStatus"],
        configuration=response["EndpointConfigName"],
        changed=response["LastModifiedTime"],
    )
