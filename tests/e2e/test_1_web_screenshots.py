"""How the page looks with a drawing and a picture on it: two screenshots for people in `build/screenshots`, and axe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserType, expect

from tests.support.web_browser import (
    SCREENSHOTS,
    SEVEN,
    OpenPage,
    axe_violations,
    choose,
    draw,
    launch,
    scrolls_sideways,
)

pytest_plugins = ["tests.support.web_fixtures"]


@pytest.fixture
def browser(chromium: BrowserType) -> Iterator[Browser]:
    """A new one for each picture: later windows of a Chromium show headings in another font."""
    with launch(chromium) as started:
        yield started


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("desktop-light", {"viewport": {"width": 1280, "height": 1750}, "color_scheme": "light"}),
        pytest.param(
            "phone-dark",
            {
                "viewport": {"width": 390, "height": 2750},
                "color_scheme": "dark",
                "has_touch": True,
                "is_mobile": True,
                "device_scale_factor": 2,
            },
            marks=pytest.mark.exhaustive,
        ),
    ],
)
def test_it_looks_as_it_should(open_page: OpenPage, photograph: Path, name: str, options: dict[str, object]) -> None:
    page = open_page(**options)
    draw(page, SEVEN)
    choose(page, photograph)
    expect(page.locator("#result .decoded")).to_have_count(3)
    expect(page.get_by_role("button", name=re.compile("Picture: 7 2 4"))).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Drawing: 7"))).to_be_visible()
    assert axe_violations(page) == []
    assert not scrolls_sideways(page)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")
