"""The example in docs/reviewing.md is what the tool says of two small templates."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.review.comment import MARKER, as_markdown
from tools.review.review import review_folders

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = ROOT / "tests/fixtures/review"
BEGIN, END = "<!-- example -->", "<!-- end of the example -->"


def test_the_example_is_what_the_tool_says() -> None:
    found = review_folders(TEMPLATES / "base", TEMPLATES / "head", manifest=Path("models/current.json"))
    comment = as_markdown(found, "main").removeprefix(MARKER)
    text = (ROOT / "docs/reviewing.md").read_text(encoding="utf-8")
    # The page has shorter lines, and its own headings around.
    assert text.partition(BEGIN)[2].partition(END)[0].split() == comment.replace("## ", "#### ").split()
