"""The command line: `python -m training COMMAND`. Puts the commands together and turns every error into one sentence.

Exit codes: 0 done (or nothing to do), 2 bad input or environment, 3 a job that was followed has failed or was stopped,
130 interrupted by Ctrl-C. Imports nothing heavy, so that `--help` comes at once; each command imports what it needs
when it runs.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer

from contract.errors import ContractError
from contract.visible import visible
from training.commands import (
    approve,
    dead_letters,
    evaluate,
    fetch,
    fit,
    jobs,
    look,
    package,
    pipeline,
    prepare,
    promote,
    publish,
    stop,
    stream,
    submit,
    tune,
)
from training.common.errors import INTERRUPTED, JobEndedError, JobRefusedError, StoppedEarly, TrainingError
from training.common.invocation import Invocation
from training.common.paths import BuildPaths
from training.common.terminal import prepare_terminal

BAD_INPUT = 2
JOB_ENDED = 3

_SENTENCE_MAX = 2000
"""Characters of what is said of a value that anybody may have written."""

app = typer.Typer(
    name="python -m training",
    help=(
        "Train, package and promote a model that recognises handwritten digits.\n\n"
        "The stages in order: prepare, look, fit, evaluate, package, publish, promote."
        " Each prints what it wrote and the next command; the defaults fit together."
        " On SageMaker: submit, jobs, stop, fetch; pipeline."
    ),
    no_args_is_help=True,
    rich_markup_mode="markdown",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def root(
    context: typer.Context,
    build: Annotated[Path, typer.Option(envvar="DIGITS_BUILD", help="Folder for all output.", file_okay=False)] = Path(
        "build"
    ),
    *,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show the log of the library functions, too.")
    ] = False,
) -> None:
    """Hold the options that all commands share."""
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
    for noisy in ("botocore", "boto3", "urllib3", "matplotlib", "PIL"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    invocation = context.ensure_object(Invocation)
    invocation.paths = BuildPaths(build=build)
    invocation.with_environment = frozenset(
        name
        for name, each in context.command.commands.items()  # type: ignore[attr-defined]
        if any(parameter.name == "environment" for parameter in each.params)
    )


for command in (
    prepare.prepare,
    look.look,
    fit.fit,
    tune.tune,
    evaluate.evaluate,
    package.package,
    publish.publish,
    submit.submit,
    jobs.jobs,
    stop.stop,
    fetch.fetch,
    stream.stream,
    dead_letters.dead_letters,
    pipeline.pipeline,
    approve.approve,
    promote.promote,
):
    app.command(epilog=getattr(command, "epilog", None))(command)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    prepare_terminal()
    invocation = Invocation()
    try:
        result = app(arguments, standalone_mode=False, prog_name="python -m training", obj=invocation)
    except typer.TyperException as problem:
        # without any command the help has been shown already
        return _complain(_usage(problem)) if problem.format_message() else BAD_INPUT
    except StoppedEarly:
        return INTERRUPTED
    except JobRefusedError as problem:
        return max(_complain(invocation.repeated(reason)) for reason in problem.reasons)
    except JobEndedError as problem:
        return _complain(invocation.repeated(str(problem)), JOB_ENDED)
    except TrainingError as problem:
        return _complain(invocation.repeated(str(problem)))
    except ContractError as problem:
        # It has a line for each field that is wrong.
        sys.stderr.write(f"error: {visible(invocation.repeated(str(problem)))}\n")
        return BAD_INPUT
    except OSError as problem:
        return _complain(_file_problem(problem))
    except MemoryError:
        return _complain(
            "not enough memory; close other programs, use a larger machine, or limit it with: fit --external-memory"
        )
    except (KeyboardInterrupt, typer.Abort):
        result = INTERRUPTED
    # typer turns an unexpected Ctrl-C into this number
    return (
        _complain("interrupted; no file was left incomplete", INTERRUPTED)
        if result == INTERRUPTED
        else int(result or 0)
    )


def _complain(sentence: str, code: int = BAD_INPUT) -> int:
    """Print one line on stderr."""
    line = visible(" ".join(sentence.split()))
    sys.stderr.write(f"error: {line if len(line) <= _SENTENCE_MAX else f'{line[:_SENTENCE_MAX]}...'}\n")
    return code


def _usage(problem: typer.TyperException) -> str:
    """A wrong option or argument as a sentence with a way out."""
    # Typer checks values with pydantic, which begins some of its messages so.
    message = problem.format_message().strip().rstrip(".").replace(": Value error, ", ": ")
    command = getattr(getattr(problem, "ctx", None), "command_path", "python -m training")
    return f"{message[:1].lower()}{message[1:]}; see: {command} --help"


def _file_problem(problem: OSError) -> str:
    where = f"{problem.filename}: " if problem.filename else ""
    return (
        f"{where}{(problem.strerror or str(problem)).lower()}; choose another path or free some space, then try again"
    )
