"""Call the deployed HTTP API as a service would: each request signed with SigV4 for `execute-api`.

A small client for the demonstration, the check after a deployment and the end-to-end tests. It knows the wire, not the
stacks: give it the URL of a stage and a botocore session.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import NoCredentialsError
from botocore.session import Session
from urllib3 import Retry, Timeout

from contract.json_text import read_json
from training.aws.connections import connections

# API Gateway answers within 29 s at the latest; the rest is for the way there.
_TIMEOUT = Timeout(connect=2, read=31)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back: the status, the headers (names in lower case) and the body as bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body read as JSON; raises `ValueError` when it is not."""
        return read_json(self.body)


class ApiClient:
    """A client of one stage of the API.

    Parameters
    ----------
    url
        Address of the stage, with or without a slash at its end.
    session
        A botocore session with credentials and a region. With `None` the requests go out unsigned.
    token
        Of the user pool, for the API for people: each request carries it instead of a signature.
    """

    def __init__(self, url: str, session: Session | None, *, token: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._session = session
        self._token = token
        self._pool = connections(self.url, timeout=_TIMEOUT, retries=Retry(total=False), maxsize=8)

    def request(
        self, method: str, path: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send one request and return whatever comes back; an HTTP error status is an answer, not an exception."""
        url = f"{self.url}{path}"
        signed = self._sign(method, url, body, dict(headers or {}))
        response = self._pool.request(method, url, body=body, headers=signed)
        names = {name.lower(): value for name, value in response.headers.items()}
        return Answer(status=response.status, headers=names, body=response.data)

    def predict(self, rows: Sequence[Sequence[int]]) -> Answer:
        """`POST /predictions` with rows of 784 integers 0..255."""
        body = json.dumps({"instances": [list(map(int, row)) for row in rows]}).encode()
        return self.request("POST", "/predictions", body=body, headers={"Content-Type": "application/json"})

    def predict_image(self, image: bytes, *, content_type: str = "image/png") -> Answer:
        """`POST /predictions` with the bytes of one PNG or JPEG file."""
        headers = {"Content-Type": content_type, "Accept": "application/json"}
        return self.request("POST", "/predictions", body=image, headers=headers)

    def model(self) -> Answer:
        """`GET /model`: the card of the model that the API was deployed with."""
        return self.request("GET", "/model")

    def _sign(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> dict[str, str]:
        if self._session is None:
            return headers | ({"Authorization": f"Bearer {self._token}"} if self._token else {})
        request = AWSRequest(method=method, url=url, data=body, headers=headers)
        credentials, region = self._session.get_credentials(), self._session.get_config_variable("region")
        if credentials is None:
            raise NoCredentialsError
        SigV4Auth(credentials, "execute-api", region).add_auth(request)
        return dict(request.headers.items())
