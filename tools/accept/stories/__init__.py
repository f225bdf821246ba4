"""The stories, each module with those of one part of the application, and all of them in the order of playing.

A story is a function of a stage and its description. It reads outputs of stacks and calls AWS with the caller's
credentials, and has everything that it makes cleaned up at its end.
"""

from __future__ import annotations

from tools.accept.stories import (
    alarms,
    capacity,
    functions,
    notebook,
    people,
    pipeline,
    predictions,
    references,
    roles,
    stacks,
    stream,
    training,
    updates,
    uploads,
)
from tools.accept.story import Story

STORIES: tuple[Story, ...] = (
    *stacks.STORIES,
    *references.STORIES,
    *predictions.STORIES,
    *uploads.STORIES,
    *people.STORIES,
    *alarms.STORIES,
    *roles.STORIES,
    *stream.STORIES,
    *training.STORIES,
    *pipeline.STORIES,
    *notebook.STORIES,
    *functions.STORIES,
    *updates.STORIES,
    *capacity.STORIES,
)
"""All stories: those that read before those that train, and those before what changes what serves."""
