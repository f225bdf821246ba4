"""The review of what this checkout would change in an environment, against what is deployed there."""

from __future__ import annotations

from tools.approval import deployed_templates, review_deployment, wanted_templates
from tools.assembly import AssemblyError
from tools.deployment import FAILURES, synthesise
from tools.environments import deployment_of, with_name
from tools.review.review import Review


def review_deployed(environment: str, name: str | None = None) -> tuple[Review, str]:
    """Synthesise an environment as a deployment does, and compare it with what is deployed; nothing is changed.

    Parameters
    ----------
    environment, name
        The environment, and a preview that is made from it.

    Returns
    -------
    tuple of Review and str
        What was found, and in words what was compared with.

    Raises
    ------
    AssemblyError
        If there is no such environment, it cannot be synthesised, or AWS cannot be reached.
    """
    try:
        deployment = deployment_of(with_name(environment, name))
        synthesise(deployment)
        wanted = wanted_templates(deployment)
        deployed = deployed_templates(deployment, wanted)
    except FAILURES as error:
        raise AssemblyError(str(error)) from error
    found = review_deployment(deployment.environment, deployed, wanted)
    return found, f"what is deployed in {deployment.environment}"
