"""Every error of docs/troubleshooting.md is one that a program of ours says, or another program that is named."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("contract", "stacks", "tools", "training", "packages/sagemaker-local/src")
OTHERS = {"npm", "AWS"}
HEADINGS = re.findall(r"^### `(.+)`(?: \((.+)\))?$", (ROOT / "docs/troubleshooting.md").read_text(), re.MULTILINE)


@cache
def _sources() -> str:
    """Our programs as one text, in which sentences that go over several lines are whole."""
    paths = [ROOT / "Makefile", *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))]
    joined = " ".join(" ".join(path.read_text(encoding="utf-8").split()) for path in paths)
    return re.sub(r'" f?"', "", joined)


@pytest.mark.parametrize(("text", "program"), HEADINGS)
def test_somebody_says_it(text: str, program: str) -> None:
    assert program in OTHERS if program else text in _sources()


def test_twenty_at_least() -> None:
    assert len(HEADINGS) >= 20
