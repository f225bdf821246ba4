"""`approve`: approve or reject a registered model."""

from __future__ import annotations

from typing import Annotated

import typer

from training.commands.console import here, next_step, say
from training.commands.environment_option import environment_option


def approve(
    context: typer.Context,
    version: Annotated[int, typer.Argument(help="Version of the registered model, such as 3.", min=1)],
    environment: Annotated[str, environment_option("Environment of the registry")] = "local",
    because: Annotated[str, typer.Option(help="Reason, stored in the registry.")] = "evaluation reviewed",
    *,
    reject: Annotated[bool, typer.Option("--reject", help="Reject the model instead.")] = False,
) -> None:
    """Approve a model that the pipeline registered.

    This deploys nothing: promote --from-registry takes approved models.
    """
    from training.aws.platform import platform_of
    from training.pipeline.aws_registry import AwsRegistry
    from training.pipeline.registry import APPROVED, choose

    registry = AwsRegistry()
    model = choose(registry, platform_of(environment).model_package_group, str(version))
    approval = "Rejected" if reject else APPROVED
    if model.approval == approval:
        say(f"nothing to do: {model.name} already is {approval}")
        return
    registry.approve(model, approval=approval, because=because)
    say(f"{model.name}: {approval}, was {model.approval}")
    if not reject:
        next_step(here(context, f"promote --from-registry {version}"))
