"""The stories of the acceptance run that train. The two that need most are the ones that `make test` plays."""

from __future__ import annotations

import pytest

from tests.support.stories import as_parameters, assert_held
from tools.accept.stories import pipeline, training
from tools.accept.story import Story
from tools.deployment import Deployment

STORIES = (*training.STORIES, *pipeline.STORIES)
EXHAUSTIVE = ("training-job", "tuning-starts", "pipeline-step-logs", "pipeline-not-better")


@pytest.mark.parametrize("story", as_parameters(STORIES, exhaustive=EXHAUSTIVE))
def test_it_holds(story: Story, deployment: Deployment) -> None:
    assert_held(story, deployment)
