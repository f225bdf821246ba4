"""People get in with a token of their own, see their own uploads, and nobody else does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.conftest import one_of_each
from tests.support.event_apis import Address, RealTime
from tests.support.uploading import digits_of, picture_of
from tools.accounts import Account, make_account
from tools.api_client import Answer, ApiClient
from tools.deployment import Deployment, api_url, stack_outputs
from tools.upload_client import Uploader
from training.data.dataset import Split

PASSWORD = "Counts-2-ten-quickly"
ORIGIN = "http://localhost:4567"


class PeopleApi(ApiClient):
    """The API for people: each request carries a token instead of a signature."""

    def __init__(self, url: str, token: str | None) -> None:
        super().__init__(url, None)
        self._token = token

    def _sign(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> dict[str, str]:
        return headers | ({"Authorization": f"Bearer {self._token}"} if self._token else {})


@dataclass(frozen=True, kw_only=True)
class Someone:
    """A person who has signed in."""

    token: str
    uploader: Uploader


@pytest.fixture(scope="module")
def people_url(deployment: Deployment) -> str:
    outputs = stack_outputs(deployment, "api")
    return api_url(deployment).replace(outputs["ApiId"], outputs["PeopleApiId"])


@pytest.fixture(scope="module")
def sign_in(deployment: Deployment, people_url: str) -> Callable[[str], Someone]:
    """Sign somebody in, by a second client of the pool that takes passwords from administrators."""
    cognito, pool = deployment.client("cognito-idp"), stack_outputs(deployment, "identity")["UserPoolId"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="tests", ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]

    def enter(email: str) -> Someone:
        make_account(deployment, Account(email=email, password=PASSWORD))
        tokens = cognito.admin_initiate_auth(
            UserPoolId=pool,
            ClientId=client,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": PASSWORD},
        )["AuthenticationResult"]
        return Someone(token=tokens["IdToken"], uploader=Uploader.of(PeopleApi(people_url, tokens["IdToken"])))

    return enter


@pytest.fixture(scope="module")
def anna(sign_in: Callable[[str], Someone]) -> Someone:
    return sign_in("anna@example.com")


@pytest.fixture(scope="module")
def bert(sign_in: Callable[[str], Someone]) -> Someone:
    return sign_in("bert@example.com")


def slug(answer: Answer) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.body
    return answer.status, str(answer.json()["type"]).rpartition(":")[2]


def test_a_person_is_answered(anna: Someone, test_split: Split) -> None:
    image = one_of_each(test_split)[3]
    answer = anna.uploader.api.predict([image.tolist()])
    assert answer.json()["predictions"][0]["digit"] == 3
    assert anna.uploader.api.model().status == 200


@pytest.mark.parametrize("token", [None, "nonsense", "a.b.c"])
@pytest.mark.parametrize(("method", "path"), [("GET", "/model"), ("POST", "/uploads"), ("GET", "/uploads/x")])
def test_without_a_valid_token_nobody_gets_in(people_url: str, token: str | None, method: str, path: str) -> None:
    body = b"{}" if method == "POST" else None
    answer = PeopleApi(people_url, token).request(method, path, body=body, headers={"Origin": ORIGIN})
    assert slug(answer) == (401, "not-signed-in")
    assert answer.headers["access-control-allow-origin"] == ORIGIN  # the page can say so


def test_a_token_whose_content_was_changed_lets_nobody_in(people_url: str, anna: Someone, bert: Someone) -> None:
    head, _, signature = anna.token.split(".")
    forged = ".".join([head, bert.token.split(".")[1], signature])
    assert PeopleApi(people_url, forged).model().status == 401


def test_a_signature_is_no_token(people_url: str, deployment: Deployment) -> None:
    assert ApiClient(people_url, deployment.session()).model().status == 401


def test_nobody_reads_the_upload_of_another(anna: Someone, bert: Someone, api: ApiClient, test_split: Split) -> None:
    job = anna.uploader.begin(picture_of(one_of_each(test_split)[6]))
    path = f"/uploads/{job['job_id']}"
    for stranger in (bert.uploader.api, api):
        assert slug(stranger.request("GET", path)) == (404, "no-such-upload")
    assert digits_of(anna.uploader.wait(job)) == [6]
    for stranger in (bert.uploader.api, api):
        assert slug(stranger.request("GET", path)) == (404, "no-such-upload")


def test_services_do_not_read_each_others_uploads(deployment: Deployment, api: ApiClient, caller: Any) -> None:
    outputs = stack_outputs(deployment, "api")
    everything = f"arn:aws:execute-api:us-east-1:123456789012:{outputs['ApiId']}/{outputs['StageName']}/*"
    other = caller({"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": everything})
    job = Uploader.of(other).ask().json()
    assert Uploader.of(other).status(job)["status"] == "PENDING"
    assert slug(api.request("GET", f"/uploads/{job['job_id']}")) == (404, "no-such-upload")


def connect(events: Address, token: str) -> RealTime:
    socket = RealTime(events, {"Authorization": token, "host": events.host})
    assert socket.ask(type="connection_init")["type"] == "connection_ack"
    return socket


def subscribe(socket: RealTime, channel: str, token: str) -> str:
    authorization = {"Authorization": token, "host": "localhost"}
    return str(socket.ask(type="subscribe", id=channel, channel=channel, authorization=authorization)["type"])


def test_only_the_owner_may_listen(anna: Someone, bert: Someone, events: Address) -> None:
    job = anna.uploader.ask().json()
    everybody, mine = "/predictions/*", job["channel"].rsplit("/", 1)[0] + "/*"
    with connect(events, bert.token) as socket:
        for channel in (job["channel"], mine, everybody, "/predictions", "/other/x/y"):
            assert subscribe(socket, channel, bert.token) == "subscribe_error", channel
    with connect(events, anna.token) as socket:
        assert subscribe(socket, everybody, anna.token) == "subscribe_error"
        assert subscribe(socket, job["channel"], anna.token) == "subscribe_success"


def test_nobody_but_the_worker_may_publish(anna: Someone, events: Address, caller: Any) -> None:
    channel = anna.uploader.ask().json()["channel"]
    assert events.publish(channel, [{"status": "DONE"}], {"Authorization": anna.token})[0] == 401
    assert events.publish(channel, [{"status": "DONE"}], {})[0] == 401
    credentials = caller()._session.get_credentials()
    assert events.publish(channel, [{}], credentials=credentials)[0] == 401


def test_only_pages_of_the_site_are_told_that_they_may_call(people_url: str, anna: Someone) -> None:
    api = PeopleApi(people_url, anna.token)
    asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    ours = api.request("OPTIONS", "/predictions", headers={"Origin": ORIGIN, **asking})
    assert (ours.status, ours.headers["access-control-allow-origin"]) == (204, ORIGIN)
    assert "Authorization" in ours.headers["access-control-allow-headers"]
    assert api.request("GET", "/model", headers={"Origin": ORIGIN}).headers["access-control-allow-origin"] == ORIGIN
