"""The option that names an environment, the same for all commands: its variable and its allowed values."""

from __future__ import annotations

import re

import typer
from typer.models import OptionInfo

from training.common.invocation import Invocation

_NAME = re.compile(r"[a-z][a-z0-9]{0,15}")


def environment_option(what: str) -> OptionInfo:
    """The option `--environment`; `what` begins its help, such as `Environment of the jobs`."""
    option: OptionInfo = typer.Option(
        envvar="DIGITS_ENVIRONMENT", help=f"{what}: local (the emulator), dev or prod.", callback=_checked
    )
    return option


def _checked(context: typer.Context, name: str) -> str:
    if not _NAME.fullmatch(name):
        raise typer.BadParameter(
            f"{name!r} is not the name of an environment, allowed are at most 16 lower-case letters and digits,"
            " beginning with a letter, such as local, dev or prod"
        )
    invocation, source = context.find_object(Invocation), context.get_parameter_source("environment")
    if invocation and source and source.name == "COMMANDLINE":
        invocation.environment = name
    return name
