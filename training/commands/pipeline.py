"""`pipeline`: run the pipeline of an environment on published channels, and say what came of it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from training.commands.channel_options import ChannelFormat
from training.commands.console import here, next_step, paths_of, say
from training.commands.environment_option import environment_option
from training.common.errors import DataError, JobError, StoppedEarly

if TYPE_CHECKING:
    from training.common.paths import BuildPaths
    from training.pipeline.aws_executions import AwsPipelines
    from training.pipeline.executions import Step


HYPERPARAMETERS = {"NumRound": "num_round", "Eta": "eta", "MaxDepth": "max_depth", "MaxLeaves": "max_leaves"}
"""Parameter of the pipeline -> hyperparameter of the container."""


LOG_LINES = 5
"""Lines of the log of a failed step's job that are shown."""


def pipeline(
    context: typer.Context,
    environment: Annotated[str, environment_option("Whose pipeline")] = "local",
    channels: Annotated[
        str | None,
        typer.Option(help="Published channels by their digest. [default: those of BUILD/data]", metavar="DIGEST"),
    ] = None,
    channel_format: Annotated[
        ChannelFormat, typer.Option("--format", help="Format of the channels.")
    ] = ChannelFormat.CSV,
    num_round: Annotated[int | None, typer.Option(help="Boosting rounds at most.", metavar="N", min=1)] = None,
    instance_type: Annotated[str | None, typer.Option(help="Such as ml.m5.xlarge.", metavar="TYPE")] = None,
    instances: Annotated[
        int | None, typer.Option(help="How many hosts train together.", metavar="N", min=1, max=100)
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="Any parameter of the pipeline, repeatable.", metavar="NAME=VALUE"),
    ] = None,
    *,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Follow it until it ends.")] = True,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Start nothing; follow the execution that was started last.")
    ] = False,
) -> None:
    """Check data, train, evaluate, and register the model if it is better than the promoted one.

    The channels must be published: publish --channels. Without options everything is as the settings of the stack
    say, with the hyperparameters of the promoted model. Ctrl-C stops following, not the pipeline. Exit code 3 when
    no model was registered; the reason is told.
    """
    from training.aws.platform import platform_of
    from training.data.channels import CONTENT_TYPES
    from training.pipeline.aws_executions import AwsPipelines

    platform = platform_of(environment)
    service = AwsPipelines()
    if follow:
        execution = service.latest(platform.pipeline)
        if execution is None:
            raise JobError(f"the pipeline {platform.pipeline} was never started; run: {here(context, 'pipeline')}")
    else:
        prefix = _published(paths_of(context), platform.bucket, channels, channel_format.value)
        chosen = {"NumRound": num_round, "InstanceType": instance_type, "InstanceCount": instances}
        parameters = {
            "Channels": prefix,
            "ContentType": CONTENT_TYPES[channel_format.value],
            **{name: str(value) for name, value in chosen.items() if value is not None},
            **_settings(settings or []),
        }
        _check(parameters)
        execution = service.start(platform.pipeline, parameters)
        say(f"started {execution.rpartition('/')[2]} of the pipeline {platform.pipeline} on {prefix}")
    if wait or follow:
        _follow(context, service, execution)
    else:
        next_step(here(context, "pipeline --follow"))


def _published(paths: BuildPaths, bucket: str, digest: str | None, file_format: str) -> str:
    """The prefix of channels that are in the bucket completely."""
    from training.aws.publication import channels_prefix
    from training.data.data_folder import read_manifest
    from training.jobs.aws_objects import AwsObjects

    prefix = f"channels/{digest}/" if digest else channels_prefix(read_manifest(paths.data), file_format)
    if not any(each.key == prefix for each in AwsObjects().list(bucket, prefix)):
        raise DataError(
            f"s3://{bucket}/{prefix} is not there, or not completely; run: python -m training publish --channels"
            + ("" if file_format == "csv" else f" --format {file_format}")
        )
    return prefix


def _check(parameters: dict[str, str]) -> None:
    """Refuse what the container or the service would refuse after the data was checked."""
    from training.jobs.instances import instance_type
    from training.model.hyperparameter_rules import RULES

    for parameter, name in HYPERPARAMETERS.items():
        if parameter in parameters:
            RULES[name].parse(name, parameters[parameter])
    if "InstanceType" in parameters:
        instance_type(parameters["InstanceType"])


def _settings(options: list[str]) -> dict[str, str]:
    pairs = [option.partition("=") for option in options]
    for name, equals, _ in pairs:
        if not name or not equals:
            raise JobError(f"--set {name} is not NAME=VALUE; write it like --set MinimumImprovement=0.001")
    return {name: value for name, _, value in pairs}


def _follow(context: typer.Context, service: AwsPipelines, execution: str) -> None:
    from training.pipeline.executions import follow_execution, registered_model

    try:
        ended = follow_execution(execution, service=service, on_step=_report, sleep=time.sleep)
    except KeyboardInterrupt:
        say("\nno longer following; the pipeline goes on")
        next_step(here(context, "pipeline --follow"))
        raise StoppedEarly from None
    for step in ended.steps:
        if step.status == "Failed":
            for line in service.last_lines(step, count=LOG_LINES):
                say(f"    {step.subject}: {line}")
    name = registered_model(ended).partition(":model-package/")[2]
    say(f"registered {name}; it waits for approval")
    version = name.rpartition("/")[2]
    next_step(here(context, f"approve {version}") + "   then: " + here(context, f"promote --from-registry {version}"))


def _report(step: Step) -> None:
    say(f"{datetime.now(UTC):%H:%M:%S} {step.line}")
