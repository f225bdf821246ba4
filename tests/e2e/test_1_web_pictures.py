"""Pictures sent from the page in a real browser: the result by push, and without it; and every way it can go wrong."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Dialog, Page, Route, WebSocketRoute, expect

from tests.support.photographs import mnist_digits
from tests.support.web_browser import OpenPage, choose, scrolls_sideways, shows

pytest_plugins = ["tests.support.web_fixtures"]

INKED_PIXELS = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, 28, 28);
  return data.filter((value, at) => at % 4 === 3 && value > 0).length;
}"""
STATUS = re.compile("/uploads/[0-9a-f-]+$")
UPLOADS = re.compile("/uploads$")
BUCKET = re.compile("inbox")
REALTIME = re.compile("/event/realtime")


def png(name: str, body: bytes) -> dict[str, object]:
    return {"name": name, "mimeType": "image/png", "buffer": body}


def small_picture(wanted: int = 7) -> dict[str, object]:
    images, labels = mnist_digits()
    buffer = io.BytesIO()
    digit = 255 - images[int((labels == wanted).argmax())]
    Image.fromarray(np.pad(digit, 10, constant_values=255)).resize((480, 480)).save(buffer, "PNG")
    return png(f"a-{wanted}.png", buffer.getvalue())


def deaf(socket: WebSocketRoute) -> None:
    """Let everything pass but the event itself."""
    server = socket.connect_to_server()
    server.on_message(lambda message: None if '"data"' in str(message) else socket.send(message))


def test_a_photograph_of_twelve_megapixels_is_answered_by_push(page: Page, photograph: Path) -> None:
    # Asking is impossible, so whatever the page shows came by push.
    page.route(STATUS, lambda route: route.abort())
    choose(page, photograph)
    shows(page, "#steps", "Result received by push")
    shows(page, "#result-title", "7 2 4")
    expect(page.locator("#result .tile")).to_have_count(3)
    expect(page.locator("#result .decoded")).to_have_count(0)
    expect(page.locator(".boxes rect")).to_have_count(3)


@pytest.mark.exhaustive
def test_without_a_push_the_page_asks_and_shows_what_the_model_saw(page: Page, photograph: Path) -> None:
    page.route_web_socket(REALTIME, lambda socket: socket.close())
    choose(page, photograph)
    shows(page, "#steps", "Result received by polling")
    shows(page, "#result-title", "7 2 4")
    expect(page.locator("#result .decoded")).to_have_count(3)
    inked = page.locator("#result .decoded").first.evaluate(INKED_PIXELS)
    assert 30 < inked < 300
    page.get_by_role("button", name=re.compile("^2 [0-9]+ %")).click()
    shows(page, "#result", "Digit 2 of 3. A 2")
    expect(page.get_by_role("button", name=re.compile("Picture: 7 2 4"))).to_be_visible()


def test_a_push_that_never_comes_loses_nothing(page: Page) -> None:
    page.route_web_socket(REALTIME, deaf)
    choose(page, small_picture())
    shows(page, "#steps", "Result received by polling")
    shows(page, "#result-title", "7")


def test_a_text_that_calls_itself_a_picture_is_not_sent(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if UPLOADS.search(request.url) else None)
    choose(page, png("seven.png", b"this is a shopping list"))
    shows(page, "#picture-problem", "This is not a PNG or JPEG picture.")
    assert asked == []


@pytest.mark.exhaustive
def test_a_picture_that_is_too_large_is_not_sent(page: Page, workspace: Path) -> None:
    large = workspace / "large.png"
    with large.open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        file.truncate(26_214_401 + 2**20)
    choose(page, large)
    shows(page, "#picture-problem", "This picture has 26 MB; the limit is 25 MB.")


@pytest.mark.exhaustive
def test_a_damaged_picture_is_told_in_a_sentence(page: Page, photograph: Path) -> None:
    damaged = photograph.read_bytes()[:4000]
    choose(page, {"name": "half.jpg", "mimeType": "image/jpeg", "buffer": damaged})
    shows(page, "#picture-problem", "The picture cannot be decoded")
    expect(page.get_by_role("button", name="Picture: failed")).to_be_visible()


@pytest.mark.exhaustive
def test_a_refusal_of_the_store_is_told_in_a_sentence(page: Page) -> None:
    def refuse(route: Route) -> None:
        route.fulfill(
            status=400,
            body="<Error><Code>EntityTooLarge</Code><Message>Your proposed upload is too large</Message></Error>",
            headers={"Access-Control-Allow-Origin": "*", "Content-Type": "application/xml"},
        )

    page.route(BUCKET, refuse)
    choose(page, small_picture())
    problem = page.locator("#picture-problem")
    shows(page, "#picture-problem", "The upload was rejected: the file is too large.")
    problem.get_by_text("Details").click()
    expect(problem).to_contain_text(re.compile("report this id: [0-9a-f-]{36}"))


