"""Send one signed request to an environment's HTTP API. Knows the wire, not what an image is.

Where the API is, its stack writes into the SSM parameter `/digits/ENVIRONMENT/api`, schema `digits.api/1`. Every
request carries a signature (SigV4) for `execute-api`; a missing permission is an error message.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import NoCredentialsError, NoRegionError
from urllib3 import Retry, Timeout
from urllib3.exceptions import HTTPError

from contract.json_text import read_json
from contract.schemas import API
from training.aws.clients import new_session
from training.aws.connections import connections
from training.aws.errors import explained
from training.aws.parameters import read_parameter
from training.common.errors import PredictionError

# API Gateway responds within 29 s at most; the rest is for the network.
_TIMEOUT = Timeout(connect=5, read=31)


@dataclass(frozen=True, kw_only=True)
class ApiAddress:
    """Where an environment's API is: the identifier that API Gateway gave it, its stage, its address on AWS."""

    api_id: str
    stage: str
    url: str

    @property
    def reachable_url(self) -> str:
        """The address to call: the emulator serves every API below its own."""
        emulator = os.environ.get("AWS_ENDPOINT_URL", "").rstrip("/")
        return f"{emulator}/_aws/execute-api/{self.api_id}/{self.stage}" if emulator else self.url.rstrip("/")


def read_address(environment: str) -> ApiAddress:
    """The address of an environment's API.

    Raises
    ------
    PredictionError
        when the parameter cannot be understood
    PublicationError
        when it is not deployed, or AWS cannot be reached
    """
    name = f"/digits/{environment}/api"
    deploy = f"deploy the stack digits-{environment}-api"
    missing = f"so the environment {environment} has no API here; {deploy} first"
    text = read_parameter(environment, name, missing=missing)
    try:
        value = read_json(text)
        if value["schema"] == API:
            return ApiAddress(api_id=value["id"], stage=value["stage"], url=value["url"])
    except (ValueError, TypeError, KeyError):
        pass
    raise PredictionError(f"the parameter {name} is {text[:100]!r}, expected the schema {API}; {deploy} again")


def send(address: ApiAddress, method: str, path: str, *, body: bytes | None = None) -> Any:
    """Send one request with a JSON body, if any, and return the JSON of the response.

    Raises
    ------
    PredictionError
        for a status other than 200, with what the API says about it
    PublicationError
        when there are no credentials, or no way there
    """
    url = f"{address.reachable_url}{path}"
    with explained(f"the API at {address.reachable_url}"):
        headers = _signed(method, url, body)
    try:
        with connections(url, timeout=_TIMEOUT, retries=Retry(total=False)) as pool:
            response = pool.request(method, url, body=body, headers=headers)
    except HTTPError as problem:
        raise PredictionError(
            f"the API at {address.reachable_url} cannot be reached ({problem}); check the network, or set"
            " DIGITS_ASK_THROUGH to endpoint where there is no route to the internet"
        ) from None
    return _content(response.status, response.data, address)


def _signed(method: str, url: str, body: bytes | None) -> dict[str, str]:
    session = new_session()
    credentials, region = session.get_credentials(), session.region_name
    if credentials is None:
        raise NoCredentialsError
    if region is None:
        raise NoRegionError
    request = AWSRequest(method=method, url=url, data=body, headers={"Content-Type": "application/json"})
    SigV4Auth(credentials.get_frozen_credentials(), "execute-api", region).add_auth(request)
    return dict(request.headers.items())


def _content(status: int, data: bytes, address: ApiAddress) -> Any:
    """The JSON of a successful response; a problem (RFC 9457) as a sentence."""
    try:
        document = read_json(data)
    except ValueError:
        document = {}
    if status == 200:
        return document
    problem = document if isinstance(document, dict) else {}
    reason = (
        problem.get("detail") or problem.get("title") or problem.get("message") or data[:200].decode(errors="replace")
    )
    advice = "these credentials may not call it" if status in (401, 403) else "see docs/api.md"
    raise PredictionError(f"the API at {address.reachable_url} returned {status} ({reason}); {advice}")
