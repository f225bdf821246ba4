"""The review of what this checkout would change in an environment, against what is deployed there."""

from __future__ import annotations

from tools.approval import deployed_templates, review_deployment, wanted_templates
from tools.assembly import AssemblyError
from tools.deployment import FAILURES, synthesise
from tools.environments import deployment_of
from tools.review.review import Review


def review_deployed(environment: str) -> Review:
    """Synthesise an environment as a deployment does, and compare it with what is deployed; nothing is changed.

    Raises
    ------
    AssemblyError
        If there is no such environment, it cannot be synthesised, or AWS cannot be asked.
    """
    try:
        deployment = deployment_of(environment)
        synthesise(deployment)
        wanted = wanted_templates(deployment)
        deployed = deployed_templates(deployment, wanted)
    except FAILURES as error:
        raise AssemblyError(str(error)) from error
    return review_deployment(environment, deployed, wanted)
