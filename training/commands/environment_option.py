"""The option that names an environment, the same for all commands: where it comes from and what it may be."""

from __future__ import annotations

import re

import typer
from typer.models import OptionInfo

_NAME = re.compile(r"[a-z][a-z0-9]{0,15}")


def environment_option(whose: str) -> OptionInfo:
    """The option `--environment`; `whose` begins its help, such as `Whose jobs`."""
    option: OptionInfo = typer.Option(
        envvar="DIGITS_ENVIRONMENT", help=f"{whose}: local (the emulator), dev or prod.", callback=_checked
    )
    return option


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise typer.BadParameter(
            f"{name!r} is no name of an environment, allowed are at most 16 lower-case letters and digits that begin"
            " with a letter, such as local, dev or prod"
        )
    return name
