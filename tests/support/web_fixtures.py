"""The deployed page, somebody with an account, and a browser: a plugin of the end-to-end tests that need them.

People sign in once through the form; further pages get the tokens that the first one left in its sessionStorage.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, expect, sync_playwright

from tests.support.photographs import mnist_digits, stroke
from tests.support.web_browser import PATIENCE_MS, OpenPage, Person, launch, sign_in
from tools.deployment import Deployment, stack_outputs
from tools.site_publishing import site_url


@pytest.fixture(scope="session")
def site(deployment: Deployment) -> str:
    """Address of the published page."""
    return site_url(stack_outputs(deployment, "web")["SiteUrl"], deployment.variables["AWS_ENDPOINT_URL"])


@pytest.fixture(scope="session")
def add_person(deployment: Deployment) -> Callable[[Person, bool], None]:
    """Makes an account as an administrator does; its password is for the first time only, or for good."""
    cognito = deployment.client("cognito-idp")
    pool = stack_outputs(deployment, "identity")["UserPoolId"]

    def add(person: Person, for_good: bool) -> None:
        attributes = [{"Name": "email", "Value": person.email}, {"Name": "email_verified", "Value": "true"}]
        cognito.admin_create_user(
            UserPoolId=pool,
            Username=person.email,
            TemporaryPassword=person.password,
            MessageAction="SUPPRESS",
            UserAttributes=attributes,
        )
        if for_good:
            cognito.admin_set_user_password(
                UserPoolId=pool, Username=person.email, Password=person.password, Permanent=True
            )

    return add


@pytest.fixture(scope="session")
def person(add_person: Callable[[Person, bool], None]) -> Person:
    """Somebody with an account, another one for each process that runs tests."""
    ada = Person(email=f"ada-{os.getpid()}@example.com", password="Counts-to-9-in-her-sleep")
    add_person(ada, True)
    return ada


@pytest.fixture(scope="session")
def chromium() -> Iterator[BrowserType]:
    """What starts browsers."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="module")
def browser(chromium: BrowserType) -> Iterator[Browser]:
    """Chromium, one for each module."""
    with launch(chromium) as started:
        yield started


@pytest.fixture(scope="session")
def left_storage(chromium: BrowserType, site: str, person: Person) -> str:
    """What a signed-in page leaves in its sessionStorage, as JSON."""
    with launch(chromium) as browser:
        page = browser.new_page()
        page.goto(site)
        sign_in(page, person)
        page.get_by_role("heading", name="Draw a digit").wait_for()
        storage: str = page.evaluate("JSON.stringify({...sessionStorage})")
        return storage


@pytest.fixture
def open_page(browser: Browser, site: str, left_storage: str) -> Iterator[OpenPage]:
    """Opens the page in a window of its own, signed in unless told otherwise; nothing on it may break unseen."""
    contexts: list[BrowserContext] = []
    broken: list[str] = []

    def opened(*, signed_in: bool = True, **options: Any) -> Page:
        # Nothing moves: what is tested does not wait for it.
        context = browser.new_context(**{"reduced_motion": "reduce", **options})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.on("console", lambda message: broken.append(message.text) if "Security Policy" in message.text else None)
        if signed_in:
            # Before the first script runs, and only then: what is forgotten later stays so.
            fill = f"Object.assign(sessionStorage, {{filled: 1}}, {left_storage})"
            page.add_init_script(f"if (!sessionStorage.filled) {fill}")
        page.goto(site)
        if signed_in:
            page.get_by_role("heading", name="Draw a digit").wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert broken == []


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """The page, signed in, in a window as on a desk."""
    return open_page(viewport={"width": 1280, "height": 900})


@pytest.fixture(scope="session")
def photograph(workspace: Path) -> Path:
    """Three digits on paper, as a phone of 12 megapixels sees them: uneven light, noise, several megabytes."""
    images, labels = mnist_digits()
    paper = Image.new("L", (4000, 3000), 226)
    for place, digit in enumerate((7, 2, 4)):
        ink = stroke(images[int((labels == digit).argmax())], 1100)
        paper.paste(40, (500 + place * 1150, 900), ink)
    chance = np.random.default_rng(1)
    grey = np.asarray(paper, np.float32) * np.linspace(1, 0.85, 4000, dtype=np.float32)
    grey += chance.integers(-9, 10, grey.shape, dtype=np.int8)
    path = workspace / "photograph.jpg"
    Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)).convert("RGB").save(path, quality=88)
    assert path.stat().st_size > 2_000_000
    return path
