"""Ending what a story has started and nobody follows any more, before what it wrote is deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from tools.accept.stage import Stage

STOPPING = "Stopping"
RUNNING = ("InProgress", "Executing", STOPPING)
"""States of jobs and executions that have not ended."""

NEWEST: dict[str, Any] = {"SortBy": "CreationTime", "SortOrder": "Descending", "MaxResults": 10}
"""How to list what a story may have started, among all that SageMaker never forgets: it lists the first names first."""

END_SECONDS = 600
"""A job that is stopped has two minutes to save its model."""


def end(stage: Stage, what: str, status: Callable[[], str], stop: Callable[[], object]) -> None:
    """Stop a job or an execution that still runs, and wait until it has ended; one that was never made is no error.

    Parameters
    ----------
    stage
        Where it runs.
    what
        Its name, for people.
    status
        Asks for its state.
    stop
        Asks SageMaker to stop it.

    Raises
    ------
    Differs
        If it goes on.
    """

    def state() -> str:
        try:
            return status()
        except ClientError as error:
            if error.response["Error"]["Code"] in ("ValidationException", "ResourceNotFound"):
                return ""
            raise

    if (found := state()) in RUNNING:
        if found != STOPPING:
            stop()
        stage.until(lambda: state() not in RUNNING, f"{what} has ended", seconds=END_SECONDS)
