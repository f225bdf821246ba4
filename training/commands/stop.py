"""`stop`: stop a training job."""

from __future__ import annotations

from typing import Annotated

import typer

from training.commands.console import here, next_step, say
from training.commands.environment_option import environment_option


def stop(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the job.")],
    environment: Annotated[str, environment_option("Environment of the job")] = "local",
) -> None:
    """Ask a training job to stop.

    SageMaker gives the container two minutes. A job of submit keeps the model of the rounds so far, which can
    be fetched. Stopping a job that has ended changes nothing.
    """
    from training.aws.parameters import require_endpoint
    from training.jobs.aws_jobs import AwsJobs
    from training.jobs.following import described

    require_endpoint(environment)
    service = AwsJobs()
    job = described(name, service)
    if job.has_ended:
        say(f"nothing to do: {name} has ended already, it is {job.status}")
        return
    service.stop(name)
    kept = job.hyperparameters.get("save_model_on_termination") == "true"
    say(f"stopping {name}; the model so far is {'kept' if kept else 'not kept'}")
    next_step(here(context, f"jobs {name} --follow"))
