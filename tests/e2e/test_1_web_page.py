"""The page in a real browser: signing in, drawing, what is said when something fails, and that everybody can use it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, Route, expect

from contract.manifest import read_manifest
from tests.support.web_browser import SEVEN, OpenPage, Person, axe_violations, draw, scrolls_sideways, shows, sign_in
from tools.deployment import Deployment

pytest_plugins = ["tests.support.web_fixtures"]

FORGET_TOKENS = """
for (const key of Object.keys(sessionStorage)) if (key.startsWith("Cognito")) sessionStorage.removeItem(key);
"""
PREDICTIONS = re.compile("/predictions$")
CODE = "654321"
"""What the emulator, which sends no mail, takes for the code of a forgotten password."""


def answers_cross_origin(route: Route, status: int, retry_after: str) -> None:
    """Answer in place of the API, with what lets the page read it."""
    route.fulfill(
        status=status,
        json={
            "type": "urn:digits:problem:endpoint-unavailable",
            "title": "it cannot answer",
            "status": status,
        },
        headers={
            "Access-Control-Allow-Origin": route.request.headers["origin"],
            "Access-Control-Expose-Headers": "Retry-After",
            "Retry-After": retry_after,
        },
    )


def test_nothing_works_before_somebody_signs_in(open_page: OpenPage) -> None:
    page = open_page(signed_in=False)
    expect(page.get_by_text("Sign in to use this page")).to_be_visible()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    for heading in ("Draw a digit", "Send a picture", "This session", "The model"):
        expect(page.get_by_role("heading", name=heading)).to_be_hidden()


def test_a_wrong_password_is_told_in_a_sentence(open_page: OpenPage, person: Person) -> None:
    page = open_page(signed_in=False)
    sign_in(page, Person(email=person.email, password="Not-this-one-either-1"))
    expect(page.get_by_role("alert")).to_have_text("Incorrect e-mail or password.")
    expect(page.get_by_label("E-mail")).to_have_value(person.email)


@pytest.mark.exhaustive
def test_a_password_for_the_first_time_is_replaced(
    open_page: OpenPage, add_person: Callable[[Person, bool], None]
) -> None:
    newcomer = Person(email="newcomer@example.com", password="For-the-first-time-1")
    add_person(newcomer, False)
    page = open_page(signed_in=False)
    sign_in(page, newcomer)
    expect(page.get_by_role("heading", name="Choose a password")).to_be_visible()
    page.get_by_label("New password").fill("My-very-own-password-2")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("heading", name="Draw a digit")).to_be_visible()
    expect(page.get_by_text(newcomer.email)).to_be_visible()


def test_a_forgotten_password_is_replaced_with_a_code(
    open_page: OpenPage, add_person: Callable[[Person, bool], None]
) -> None:
    forgetful = Person(email="forgetful@example.com", password="Gone-from-memory-1")
    add_person(forgetful, True)
    page = open_page(signed_in=False)
    page.get_by_role("button", name="I forgot my password").click()
    page.get_by_label("E-mail").fill(forgetful.email)
    page.get_by_role("button", name="Send the code").click()
    expect(page.get_by_role("heading", name="Reset your password")).to_be_visible()
    page.get_by_label("New password").fill("Written-down-now-2")
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("alert")).to_have_text("Incorrect code.")
    page.get_by_label("Code").fill(CODE)
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("heading", name="Draw a digit")).to_be_visible()
    expect(page.get_by_text(forgetful.email)).to_be_visible()


@pytest.mark.exhaustive
def test_who_remembers_goes_back_to_signing_in(open_page: OpenPage, person: Person) -> None:
    page = open_page(signed_in=False)
    page.get_by_role("button", name="I forgot my password").click()
    assert axe_violations(page) == []
    page.get_by_role("button", name="Back to sign-in").click()
    sign_in(page, person)
    expect(page.get_by_role("heading", name="Draw a digit")).to_be_visible()


def test_a_drawn_seven_is_a_seven_and_asked_about_while_it_is_drawn(page: Page) -> None:
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if PREDICTIONS.search(request.url) else None)
    with page.expect_request(lambda request: request.method == "POST" and bool(PREDICTIONS.search(request.url))):
        draw(page, SEVEN[:4])
    draw(page, SEVEN[3:])
    shows(page, "#draw-answer .numeral", "7")
    shows(page, "#draw-answer", re.compile(r"A 7|Unsure: 7"))
    shows(page, "#draw-chart .best .column-digit", "7")
    posts = [request for request in asked if request.method == "POST"]
    assert 2 <= len(posts) <= 12
    for request in posts:
        headers = request.all_headers()
        assert re.fullmatch(r"[0-9a-f-]{36}", headers["x-correlation-id"])
        # Page and API are of different origins, so all of this went through CORS.
        assert headers["origin"] not in request.url


@pytest.mark.exhaustive
def test_the_keyboard_draws_as_well(page: Page) -> None:
    page.locator("#pad").focus()
    page.keyboard.press("Space")
    for _ in range(17):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    shows(page, "#draw-answer .numeral", "1")
    page.keyboard.press("Backspace")
    shows(page, "#draw-answer", "Nothing drawn yet")


@pytest.mark.exhaustive
def test_every_sample_is_read_as_what_it_is(page: Page) -> None:
    for digit in range(10):
        page.get_by_role("button", name=f"Draw a {digit}", exact=True).click()
        shows(page, "#draw-answer .numeral", str(digit))


def test_a_service_that_cannot_answer_is_asked_again_when_it_said(page: Page) -> None:
    failing = [True]

    def while_it_fails(route: Route) -> None:
        if route.request.method == "POST" and failing:
            answers_cross_origin(route, 503, "4")
        else:
            route.continue_()

    page.route(PREDICTIONS, while_it_fails)
    draw(page, SEVEN)
    problem = page.locator("#draw-problem")
    shows(page, "#draw-problem", "The model is not available at the moment. Trying again in 4 s.")
    problem.get_by_text("Details").click()
    expect(problem).to_contain_text(re.compile("report this id: [0-9a-f-]{36}"))
    failing.clear()
    shows(page, "#draw-answer .numeral", "7")
    expect(problem).to_be_hidden()


@pytest.mark.exhaustive
def test_a_model_that_takes_long_is_waited_for(page: Page) -> None:
    def slowly(route: Route) -> None:
        if route.request.method == "POST":
            page.wait_for_timeout(5000)
        route.continue_()

    page.route(PREDICTIONS, slowly)
    page.get_by_role("button", name="Draw a 7", exact=True).click()
    shows(page, "#draw-problem", "takes longer than usual")
    shows(page, "#draw-answer .numeral", "7")


@pytest.mark.exhaustive
def test_work_goes_on_when_the_network_is_back(page: Page) -> None:
    notice = page.locator("#notice")
    page.context.set_offline(True)
    expect(notice).to_contain_text("You are offline")
    draw(page, SEVEN)
    shows(page, "#draw-problem", "You are offline")
    expect(page.locator("#draw-answer")).to_have_text("Waiting for the model.")
    page.context.set_offline(False)
    shows(page, "#draw-answer .numeral", "7")
    expect(notice).to_be_hidden()


def test_a_session_that_ends_is_renewed_without_losing_the_drawing(page: Page, person: Person) -> None:
    page.evaluate(FORGET_TOKENS)
    draw(page, SEVEN)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Your session has ended")
    sign_in(page, person)
    expect(dialog).to_be_hidden()
    shows(page, "#draw-answer .numeral", "7")


@pytest.mark.exhaustive
def test_the_history_outlives_a_reload_and_gives_a_drawing_back(page: Page) -> None:
    draw(page, SEVEN)
    remembered = page.get_by_role("button", name=re.compile("Drawing: 7"))
    expect(remembered).to_be_visible()
    page.reload()
    shows(page, "#draw-answer", "Nothing drawn yet")
    remembered.click()
    shows(page, "#draw-answer .numeral", "7")


@pytest.mark.exhaustive
def test_a_drawing_that_is_cleared_at_once_is_in_the_history(page: Page) -> None:
    draw(page, SEVEN)
    shows(page, "#draw-answer .numeral", "7")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#draw-answer")).to_have_text("Nothing drawn yet.")
    expect(page.get_by_role("button", name=re.compile("Drawing: 7"))).to_be_visible()


def test_signing_out_forgets_everything(page: Page) -> None:
    draw(page, SEVEN)
    expect(page.get_by_role("button", name=re.compile("Drawing: 7"))).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert "Cognito" not in page.evaluate("Object.keys(sessionStorage).join()")
    assert page.evaluate("JSON.parse(sessionStorage.getItem('digits.history')).entries") == []
    page.reload()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_role("heading", name="Draw a digit")).to_be_hidden()


@pytest.mark.exhaustive
def test_the_card_of_the_model_is_that_of_the_manifest(page: Page, deployment: Deployment) -> None:
    manifest = read_manifest(deployment.manifest)
    card = page.locator("#model")
    expect(card).to_contain_text(manifest.artifact.sha256[:12])
    expect(card).to_contain_text(f"{manifest.metrics.accuracy:.2%}".replace("%", " %"))
    expect(card).to_contain_text(f"{manifest.data.counts['train']:,}")


@pytest.mark.exhaustive
def test_the_theme_can_be_chosen_and_is_remembered(page: Page) -> None:
    colour = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(colour)
    page.get_by_role("button", name="Dark mode").click()
    dark = page.evaluate(colour)
    expect(page.get_by_role("button", name="Light mode")).to_be_visible()
    page.reload()
    assert light != dark == page.evaluate(colour)


def test_axe_finds_nothing_wrong_before_signing_in(open_page: OpenPage) -> None:
    page = open_page(signed_in=False)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert axe_violations(page) == []


def test_a_narrow_phone_shows_everything_without_scrolling_sideways(open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True)
    page.get_by_role("button", name="Draw a 4", exact=True).tap()
    shows(page, "#draw-answer .numeral", "4")
    assert not scrolls_sideways(page)
    expect(page.get_by_text("Take a photo")).to_be_visible()
    hint = page.locator("#pad-help")
    assert hint.evaluate("hint => hint.offsetHeight") == 1
    page.keyboard.press("Tab")
    page.locator("#pad").focus()
    assert hint.evaluate("hint => hint.offsetHeight") > 20
    sizes = page.locator("button:visible, .button:visible").evaluate_all(
        "all => all.map((each) => Math.min(each.offsetHeight, each.offsetWidth))"
    )
    assert min(sizes) >= 43


def test_without_uploads_there_is_nothing_to_send_pictures_to(page: Page) -> None:
    def without_uploads(route: Route) -> None:
        route.fulfill(json={**route.fetch().json(), "events_url": None, "upload_bytes_max": None})

    page.route("**/config.json", without_uploads)
    page.reload()
    expect(page.get_by_role("heading", name="Draw a digit")).to_be_visible()
    expect(page.get_by_role("heading", name="Send a picture")).to_be_hidden()
    draw(page, SEVEN)
    shows(page, "#draw-answer .numeral", "7")


def test_a_small_phone_shows_the_bars_below_the_drawing_area(open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True)
    for part in ("#pad", "#draw-answer", "#draw-chart", "#clear"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)
