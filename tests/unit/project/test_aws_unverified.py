"""Every belief about AWS says its source, the story that would show it, and what to do where it differs."""

from __future__ import annotations

import re
from pathlib import Path

from tools.accept.stories import STORIES

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs/aws-unverified.md"
MEMBERS = ("Belief", "Source", "Story", "If it differs")


def test_every_entry_is_whole() -> None:
    _, *entries = re.split(r"^### ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert len(entries) > 15
    for entry in entries:
        title, _, text = entry.partition("\n")
        found = re.findall(r"^- \*\*([^*]+):\*\*", text, flags=re.MULTILINE)
        assert tuple(found) == MEMBERS, title
        story = re.search(r"\*\*Story:\*\* (.+)", text)
        assert story, title
        assert re.match(r"`[a-z-]+`", story[1]), title


def test_every_story_that_is_named_exists() -> None:
    lines = re.findall(r"\*\*Story:\*\* (.+)", PAGE.read_text(encoding="utf-8"))
    named = {slug for line in lines for slug in re.findall(r"`([a-z-]+)`", line)}
    assert named - {story.slug for story in STORIES} == set()


def test_every_file_that_is_named_exists() -> None:
    named = re.findall(r"`([a-z_]+/[\w/.-]+\.(?:py|json))`", PAGE.read_text(encoding="utf-8"))
    assert named
    assert [path for path in named if not (ROOT / path).is_file()] == []


def test_every_entry_has_a_name_of_its_own() -> None:
    titles = re.findall(r"^### (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert [title for title in titles if not re.fullmatch(r"[a-z-]+", title)] == []
    assert len(set(titles)) == len(titles)
