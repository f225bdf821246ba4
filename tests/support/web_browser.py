"""A person at the web page: Chromium as the tests start it, and what a hand does there."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserType, Page

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
SCREENSHOTS = ROOT / "build/screenshots"

# A sandbox needs a user who is not root; the others keep Chromium from calling home.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

PROGRAMS = ("chromium", "google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")

SEVEN = ((0.28, 0.24), (0.45, 0.23), (0.70, 0.22), (0.60, 0.45), (0.50, 0.68), (0.45, 0.84))
"""A 7 as a hand draws it, in parts of the paper's side."""

PATIENCE_MS = 60_000
"""For what must come: long enough for a slow machine that runs other tests, too."""

OpenPage = Callable[..., Page]
"""Opens the page in a window of its own; takes the options of a browser context, and `signed_in`."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with an account."""

    email: str
    password: str


def launch(chromium: BrowserType) -> Browser:
    """Start the Chromium of the system; Playwright brings none."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    assert program, f"none of {', '.join(PROGRAMS)} on this machine; on Debian: apt install chromium"
    return chromium.launch(executable_path=program, args=list(FLAGS))


def sign_in(page: Page, person: Person) -> None:
    """Fill in the form and send it."""
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password").fill(person.password)
    page.get_by_role("button", name="Sign in").click()


def draw(page: Page, corners: Sequence[tuple[float, float]]) -> None:
    """Draw one stroke with the mouse, with as many small movements as a hand makes."""
    box = page.locator("#pad").bounding_box()
    assert box
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=8)
        page.wait_for_timeout(40)
    page.mouse.up()


def choose(page: Page, *files: Path | dict[str, object]) -> None:
    """Choose pictures as with the file dialog."""
    page.locator("#choose").set_input_files(files)  # type: ignore[arg-type]


def shows(page: Page, selector: str, text: str | re.Pattern[str]) -> None:
    """Wait until an element is there with a text in it; looks more often than `expect` does."""
    page.locator(selector).filter(has_text=text).wait_for(timeout=PATIENCE_MS)


def axe_violations(page: Page) -> list[str]:
    """What axe-core finds wrong with the page as it is now, one line each."""
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def scrolls_sideways(page: Page) -> bool:
    """Whether something on the page is wider than the window."""
    wide: bool = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return wide
