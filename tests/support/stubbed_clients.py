"""Clients of botocore that answer from a list: the Stubber holds questions and answers against the services' shapes."""

from __future__ import annotations

from typing import Any

from botocore.session import Session
from botocore.stub import Stubber

_SESSION = Session()
"""One for all: it keeps the models of the services, which take long to read."""


class StubbedClients:
    """Gives a stubbed client for each service; an answer is used once, in the order in which they were given."""

    def __init__(self) -> None:
        self._clients: dict[str, Any] = {}
        self._stubs: dict[str, Stubber] = {}

    def __call__(self, service: str) -> Any:
        self.stub(service)
        return self._clients[service]

    def stub(self, service: str) -> Stubber:
        """The stub of a service."""
        if service not in self._stubs:
            client = _SESSION.create_client(
                service,
                region_name="us-east-1",
                aws_access_key_id="a",
                aws_secret_access_key="b",
            )
            self._clients[service], self._stubs[service] = client, Stubber(client)
            self._stubs[service].activate()
        return self._stubs[service]

    def answer(self, service: str, operation: str, answer: dict[str, Any]) -> None:
        """What the next question is answered."""
        self.stub(service).add_response(operation, answer)

    def refuse(self, service: str, operation: str, code: str, message: str = "") -> None:
        """The error of the next question."""
        self.stub(service).add_client_error(operation, code, message)
