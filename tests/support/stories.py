"""Play a story of the acceptance run in a test, and hold it to what the emulator can show."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from stacks.settings import LOCAL
from tools.accept.playing import play
from tools.accept.story import Outcome, Story
from tools.deployment import Deployment

NOT_EMULATED = {"notebook-idle-stop", "push-logs"}
"""Stories of what the emulator does not do; they say so themselves."""


def as_parameters(stories: Iterable[Story], *, exhaustive: Iterable[str] = ()) -> list[object]:
    """Parameters of a test, of which some are exhaustive."""
    left = set(exhaustive)
    return [
        pytest.param(story, id=story.slug, marks=[pytest.mark.exhaustive] if story.slug in left else [])
        for story in stories
    ]


def assert_held(story: Story, deployment: Deployment) -> None:
    """Play the story: it held and left nothing behind, or is one of those that the emulator cannot show."""
    result = play(story, deployment, LOCAL)
    assert result.outcome is not Outcome.DIFFERS, f"expected {result.expected}; seen {result.seen}"
    assert (result.outcome is Outcome.NOT_RUN) is (story.slug in NOT_EMULATED), result.reason
    assert result.left == ()
