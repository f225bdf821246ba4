"""`pipeline`: run the pipeline of an environment on published channels, and report its result."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from training.commands.channel_options import ChannelFormat
from training.commands.console import here, next_step, paths_of, say
from training.commands.environment_option import environment_option
from training.commands.left_running import left_running
from training.commands.options import refuse_ignored, with_options
from training.common.errors import DataError, JobError
from training.common.interrupts import interrupt_held_back
from training.common.options import Option

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from training.common.paths import BuildPaths
    from training.pipeline.aws_executions import AwsPipelines
    from training.pipeline.executions import Step


HYPERPARAMETERS = {"NumRound": "num_round", "Eta": "eta", "MaxDepth": "max_depth", "MaxLeaves": "max_leaves"}
"""Parameter of the pipeline -> hyperparameter of the container."""


LOG_LINES = 5
"""Lines of the log of a failed step's job that are shown."""


_OF_A_START = ("channels", "channel_format", "num_round", "instance_type", "instances", "parameters", "wait")
"""Options that say what is started, and how."""


@dataclass(frozen=True, kw_only=True)
class PipelineOptions:
    """Options of `pipeline`."""

    environment: Annotated[str, environment_option("Environment of the pipeline")] = "local"
    channels: Annotated[
        str | None,
        typer.Option(help="Published channels by their digest. [default: those of BUILD/data]", metavar="DIGEST"),
    ] = None
    channel_format: Annotated[ChannelFormat, typer.Option("--format", help="Format of the channels.")] = (
        ChannelFormat.CSV
    )
    num_round: Annotated[int | None, typer.Option(help="Boosting rounds at most.", metavar="N", min=1)] = None
    instance_type: Annotated[str | None, typer.Option(help="Instance type, such as ml.m5.xlarge.", metavar="TYPE")] = (
        None
    )
    instances: Annotated[
        int | None, typer.Option(help="Number of hosts that train together.", metavar="N", min=1, max=100)
    ] = None
    parameters: Annotated[
        tuple[str, ...],
        Option("Set a parameter of the pipeline, repeatable.", flags=("--set",), metavar="NAME=VALUE"),
    ] = ()
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Follow the execution until it ends.")] = True
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Start nothing; follow the latest execution.")] = False


@with_options(PipelineOptions)
def pipeline(context: typer.Context, options: PipelineOptions) -> None:
    """Check data, train, evaluate, and register the model if it is better than the promoted one.

    The channels must be published: publish --channels. Defaults are the settings of the stack and the
    hyperparameters of the promoted model. Ctrl-C stops following, not the pipeline. Exit code 3 when
    no model was registered; the reason is printed.
    """
    from training.aws.platform import platform_of
    from training.pipeline.aws_executions import AwsPipelines

    if options.follow:
        refuse_ignored(context, _OF_A_START, "is for a new execution, and --follow starts none; leave one of them out")
    platform = platform_of(options.environment)
    name = platform.pipeline
    if name is None:
        raise JobError(
            f"{options.environment} has no pipeline: parts.pipeline is False in stacks/settings.py; set it to True and"
            f" deploy the stack digits-{options.environment}-training again, or train with: {here(context, 'submit')}"
        )
    service = AwsPipelines()
    if options.follow:
        execution = service.latest(name)
        if execution is None:
            raise JobError(f"the pipeline {name} was never started; run: {here(context, 'pipeline')}")
    else:
        parameters = _parameters(paths_of(context), platform.bucket, options)
        with _left_running(context):
            with interrupt_held_back():
                execution = service.start(name, parameters)
            say(f"started {execution.rpartition('/')[2]} of the pipeline {name} on {parameters['Channels']}")
    if options.wait or options.follow:
        _follow(context, service, execution)
    else:
        next_step(here(context, "pipeline --follow"))


def _parameters(paths: BuildPaths, bucket: str, options: PipelineOptions) -> dict[str, str]:
    """The parameters of an execution, checked as far as they can be."""
    from training.data.channels import CONTENT_TYPES

    file_format = options.channel_format.value
    chosen = {
        "NumRound": options.num_round, "InstanceType": options.instance_type, "InstanceCount": options.instances,
    }  # fmt: skip
    parameters = {
        "Channels": _published(paths, bucket, options.channels, file_format),
        "ContentType": CONTENT_TYPES[file_format],
        **{name: str(value) for name, value in chosen.items() if value is not None},
        **_settings(options.parameters),
    }
    _check(parameters)
    return parameters


def _published(paths: BuildPaths, bucket: str, digest: str | None, file_format: str) -> str:
    """The prefix of channels that are in the bucket completely."""
    from contract.bucket_layout import channels_prefix
    from training.data.data_folder import read_data_manifest
    from training.jobs.aws_objects import AwsObjects

    prefix = channels_prefix(digest or read_data_manifest(paths.data).channels_digest(file_format))
    if not any(each.key == prefix for each in AwsObjects().list(bucket, prefix)):
        raise DataError(
            f"s3://{bucket}/{prefix} does not exist or is incomplete; run: python -m training publish --channels"
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


def _settings(texts: Sequence[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in texts]
    for name, equals, _ in pairs:
        if not name or not equals:
            raise JobError(f"--set {name} is not NAME=VALUE; write it like --set MinimumImprovement=0.001")
    return {name: value for name, _, value in pairs}


def _follow(context: typer.Context, service: AwsPipelines, execution: str) -> None:
    from training.pipeline.executions import follow_execution, registered_model

    with _left_running(context):
        ended = follow_execution(execution, service=service, on_step=_report, sleep=time.sleep)
    for step in ended.steps:
        if step.status == "Failed":
            for line in service.last_lines(step, count=LOG_LINES):
                say(f"    {step.subject}: {line}")
    name = registered_model(ended).partition(":model-package/")[2]
    say(f"registered {name}; it waits for approval")
    version = name.rpartition("/")[2]
    next_step(here(context, f"approve {version}") + "   then: " + here(context, f"promote --from-registry {version}"))


def _left_running(context: typer.Context) -> AbstractContextManager[None]:
    return left_running("the pipeline", come_back=here(context, "pipeline --follow"))


def _report(step: Step) -> None:
    say(f"{datetime.now(UTC):%H:%M:%S} {step.line}")
