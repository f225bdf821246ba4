"""The stories of the acceptance run that change what serves."""

from __future__ import annotations

import pytest

from tests.support.stories import as_parameters, assert_held
from tools.accept.stories import capacity, functions, updates
from tools.accept.story import Story
from tools.deployment import Deployment

STORIES = (*updates.STORIES, *capacity.STORIES, *(story for story in functions.STORIES if story.disturbs))


@pytest.mark.parametrize("story", as_parameters(STORIES))
def test_it_holds(story: Story, deployment: Deployment) -> None:
    assert_held(story, deployment)
