"""The two lifecycle scripts of the notebook instance, made of the files in `stacks/notebook/files/`. Runs nothing.

SageMaker takes at most 16,384 characters of each, in base64, and gives it five minutes:
https://docs.aws.amazon.com/sagemaker/latest/dg/notebook-lifecycle-config.html
"""

from __future__ import annotations

import base64
import shlex
from dataclasses import dataclass
from pathlib import Path

from stacks.shared.errors import ConfigurationError

FILES = Path(__file__).parent / "files"
MOST_CHARACTERS = 16_384
_END = "END_OF_PROGRAM"


@dataclass(frozen=True, kw_only=True)
class ScriptValues:
    """Parameters of the scripts.

    Attributes
    ----------
    environment, region
        Which `DIGITS_ENVIRONMENT`, and where it is.
    files_bucket, files_key
        The archive of the notebook's files.
    ask_through
        `api` or `endpoint`: how predictions are requested.
    idle_minutes, open_tabs_count
        When the instance is stopped.
    """

    environment: str
    region: str
    files_bucket: str
    files_key: str
    ask_through: str
    idle_minutes: int
    open_tabs_count: bool


def on_create_script(values: ScriptValues) -> str:
    """The script that runs once, when the instance is made."""
    return _script(values, programs=("place_files",), steps="on_create.sh")


def on_start_script(values: ScriptValues) -> str:
    """The script that runs at every start."""
    return _script(values, programs=("place_files", "idle_stop"), steps="on_start.sh")


def base64_length(script: str) -> int:
    """How many characters SageMaker counts."""
    return len(base64.b64encode(script.encode()))


def _script(values: ScriptValues, *, programs: tuple[str, ...], steps: str) -> str:
    script = "\n".join(
        ["#!/bin/bash", *_assignments(values), _read("common.sh"), *map(_program, programs), _read(steps)]
    )
    if (length := base64_length(script)) > MOST_CHARACTERS:
        msg = f"{steps} has {length} characters in base64; SageMaker allows {MOST_CHARACTERS}: shorten notebook_files/"
        raise ConfigurationError(msg)
    return script


def _assignments(values: ScriptValues) -> list[str]:
    texts = {
        "environment": values.environment,
        "region": values.region,
        "files_bucket": values.files_bucket,
        "files_key": values.files_key,
        "ask_through": values.ask_through,
        "idle_minutes": str(values.idle_minutes),
        "idle_options": " --open-tabs" if values.open_tabs_count else "",
    }
    return [f"{name}={shlex.quote(text)}" for name, text in texts.items()]


def _program(name: str) -> str:
    """A function that writes the program to its standard output."""
    return f"{name}_program() {{\n  cat <<'{_END}'\n{_read(f'{name}.py')}{_END}\n}}"


def _read(name: str) -> str:
    return (FILES / name).read_text(encoding="utf-8")
