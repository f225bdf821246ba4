"""The worker's adapters against services: which picture it fetches, what it makes of errors, whether it was heard."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from botocore.session import Session
from botocore.stub import Stubber

from gateway.problems import ProblemError
from tests.support.emulator import REGION, Emulator, free_port
from tests.support.event_apis import ROOT, Address, RealTime
from tests.support.upload_fakes import JOB
from upload_jobs.jobs import Status
from upload_worker.announcer import AppSyncAnnouncer
from upload_worker.messages import Upload
from upload_worker.picture_store import PictureStore
from upload_worker.retries import RetryQueue

pytestmark = pytest.mark.slow

BUCKET = "fetched-pictures"
IAM = [{"authType": "AWS_IAM"}]
REFUSING = """
export function onPublish(ctx) {
  return ctx.events.map((event) => event.payload.status === 'FAILED' ? { ...event, error: 'not this one' } : event);
}
"""
DONE = replace(JOB, status=Status.DONE, outcome={"model": "abababababab", "digits": [{"digit": 7, "pixels": "AA=="}]})
FAILED = replace(JOB, status=Status.FAILED, outcome={"reason": {"type": "urn:digits:problem:blank-image"}})


@pytest.fixture(scope="module")
def versions(emulator: Emulator) -> list[str]:
    """Two versions of a picture in a bucket."""
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    answers = [s3.put_object(Bucket=BUCKET, Key="key", Body=b, ContentType="image/png") for b in (b"first", b"second")]
    return [answer["VersionId"] for answer in answers]


def store(emulator: Emulator, bytes_max: int = 100) -> PictureStore:
    return PictureStore(emulator.client("s3"), bytes_max=bytes_max)


def test_the_version_that_was_told_of_is_fetched(emulator: Emulator, versions: list[str]) -> None:
    for version, body in zip(versions, (b"first", b"second"), strict=True):
        picture = store(emulator).fetch(Upload(bucket=BUCKET, key="key", version=version))
        assert (picture.body, picture.content_type) == (body, "image/png")
    assert store(emulator).fetch(Upload(bucket=BUCKET, key="key", version="")).body == b"second"


def test_what_is_gone_or_too_large_is_final(emulator: Emulator, versions: list[str]) -> None:
    with pytest.raises(ProblemError, match="upload-gone"):
        store(emulator).fetch(Upload(bucket=BUCKET, key="nothing", version=""))
    with pytest.raises(ProblemError, match="the picture has 5 bytes; 4 are allowed"):
        store(emulator, bytes_max=4).fetch(Upload(bucket=BUCKET, key="key", version=versions[0]))


@pytest.mark.parametrize("code", ["SlowDown", "InternalError", "AccessDenied"])
def test_other_errors_of_s3_may_pass(emulator: Emulator, code: str) -> None:
    s3 = emulator.client("s3")
    with Stubber(s3) as stub:
        stub.add_client_error("get_object", service_error_code=code)
        with pytest.raises(ProblemError, match="storage-unavailable"):
            PictureStore(s3, bytes_max=100).fetch(Upload(bucket=BUCKET, key="key", version=""))


def test_a_message_is_put_away_and_what_cannot_be_is_no_error(emulator: Emulator) -> None:
    sqs = emulator.client("sqs")
    url = sqs.create_queue(QueueName="put-away")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="hello")
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    queue = RetryQueue(sqs, url)
    assert queue.deliver_again(message["ReceiptHandle"], 0) is True
    (again,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert again["MessageId"] == message["MessageId"]
    assert RetryQueue(sqs, f"{url}-of-nobody").deliver_again("handle", 0) is False


@pytest.fixture(scope="module")
def api(emulator: Emulator) -> dict[str, Any]:
    """An Event API whose handler refuses to tell of failures."""
    appsync = emulator.client("appsync")
    modes = ("authProviders", "connectionAuthModes", "defaultPublishAuthModes", "defaultSubscribeAuthModes")
    made: dict[str, Any] = appsync.create_api(name="announced", eventConfig=dict.fromkeys(modes, IAM))["api"]
    appsync.create_channel_namespace(apiId=made["apiId"], name="predictions", codeHandlers=REFUSING)
    return made


def announcer(host: str, url: str) -> AppSyncAnnouncer:
    session = Session()
    session.set_config_variable("region", REGION)
    session.set_credentials(ROOT.access_key, ROOT.secret_key)
    return AppSyncAnnouncer(session, host, endpoint_url=url)


@contextmanager
def listening(emulator: Emulator, api: dict[str, Any], channel: str) -> Iterator[RealTime]:
    address = Address.by_path(emulator.port, api["apiId"])
    with RealTime(address, address.sign("{}")) as socket:
        assert socket.ask(type="connection_init")["type"] == "connection_ack"
        signed = address.sign(json.dumps({"channel": channel}, separators=(",", ":")))
        asked = socket.ask(type="subscribe", id="1", channel=channel, authorization=signed)
        assert asked["type"] == "subscribe_success"
        yield socket


def test_an_end_is_announced_without_its_pixels(emulator: Emulator, api: dict[str, Any]) -> None:
    made = announcer(api["dns"]["HTTP"], emulator.url)
    with listening(emulator, api, DONE.channel) as socket:
        assert made.announce(DONE) is None
        event = json.loads(socket.receive()["event"])
    assert (event["schema"], event["job_id"], event["status"]) == ("digits.upload-event/1", JOB.job_id, "DONE")
    assert event["digits"] == [{"digit": 7}]


def test_an_event_that_a_handler_refuses_was_not_announced(emulator: Emulator, api: dict[str, Any]) -> None:
    made = announcer(api["dns"]["HTTP"], emulator.url)
    failure = made.announce(FAILED)  # AppSync answers 200 all the same
    assert failure is not None
    assert "not this one" in failure


@pytest.mark.parametrize("name", ["another API", "nobody there"])
def test_an_announcement_that_fails_says_why_and_is_no_error(emulator: Emulator, name: str) -> None:
    url = emulator.url if name == "another API" else f"http://127.0.0.1:{free_port()}"
    made = announcer(f"nothing.appsync-api.{REGION}.amazonaws.com", url)
    assert made.announce(DONE)
