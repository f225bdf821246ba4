"""Runs `fit`: shows the rounds, turns Ctrl-C into a request to stop, saves the model with its record."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import FrameType
from typing import TYPE_CHECKING

from training.commands.console import console, say, wrote
from training.common.errors import INTERRUPTED

if TYPE_CHECKING:
    from contract.manifest import Data
    from training.common.paths import BuildPaths
    from training.model.fitting import FitResult
    from training.model.hyperparameters import Hyperparameters
    from training.model.watching import Round


@dataclass(frozen=True, kw_only=True)
class View:
    """The callbacks of a training run.

    Parameters
    ----------
    on_step
        called with a description of each step before the first round
    on_round
        called after every round
    stop_requested
        called to ask whether to end
    """

    on_step: Callable[[str], None]
    on_round: Callable[[Round], None]
    stop_requested: Callable[[], bool] = lambda: False


def train_and_save(
    paths: BuildPaths, hyperparameters: Hyperparameters, train: Callable[[View], tuple[FitResult, Data]]
) -> bool:
    """Train with the progress in view and write model and record; True when a stop was requested.

    `train` gives the model and what it learned from.
    """
    from training.common.files import pretty_json, sha256_of_bytes, write_file
    from training.model.model_records import FitRecord, framework, training_facts

    version = framework().version
    with stop_on_interrupt() as stop_requested, rounds_in_view() as view:
        result, data = train(replace(view, stop_requested=stop_requested))
    model = bytes(result.booster.save_raw("ubj"))
    record = FitRecord(
        model_sha256=sha256_of_bytes(model),
        hyperparameters=hyperparameters.to_sagemaker(),
        data=data,
        training=training_facts(rounds=len(result.history), best_round=result.best_round, seconds=result.seconds),
        framework_version=version,
    )
    write_file(paths.model, model)
    write_file(paths.fit_record, pretty_json(record.to_json()))
    best = result.history[result.best_round - 1]
    if result.interrupted:
        say(f"interrupted after {len(result.history)} of {hyperparameters.rounds} rounds; they are kept")
    say(
        f"{len(result.history)} rounds in {result.seconds:.1f} s, best is round {result.best_round}:"
        f" validation {_metrics(best.validation)}"
    )
    wrote(paths.model, paths.fit_record)
    return result.interrupted


@contextmanager
def stop_on_interrupt() -> Iterator[Callable[[], bool]]:
    """Turn the first Ctrl-C into a flag that the training checks; the second one ends the process.

    It may come while the library's threads wait for a piece of Python. An exception there makes the library abort, so
    the process ends without one. Nothing is written before the training is over.
    """
    requested: list[bool] = []

    def on_interrupt(_number: int, _frame: FrameType | None) -> None:
        if requested:
            console.show_cursor()
            os.write(2, b"error: interrupted; nothing was saved\n")
            os._exit(INTERRUPTED)
        requested.append(True)
        os.write(2, b"stops after the current step; Ctrl-C again stops at once and saves nothing\n")

    former = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield lambda: bool(requested)
    finally:
        signal.signal(signal.SIGINT, former)


@contextmanager
def rounds_in_view() -> Iterator[View]:
    """A line that is rewritten each round on a terminal, and a plain line every ten rounds elsewhere."""
    if not console.is_terminal:
        yield View(on_step=lambda _step: None, on_round=_say_some)
        return
    from rich.live import Live

    with Live(console=console, transient=True, refresh_per_second=8) as live:
        live.update("binning the pixels, the first round takes longest")
        yield View(on_step=live.update, on_round=lambda round_: live.update(_line(round_)))


def _say_some(round_: Round) -> None:
    if round_.number % 10 == 0 or round_.number == 1:
        say(_line(round_))


def _line(round_: Round) -> str:
    left = (
        f", at most {round_.seconds_a_round * (round_.rounds - round_.number):.0f} s more" if round_.number > 1 else ""
    )
    return (
        f"round {round_.number:>4}/{round_.rounds}   train {_metrics(round_.train)}"
        f"   validation {_metrics(round_.validation)}   best {round_.best:>4}"
        f"   {round_.seconds:5.1f} s{left}"
    )


def _metrics(values: dict[str, float]) -> str:
    return " ".join(f"{name} {value:.4f}" for name, value in values.items())
