"""`tune --where local`: trials on this machine, one after another, in view."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from training.commands.console import console, paths_of, say, steps
from training.commands.fit_run import stop_on_interrupt
from training.commands.tune_report import report

if TYPE_CHECKING:
    from training.commands.tune_options import TuneOptions
    from training.common.paths import BuildPaths
    from training.model.watching import Round
    from training.tuning.local_study import Task
    from training.tuning.trials import Search


_ROUNDS = "30"
"""Boosting rounds of a trial at most, unless they are given."""


def tune_here(context: typer.Context, options: TuneOptions) -> bool:
    """Search, show and write what was found; True when a stop was requested."""
    from training.tuning.local_study import search

    paths = paths_of(context)
    with steps() as progress:
        progress.add_task("reading the digits")
        task = _task(paths, options)
    rounds = task.fixed.get("num_round")
    at_most = f" of at most {rounds} rounds" if rounds else ""
    say(
        f"{options.trials} trials{at_most}, each with {len(task.train)} training and"
        f" {len(task.validation)} validation images; Ctrl-C ends the search and keeps the results"
    )
    started = time.monotonic()
    with stop_on_interrupt() as stop_requested, _in_view(options.trials) as (on_round, on_trial):
        found = search(
            task, paths.tuning / "journal.log", trials=options.trials, timeout_seconds=options.timeout,
            on_trial=on_trial, on_round=on_round, stop_requested=stop_requested,
        )  # fmt: skip
        interrupted = stop_requested()
    say(f"{len(found.trials)} of {options.trials} trials, {time.monotonic() - started:.0f} s")
    report(context, found)
    return interrupted


def _task(paths: BuildPaths, options: TuneOptions) -> Task:
    """What is searched, with the rows it is searched with."""
    from training.data.data_folder import read_split
    from training.tuning.fixed import fixed_hyperparameters
    from training.tuning.local_study import Task, some_rows
    from training.tuning.search_space import space_from

    space = space_from(options.search)
    fixed = fixed_hyperparameters(space, options.chosen, num_round=_ROUNDS, trains_here=True)
    return Task(
        space=space,
        fixed=fixed,
        train=some_rows("train", read_split(paths.data, "train"), options.rows, seed=options.search_seed),
        validation=some_rows(
            "validation", read_split(paths.data, "validation"), options.validation_rows, seed=options.search_seed
        ),
        seed=options.search_seed,
    )


OnRound = Callable[[int, "Round"], None]
OnTrial = Callable[["Search"], None]


@contextmanager
def _in_view(trials: int) -> Iterator[tuple[OnRound, OnTrial]]:
    """A line for every trial, and on a terminal one below them that is rewritten each round."""
    if not console.is_terminal:
        yield (lambda _number, _round: None), (lambda found: say(_trial_line(found, trials)))
        return
    from rich.live import Live

    with Live(console=console, transient=True, refresh_per_second=8) as live:

        def on_round(number: int, round_: Round) -> None:
            value = round_.validation["mlogloss"]
            live.update(f"trial {number}/{trials}   round {round_.number}/{round_.rounds}   log-loss {value:.4f}")

        yield on_round, lambda found: say(_trial_line(found, trials))


def _trial_line(found: Search, trials: int) -> str:
    last, best = found.trials[-1], found.best
    values = " ".join(f"{name}={text}" for name, text in last.values.items())
    so_far = f"   best {best.metric:.4f} ({best.name})" if best and best.metric is not None else ""
    return f"trial {last.name:>3}/{trials}   log-loss {last.metric:.4f}   {last.outcome.value:<13} {values}{so_far}"
