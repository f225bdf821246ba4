"""The output of the commands: what was written, the next command, progress, tables. No command prints otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import RenderableType
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from contract.visible import visible
from training.common.interrupts import WholeLines
from training.common.invocation import Invocation
from training.common.paths import BuildPaths

_CELL_CHARACTERS = 400

console = WholeLines(highlight=False, soft_wrap=True, markup=False, emoji=False)
"""Texts of strangers are printed, too: nothing is markup."""


def paths_of(context: typer.Context) -> BuildPaths:
    """The paths below the build folder of the root option."""
    return _invocation(context).paths


def _invocation(context: typer.Context) -> Invocation:
    return context.obj if isinstance(context.obj, Invocation) else Invocation()


def say(text: str) -> None:
    """Print one line as it is, but for what a terminal would obey."""
    console.print(visible(text))


def cell(text: str) -> str:
    """Untrusted text for a table: one line, truncated, with control characters escaped."""
    line = " ".join(visible(text).split())
    return line if len(line) <= _CELL_CHARACTERS else f"{line[:_CELL_CHARACTERS]}..."


def show(renderable: RenderableType) -> None:
    """Print a table or a picture made of characters."""
    console.print(renderable)


def wrote(*paths: Path) -> None:
    """Print the paths that were written."""
    for path in paths:
        console.print(visible(f"wrote {path}"), style="green")


def next_step(command: str) -> None:
    """Print the next command."""
    console.print(visible(f"next: {command}"), style="bold")


def here(context: typer.Context, command: str, *, program: str | None = None) -> str:
    """A command line with the same build folder: of this program, and the same environment, or of another program."""
    invocation = _invocation(context)
    if program:
        return f"{program}{invocation.build_option} {command}"
    return invocation.repeated(f"python -m training {command}")


@contextmanager
def steps() -> Iterator[Progress]:
    """A spinner with the step that runs now; silent when the output is not a terminal."""
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield progress


@contextmanager
def transfer(total_bytes: int, description: str) -> Iterator[Progress]:
    """A bar of bytes; its only task is number 0. Silent when the output is not a terminal."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        progress.add_task(description, total=total_bytes)
        yield progress
