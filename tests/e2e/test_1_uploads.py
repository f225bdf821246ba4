"""Big images against what is deployed: forms that S3 holds callers to, results, their owners, and the push."""

from __future__ import annotations

import base64
import contextlib
import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from botocore.config import Config
from PIL import Image

from tests.e2e.conftest import one_of_each
from tests.support.event_apis import Address, RealTime
from tests.support.uploading import SECONDS, digits_of, is_empty, picture_of, until
from tools.api_client import ApiClient
from tools.deployment import Deployment, stack_outputs
from tools.upload_client import Uploader
from training.data.dataset import Split
from upload_jobs.jobs import Job
from uploads.upload_bucket import UploadBucket

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def uploader(api: ApiClient) -> Uploader:
    """A service that uploads."""
    return Uploader.of(api)


@pytest.fixture(scope="module")
def digits(test_split: Split) -> dict[int, Any]:
    return one_of_each(test_split)


@pytest.fixture
def listening(events: Address) -> Iterator[Any]:
    """A function that subscribes to a channel as the root user of the account."""
    with contextlib.ExitStack() as opened:

        def listen(channel: str) -> RealTime:
            socket = opened.enter_context(RealTime(events, events.sign("{}")))
            assert socket.ask(type="connection_init")["type"] == "connection_ack"
            signed = events.sign(json.dumps({"channel": channel}, separators=(",", ":")))
            told = socket.ask(type="subscribe", id="end", channel=channel, authorization=signed)
            assert told["type"] == "subscribe_success", told
            return socket

        yield listen


def next_event(socket: RealTime) -> dict[str, Any]:
    """The next event of the channel."""
    while (message := socket.receive(SECONDS))["type"] != "data":
        pass
    event: dict[str, Any] = json.loads(message["event"])
    return event


@pytest.mark.parametrize("file_format", ["PNG", "JPEG"])
def test_a_picture_of_one_digit_is_read(uploader: Uploader, digits: dict[int, Any], file_format: str) -> None:
    body = picture_of(digits[7], file_format=file_format)
    job = uploader.upload(body, f"image/{file_format.lower()}")
    assert digits_of(job) == [7]
    (digit,) = job["digits"]
    assert sum(digit["probabilities"]) == pytest.approx(1, abs=1e-4)
    assert (job["width"], job["height"]) == (320, 320)
    left, top, width, height = digit["box"]
    assert 0 <= left < left + width <= 320
    assert 0 <= top < top + height <= 320


def test_what_the_model_saw_is_shown(uploader: Uploader, api: ApiClient, digits: dict[int, Any]) -> None:
    (digit,) = uploader.upload(picture_of(digits[4]))["digits"]
    pixels = base64.b64decode(digit["pixels"])
    (again,) = api.predict([list(pixels)]).json()["predictions"]
    assert again["digit"] == digit["digit"] == 4
    assert again["probabilities"] == pytest.approx(digit["probabilities"], abs=1e-5)


def test_several_digits_are_read_in_order(uploader: Uploader, digits: dict[int, Any]) -> None:
    job = uploader.upload(picture_of(digits[3], digits[1], digits[4], scale=12))
    assert digits_of(job) == [3, 1, 4]
    lefts = [digit["box"][0] for digit in job["digits"]]
    assert lefts == sorted(lefts)


def test_a_job_begins_pending(uploader: Uploader) -> None:
    job = uploader.ask().json()
    assert uploader.status(job)["status"] == "PENDING"


