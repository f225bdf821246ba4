"""Fixtures of the end-to-end tests that stand on `deployment`, whichever that is where they are imported."""

from __future__ import annotations

import pytest

from tests.support.event_apis import Address
from tools.api_client import ApiClient
from tools.deployment import Deployment, api_client, stack_outputs


@pytest.fixture(scope="session")
def api(deployment: Deployment) -> ApiClient:
    """A client of the deployed API, signing as the root of the emulated account."""
    return api_client(deployment)


@pytest.fixture(scope="session")
def events(deployment: Deployment) -> Address:
    """The deployed Event API, as a page reaches it."""
    port = int(deployment.variables["AWS_ENDPOINT_URL"].rpartition(":")[2])
    return Address.by_path(port, stack_outputs(deployment, "upload")["EventsApiId"])
