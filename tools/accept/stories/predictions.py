"""Golden digits through the API for services, as rows and as pictures; and what each bad request is answered with."""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Iterator
from typing import Any

from PIL import Image

from contract.digit import PIXEL_MAX, PIXELS, SIDE
from contract.manifest import read_manifest
from tools.accept.answers import expect_digits, expect_problem, predictions_of
from tools.accept.callers import service_caller
from tools.accept.golden import golden_digits
from tools.accept.stage import Stage
from tools.accept.story import Differs, Story, expect
from tools.api_client import ApiClient
from tools.deployment import api_url
from tools.pixels import png_of

WARM_SECONDS = 180
"""A serverless endpoint that nobody has called for a while needs up to minutes for its first answers."""
ROW = [0] * PIXELS
MIB = 1024 * 1024


def warm_up(stage: Stage) -> None:
    """Ask until the endpoint answers; a cold start is no difference."""
    stage.say("waiting for the first answer of the endpoint")
    stage.until(
        lambda: stage.api.predict([ROW]).status == 200, "POST /predictions is answered with 200", seconds=WARM_SECONDS
    )


def play_golden_digits(stage: Stage) -> None:
    """Rows, pictures of two formats, the card of the model, and the callers that are refused."""
    warm_up(stage)
    digits = golden_digits()
    expect_digits(digits, stage.api.predict(digits.tolist()), "ten golden digits as rows")
    for digit, image in enumerate(digits):
        answer = stage.api.predict_image(png_of(image))
        expect(digit, predictions_of(answer, "a PNG file")[0]["digit"], f"the digit of a PNG file of a {digit}")
    jpeg = stage.api.predict_image(_jpeg_of(digits[7]), content_type="image/jpeg")
    expect(7, predictions_of(jpeg, "a JPEG file")[0]["digit"], "the digit of a JPEG file of a 7")
    card, wanted = stage.api.model(), read_manifest(stage.deployment.manifest)
    expect(200, card.status, "the status of GET /model")
    expect(wanted.artifact.sha256, card.json()["sha256"], f"the model of {stage.deployment.manifest}")


def play_callers(stage: Stage) -> None:
    """Nobody without a signature or a right; each right is for its own route."""
    expect_problem_or_refusal(ApiClient(api_url(stage.deployment), None), "GET /model without a signature")
    expect_problem_or_refusal(service_caller(stage), "GET /model of a user without a right")
    reader = service_caller(stage, "GET/model")
    stage.until(lambda: reader.model().status == 200, "GET /model of a user who may call it is answered", seconds=60)
    expect(403, reader.predict([ROW]).status, "POST /predictions of a user who may call GET /model only")


def expect_problem_or_refusal(api: ApiClient, what: str) -> None:
    """Hold the answer to `GET /model` to a refusal."""
    answer = api.model()
    expect((403, "application/problem+json"), (answer.status, answer.headers.get("content-type")), what)


def play_bad_input(stage: Stage) -> None:
    """Each bad request, and the two sizes that end before the function."""
    warm_up(stage)
    for name, (body, content_type), status, slug in bad_requests():
        stage.say(name)
        answer = stage.api.request("POST", "/predictions", body=body, headers={"Content-Type": content_type})
        expect_problem(answer, status, slug, name)
    for mebibytes in (7, 11):
        name = f"a body of {mebibytes} MiB"
        stage.say(name)
        answer = stage.api.request(
            "POST", "/predictions", body=bytes(mebibytes * MIB), headers={"Content-Type": "image/png"}
        )
        # What Lambda and API Gateway refuse themselves has no problem document (docs/api.md).
        if answer.status != 413 or answer.headers.get("content-type") == "application/problem+json":
            raise Differs(f"{name}: 413 without a problem document", f"{answer.status} {answer.body[:200]!r}")


def bad_requests() -> Iterator[tuple[str, tuple[bytes, str], int, str]]:
    """A bad request of each kind: its name, body and type, and the status and the problem that answer it."""
    yield "not JSON", (b'{"instances": [[', "application/json"), 400, "invalid-json"
    yield "no body", (b"", "application/json"), 400, "malformed-request"
    yield "not a number", (b'{"instances": [[NaN]]}', "application/json"), 400, "invalid-json"
    yield "no instances", _json({}), 422, "wrong-structure"
    yield "another member", _json({"instances": [ROW], "model": "x"}), 422, "wrong-structure"
    yield "no rows", _json({"instances": []}), 422, "wrong-row-count"
    yield "too many rows", _json({"instances": [[0]] * 1001}), 422, "wrong-row-count"
    yield "783 values", _json({"instances": [ROW[1:]]}), 422, "wrong-length"
    yield "785 values", _json({"instances": [[7, *ROW]]}), 422, "wrong-length"
    for value in (256, -1, 0.5, True, "0"):
        yield f"a pixel {value!r}", _json({"instances": [[value, *ROW[1:]]]}), 422, "wrong-value"
    yield "CSV", (b"0,0,0", "text/csv"), 415, "unsupported-media-type"
    yield "GIF", (_picture("GIF"), "image/gif"), 415, "unsupported-media-type"
    yield "JPEG called PNG", (_picture("JPEG"), "image/png"), 415, "content-type-mismatch"
    yield "half a PNG", (_picture("PNG")[:60], "image/png"), 422, "unreadable-image"
    yield "not a picture", (b"hello", "image/png"), 415, "content-type-mismatch"
    yield "blank paper", (_picture("PNG"), "image/png"), 422, "blank-image"
    yield "an image bomb", (_bomb(), "image/png"), 413, "too-many-pixels"
    # Above the limit of the function, and in base64 still below the 6 MB that Lambda takes.
    yield "more than four megabytes", (bytes(4 * MIB + 1), "image/png"), 413, "body-too-large"


def _json(document: Any) -> tuple[bytes, str]:
    return json.dumps(document).encode(), "application/json"


def _picture(file_format: str) -> bytes:
    """White paper."""
    buffer = io.BytesIO()
    Image.new("L", (280, 280), PIXEL_MAX).save(buffer, format=file_format)
    return buffer.getvalue()


def _jpeg_of(digit: Any) -> bytes:
    buffer = io.BytesIO()
    picture = Image.fromarray(PIXEL_MAX - digit.reshape(SIDE, SIDE)).resize((560, 560)).convert("RGB")
    picture.save(buffer, format="JPEG", quality=80)
    return buffer.getvalue()


def _bomb() -> bytes:
    """A PNG file of 20,000 x 20,000 pixels, white, in less than a megabyte."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")

    header = (20_000).to_bytes(4, "big") * 2 + bytes([1, 0, 0, 0, 0])
    lines = zlib.compress(bytes(2501) * 20_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


PARTS = ("storage", "inference", "api")
STORIES = (
    Story(
        slug="golden-digits",
        sentence="ten test images are recognised as rows and as pictures, by the model of the manifest",
        needs=PARTS,
        seconds=300,
        usd=0.01,
        play=play_golden_digits,
    ),
    Story(
        slug="callers",
        sentence="nobody calls the API for services without a signature, and with one only what a policy allows",
        needs=PARTS,
        seconds=300,
        changes="two users of IAM with an access key each",
        play=play_callers,
    ),
    Story(
        slug="bad-input",
        sentence="each kind of bad request is refused with the status and the problem that the documents name",
        needs=PARTS,
        seconds=400,
        usd=0.01,
        play=play_bad_input,
    ),
)