BROKEN = {
    "not a picture": (b"hello", "content-type-mismatch"),
    "half a picture": (b"\x89PNG\r\n\x1a\n" + bytes(40), "unreadable-image"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_picture_fails_with_a_reason(uploader: Uploader, name: str) -> None:
    body, slug = BROKEN[name]
    job = uploader.upload(body)
    assert job["status"] == "FAILED"
    assert job["reason"]["type"] == f"urn:digits:problem:{slug}"
    assert job["reason"]["detail"]
    assert "digits" not in job


def test_blank_paper_fails_with_a_reason(uploader: Uploader) -> None:
    job = uploader.upload(picture_of(np.zeros(784, np.uint8)))
    assert (job["status"], job["reason"]["type"]) == ("FAILED", "urn:digits:problem:blank-image")


def test_a_file_that_is_too_large_is_refused_by_s3(uploader: Uploader) -> None:
    form = uploader.ask().json()["upload"]
    answer = uploader.send(form, bytes(25 * MIB + 1))
    assert (answer.status, b"<Code>EntityTooLarge</Code>" in answer.data) == (400, True), answer.data


def test_a_file_of_the_largest_size_is_taken(uploader: Uploader) -> None:
    answer = uploader.ask(size_bytes=25 * MIB)
    sent = uploader.send(answer.json()["upload"], b"\x89PNG\r\n\x1a\n" + bytes(25 * MIB - 8))
    assert sent.status == 204, sent.data
    assert uploader.wait(answer.json())["status"] == "FAILED"


CHANGED = {
    "another type": {"Content-Type": "text/html"},
    "another key": {"key": "uploads/somebody/else"},
    "a key above": {"key": "index.html"},
    "no encryption": {"x-amz-server-side-encryption": ""},
    "another user action": {"x-amz-meta-correlation-id": "forged"},
    "another signature": {"x-amz-signature": "0" * 64},
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_changed_form_is_refused_by_s3(uploader: Uploader, deployment: Deployment, name: str) -> None:
    job = uploader.ask().json()
    answer = uploader.send(job["upload"], b"x", **CHANGED[name])
    assert answer.status in {400, 403}, answer.data
    bucket = stack_outputs(deployment, "upload")["UploadBucketName"]
    key = {**job["upload"]["fields"], **CHANGED[name]}["key"]
    found = deployment.client("s3").list_objects_v2(Bucket=bucket, Prefix=key)
    assert found["KeyCount"] == 0


def test_a_form_that_is_too_old_is_refused_by_s3(uploader: Uploader, deployment: Deployment) -> None:
    key = f"uploads/late/{uuid.uuid4()}"
    s3: Any = deployment.session().create_client(
        "s3", endpoint_url=deployment.variables["AWS_ENDPOINT_URL"], config=Config(signature_version="s3v4")
    )
    name = stack_outputs(deployment, "upload")["UploadBucketName"]
    # The same form as that of the function, but good for no time at all.
    bucket = UploadBucket(s3, name, bytes_max=1000, url_seconds=-1)
    job = Job(
        job_id="late", owner="late", key=key, content_type="image/png", correlation_id="x",
        created_at=0, deadline_at=0, forgotten_at=0,
    )  # fmt: skip
    form = bucket.form(job)
    answer = uploader.send({"url": form.url, "fields": form.fields}, b"x")
    assert (answer.status, b"expired" in answer.data.lower()) == (403, True), answer.data


def test_the_end_is_pushed_to_the_owner(uploader: Uploader, digits: dict[int, Any], listening: Any) -> None:
    body = picture_of(digits[2])
    job = uploader.ask(size_bytes=len(body)).json()
    socket = listening(job["channel"])
    assert uploader.send(job["upload"], body).status == 204
    event = next_event(socket)
    assert (event["schema"], event["job_id"], event["status"]) == ("digits.upload-event/1", job["job_id"], "DONE")
    assert [digit["digit"] for digit in event["digits"]] == [2]
    assert "pixels" not in event["digits"][0]
    # Whoever was told can ask at once: the result is there before it is announced.
    assert digits_of(uploader.status(job)) == [2]


def test_a_failure_is_pushed_too(uploader: Uploader, listening: Any) -> None:
    job = uploader.ask().json()
    socket = listening(job["channel"])
    uploader.send(job["upload"], b"hello")
    event = next_event(socket)
    assert (event["status"], event["reason"]["type"]) == ("FAILED", "urn:digits:problem:content-type-mismatch")


def test_a_picture_sent_twice_with_one_form_ends_once(
    uploader: Uploader, deployment: Deployment, digits: dict[int, Any]
) -> None:
    first, second = picture_of(digits[5]), picture_of(digits[6])
    job = uploader.begin(first)
    assert uploader.send(job["upload"], second).status == 204
    ended = uploader.wait(job)
    assert digits_of(ended) in ([5], [6])
    # The other version is handled, too; it changes nothing.
    queue, sqs = stack_outputs(deployment, "upload")["QueueUrl"], deployment.client("sqs")
    until(lambda: is_empty(sqs, queue), SECONDS, "the queue is not empty")
    assert uploader.status(job) == ended


def test_many_at_once_all_end(uploader: Uploader, test_split: Split) -> None:
    bodies = [picture_of(image) for image in test_split.images[:24]]
    with ThreadPoolExecutor(8) as pool:
        jobs = list(pool.map(uploader.begin, bodies))
    ended = [uploader.wait(job) for job in jobs]
    right = [digits_of(job) == [int(label)] for job, label in zip(ended, test_split.labels, strict=False)]
    assert sum(right) >= 22


def test_a_photograph_of_twelve_megapixels_is_read(uploader: Uploader, digits: dict[int, Any], tmp_path: Any) -> None:
    paper = Image.new("RGB", (4000, 3000), (228, 226, 220))
    paper.paste((40, 44, 90), (1500, 1000), Image.fromarray(digits[7].reshape(28, 28)).resize((900, 900)))
    paper.save(tmp_path / "photograph.jpg", quality=90)
    job = uploader.upload((tmp_path / "photograph.jpg").read_bytes(), "image/jpeg")
    assert digits_of(job) == [7]
    assert (job["width"], job["height"]) == (4000, 3000)
