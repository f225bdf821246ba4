"""A picture on its way: uploaded, read, pushed to its owner and asked for, and refused to a stranger."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from contract.digit import PIXELS
from contract.upload_layout import KEY_PREFIX
from tools.accept.answers import digits_of, expect_problem
from tools.accept.callers import service_caller
from tools.accept.channel import Listener, channel_body, signed
from tools.accept.golden import golden_digits
from tools.accept.stage import Stage
from tools.accept.stories.predictions import warm_up
from tools.accept.story import Differs, Story, expect
from tools.pixels import png_of, row_of
from tools.upload_client import Uploader

WRITTEN = (7, 2, 4)
MIB = 1024 * 1024
BROKEN = {
    "not a picture": (b"hello", "content-type-mismatch"),
    "half a picture": (b"\x89PNG\r\n\x1a\n" + bytes(40), "unreadable-image"),
    "blank paper": (png_of(np.zeros(PIXELS, np.uint8)), "blank-image"),
}
FORGED = {
    "another type": {"Content-Type": "text/html"},
    "another key": {"key": f"{KEY_PREFIX}somebody/else"},
    "a key above": {"key": "index.html"},
    "another id of the user action": {"x-amz-meta-correlation-id": "forged"},
    "no encryption": {"x-amz-server-side-encryption": ""},
    "another signature": {"x-amz-signature": "0" * 64},
}
"""Fields of the form that a caller might change."""


def play_upload(stage: Stage) -> None:
    """Upload a picture of three digits while listening, ask for the result, and let a stranger ask."""
    warm_up(stage)
    uploader, body = Uploader.of(stage.api), row_of(golden_digits()[list(WRITTEN)])
    stage.say("uploading a picture of three digits")
    job = _begin(uploader, body)
    with Listener(stage, signed(stage, "{}")) as listener:
        expect("connection_ack", listener.greeting, "connecting to the Event API with a signature")
        told = listener.subscribe(job["channel"], signed(stage, channel_body(job["channel"])))
        expect("subscribe_success", told, f"subscribing to {job['channel']}")
        expect(204, uploader.send(job["upload"], body).status, "the status of S3")
        event = listener.next_event()
    expect((job["job_id"], "DONE"), (event["job_id"], event["status"]), "the event that was pushed")
    expect(list(WRITTEN), [each["digit"] for each in event["digits"]], "the digits that were pushed")
    # Whoever was told can ask at once: the result is there before it is announced.
    ended = uploader.status(job)
    expect(list(WRITTEN), digits_of(ended), "the digits that were asked for")
    _expect_the_same_again(stage, ended)
    _expect_strangers_refused(stage, job)


def _begin(uploader: Uploader, body: bytes) -> dict[str, Any]:
    answer = uploader.ask(size_bytes=len(body))
    expect(201, answer.status, f"the status of POST /uploads, {answer.body[:200]!r}")
    job: dict[str, Any] = answer.json()
    expect("PENDING", uploader.status(job)["status"], "the status of a job whose picture was not sent")
    return job


def _expect_the_same_again(stage: Stage, ended: dict[str, Any]) -> None:
    """What the worker says that the model saw is the same digit through the other API."""
    for digit in ended["digits"]:
        pixels = base64.b64decode(digit["pixels"])
        (again,) = stage.api.predict([list(pixels)]).json()["predictions"]
        expect(digit["digit"], again["digit"], "the digit of the pixels that the model saw, through POST /predictions")


def _expect_strangers_refused(stage: Stage, job: dict[str, Any]) -> None:
    stage.say("asking for it as another service")
    stranger = service_caller(stage, "*")
    stage.until(lambda: stranger.model().status == 200, "another service may call the API", seconds=60)
    answer = stranger.request("GET", f"/uploads/{job['job_id']}")
    expect_problem(answer, 404, "no-such-upload", "a stranger who asks for the upload")


def play_bad_uploads(stage: Stage) -> None:
    """Files that cannot be read, one that is too large, and forms that were changed."""
    uploader = Uploader.of(stage.api)
    for name, (body, slug) in BROKEN.items():
        stage.say(name)
        job = uploader.upload(body)
        expect("FAILED", job["status"], f"the end of the upload: {name}")
        expect(f"urn:digits:problem:{slug}", job["reason"]["type"], f"the reason: {name}")
    large = uploader.send(uploader.ask().json()["upload"], bytes(stage.settings.upload.bytes_max + 1))
    if (large.status, b"<Code>EntityTooLarge</Code>" in large.data) != (400, True):
        raise Differs("a file that is too large: 400 EntityTooLarge", f"{large.status} {large.data[:200]!r}")
    for name, changes in FORGED.items():
        stage.say(f"a form with {name}")
        sent = uploader.send(uploader.ask().json()["upload"], b"x", **changes)
        if sent.status not in {400, 403}:
            raise Differs(f"a form with {name}: refused by S3", f"{sent.status} {sent.data[:200]!r}")


PARTS = ("storage", "inference", "upload", "api")
STORIES = (
    Story(
        slug="upload",
        sentence="a picture that is uploaded is read, pushed to its owner, told when asked for, and to nobody else",
        needs=PARTS,
        seconds=600,
        usd=0.01,
        changes="an upload, which is forgotten after a day; a user of IAM with an access key",
        play=play_upload,
    ),
    Story(
        slug="bad-uploads",
        sentence="an upload that cannot be read fails with its reason, and S3 takes nothing but what the form says",
        needs=PARTS,
        seconds=600,
        usd=0.01,
        changes="uploads, which are forgotten after a day",
        play=play_bad_uploads,
    ),
)
