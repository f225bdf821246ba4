"""The review of what this checkout would change in an environment, against what is deployed there."""

from __future__ import annotations

from stacks.settings import settings_for
from tools.approval import deployed_templates, review_deployment
from tools.assembly import AssemblyError
from tools.cost import templates_of
from tools.deployment import FAILURES
from tools.environments import deployment_of
from tools.review.review import Review


def review_deployed(environment: str) -> Review:
    """Synthesise an environment without assets, and compare it with what is deployed; nothing is changed.

    Raises
    ------
    AssemblyError
        If there is no such environment, it cannot be synthesised, or AWS cannot be asked.
    """
    try:
        settings_for(environment)
        wanted = templates_of(environment)
        deployed = deployed_templates(deployment_of(environment), wanted)
    except FAILURES as error:
        raise AssemblyError(str(error)) from error
    return review_deployment(environment, deployed, wanted)
