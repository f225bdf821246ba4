"""The edges of the API for people: a signature is no token, only the worker publishes, only our pages may call."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stacks.settings import LOCAL
from tests.support.event_apis import Address
from tools.accept.callers import Person, people_url, service_caller, sign_in, sign_in_client
from tools.accept.stage import Stage
from tools.api_client import ApiClient
from tools.deployment import Deployment

ORIGIN = "http://localhost:4567"


@pytest.fixture(scope="module")
def stage(deployment: Deployment) -> Iterator[Stage]:
    made = Stage(deployment, LOCAL, print)
    yield made
    made.close()


@pytest.fixture(scope="module")
def anna(stage: Stage) -> Person:
    return sign_in(stage, sign_in_client(stage))


def test_a_signature_is_no_token(stage: Stage, deployment: Deployment) -> None:
    assert ApiClient(people_url(stage), deployment.session()).model().status == 401


def test_nobody_but_the_worker_may_publish(anna: Person, stage: Stage, events: Address) -> None:
    channel = anna.uploader.ask().json()["channel"]
    assert events.publish(channel, [{"status": "DONE"}], {"Authorization": anna.token})[0] == 401
    assert events.publish(channel, [{"status": "DONE"}], {})[0] == 401
    session = service_caller(stage)._session
    credentials = session.get_credentials() if session else None
    assert credentials
    assert events.publish(channel, [{}], credentials=credentials)[0] == 401


def test_only_pages_of_the_site_are_told_that_they_may_call(anna: Person) -> None:
    asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    ours = anna.api.request("OPTIONS", "/predictions", headers={"Origin": ORIGIN, **asking})
    assert (ours.status, ours.headers["access-control-allow-origin"]) == (204, ORIGIN)
    assert "Authorization" in ours.headers["access-control-allow-headers"]
    answered = anna.api.request("GET", "/model", headers={"Origin": ORIGIN})
    assert answered.headers["access-control-allow-origin"] == ORIGIN


def test_the_page_can_say_that_nobody_is_signed_in(stage: Stage) -> None:
    answer = ApiClient(people_url(stage), None).request("GET", "/model", headers={"Origin": ORIGIN})
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (401, ORIGIN)
