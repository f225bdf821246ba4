"""The stories of the acceptance run that change nothing of what is deployed."""

from __future__ import annotations

import pytest

from tests.support.stories import as_parameters, assert_held
from tools.accept.stories import (
    alarms,
    functions,
    notebook,
    people,
    predictions,
    references,
    roles,
    stacks,
    stream,
    uploads,
)
from tools.accept.story import Story
from tools.deployment import Deployment

STORIES = (
    *predictions.STORIES,
    *stacks.STORIES,
    *references.STORIES,
    *uploads.STORIES,
    *people.STORIES,
    *alarms.STORIES,
    *roles.STORIES,
    *stream.STORIES,
    *notebook.STORIES,
    *(story for story in functions.STORIES if not story.disturbs),
)


@pytest.mark.parametrize("story", as_parameters(STORIES))
def test_it_holds(story: Story, deployment: Deployment) -> None:
    assert_held(story, deployment)