@pytest.mark.exhaustive
def test_a_job_without_a_result_in_time_can_be_tried_again(page: Page) -> None:
    ended: list[str] = []

    def end(route: Route) -> None:
        if ended or route.request.method != "GET":
            route.continue_()
            return
        ended.append(route.request.url)
        reason = {"type": "urn:digits:problem:upload-expired", "title": "there was no result in time"}
        headers = {"Access-Control-Allow-Origin": route.request.headers["origin"]}
        route.fulfill(json={"status": "EXPIRED", "reason": reason}, headers=headers)

    page.route_web_socket(REALTIME, lambda socket: socket.close())
    page.route(STATUS, end)
    choose(page, small_picture())
    shows(page, "#picture-problem", "There was no result in time.")
    page.get_by_role("button", name="Try again").click()
    shows(page, "#result-title", "7")


def test_an_upload_that_broke_is_sent_again_by_itself(page: Page) -> None:
    broken: list[str] = []

    def break_once(route: Route) -> None:
        if broken:
            route.continue_()
        else:
            broken.append(route.request.url)
            route.abort("connectionreset")

    page.route(BUCKET, break_once)
    choose(page, small_picture())
    shows(page, "#result-title", "7")
    assert len(broken) == 1


@pytest.mark.exhaustive
def test_a_picture_of_nothing_is_told_and_can_be_followed_by_another(page: Page) -> None:
    buffer = io.BytesIO()
    Image.new("L", (300, 300), 255).save(buffer, "PNG")
    choose(page, png("white.png", buffer.getvalue()))
    shows(page, "#picture-problem", "nothing stands out")
    expect(page.locator("#steps .failed")).to_have_text("Recognition failed")
    expect(page.locator("#steps")).not_to_contain_text("Digits recognised")
    choose(page, small_picture())
    shows(page, "#result-title", "7")
    expect(page.locator("#picture-problem")).to_be_hidden()


@pytest.mark.exhaustive
def test_pictures_that_are_chosen_together_are_read_in_turn(page: Page) -> None:
    choose(page, small_picture(7), small_picture(4))
    expect(page.locator("#picture-name")).to_have_text("Picture 1 of 2: a-7.png")
    shows(page, "#picture-name", "Picture 2 of 2: a-4.png")
    shows(page, "#result-title", "4")
    labels = page.locator("#history .memory-label")
    expect(labels).to_have_text(["4", "7"])


def test_a_picture_that_was_sent_is_waited_for_after_a_reload(page: Page) -> None:
    def pending(route: Route) -> None:
        headers = {"Access-Control-Allow-Origin": route.request.headers["origin"]}
        route.fulfill(json={"status": "PENDING"}, headers=headers)

    page.route_web_socket(REALTIME, deaf)
    page.route(STATUS, pending)
    choose(page, small_picture())
    shows(page, "#steps", "Recognising the digits")
    page.reload()
    shows(page, "#picture-name", "a-7.png")
    expect(page.locator("#preview-image")).to_be_visible()
    page.unroute(STATUS)
    shows(page, "#result-title", "7")
    expect(page.get_by_role("button", name="Picture: 7")).to_be_visible()
    expect(page.locator("#history img")).to_have_count(1)
    assert page.evaluate("JSON.parse(sessionStorage.getItem('digits.pending')).notes") == []


@pytest.mark.exhaustive
def test_leaving_before_a_picture_is_sent_asks_first_and_says_what_is_lost(page: Page) -> None:
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.route(BUCKET, lambda _: None)
    # Browsers ask only where somebody has done something.
    page.locator("#picture-title").click()
    choose(page, small_picture())
    shows(page, "#steps .now", "Uploading")
    page.reload()
    assert asked == ["beforeunload"]
    shows(page, "#picture-problem", "The page was closed before this picture was sent")
    expect(page.locator("#steps .failed")).to_have_text(re.compile("Upload of .* failed"))
    expect(page.get_by_role("button", name="Picture: failed")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Picture: failed")).to_be_visible()
    assert asked == ["beforeunload"]


@pytest.mark.exhaustive
def test_a_page_of_digits_does_not_make_the_page_endless_on_a_phone(open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True)
    found = {"digit": 7, "probability": 0.9, "probabilities": [0.1, *[0.0] * 6, 0.9, 0.0, 0.0], "box": [1, 1, 9, 9]}

    def many(route: Route) -> None:
        headers = {"Access-Control-Allow-Origin": route.request.headers["origin"]}
        route.fulfill(json={"status": "DONE", "width": 480, "height": 480, "digits": [found] * 99}, headers=headers)

    page.route(STATUS, many)
    choose(page, small_picture())
    expect(page.locator("#result .tile")).to_have_count(99)
    assert page.locator("#result").evaluate("result => result.offsetHeight") < 2 * 640
    assert not scrolls_sideways(page)
    assert page.locator("#result .tile").first.evaluate("tile => Math.min(tile.offsetHeight, tile.offsetWidth)") >= 43
