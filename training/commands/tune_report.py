"""The results of `tune`: a table, a picture, best.json and the next command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer
from rich.table import Table

from training.commands.console import here, next_step, paths_of, say, show, wrote

if TYPE_CHECKING:
    from training.tuning.trials import Search, Trial

_SHOWN = 10


def report(context: typer.Context, found: Search) -> None:
    """Show the best trials and write best.json and trials.png, unless no trial was finished."""
    from training.common.files import write_file
    from training.pictures.tuning import search_picture
    from training.tuning.trials import settings_of

    paths = paths_of(context)
    content, best = found.best_json(), found.best
    if content is None or best is None:
        say("no trial completed, nothing was written; give the search more time or more trials")
        return
    picture = paths.tuning / "trials.png"
    write_file(paths.tuning_best, content)
    write_file(picture, search_picture(found))
    show(_table(found))
    wrote(paths.tuning_best, picture)
    if found.baseline is best:
        say("no trial is better than the defaults")
        next_step(here(context, "fit"))
        return
    say(_comparison(found.baseline, best))
    say(f"the best as options: {settings_of({**found.given, **best.values})}")
    next_step(here(context, "fit --from-tuning"))


def _comparison(baseline: Trial | None, best: Trial) -> str:
    if baseline is None or baseline.metric is None:
        return "the search did not try the defaults: compare with a model that fit makes without --from-tuning"
    return f"log-loss {best.metric:.4f} instead of {baseline.metric:.4f} with the defaults (trial {baseline.name})"


def _table(found: Search) -> Table:
    title = f"the best {min(_SHOWN, len(found.trials))} of {len(found.trials)} trials, best first"
    table = Table(
        title=title, title_justify="left", box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold"
    )
    table.add_column("trial", justify="right", overflow="fold")
    for name in found.space.names:
        # in two lines, since the numbers are shorter than the names
        lines = "_\n".join(name.rsplit("_", 1))
        table.add_column(lines, justify="right", min_width=max(8, *map(len, lines.splitlines())))
    table.add_column("log-loss", justify="right", min_width=8)
    table.add_column("seconds", justify="right", min_width=7)
    table.add_column("outcome")
    for rank, trial in enumerate(found.ranked):
        if rank >= _SHOWN and trial is not found.baseline:
            continue
        table.add_row(
            trial.name,
            *(trial.values.get(name, "") for name in found.space.names),
            "" if trial.metric is None else f"{trial.metric:.4f}",
            "" if trial.seconds is None else f"{trial.seconds:.1f}",
            "defaults" if trial is found.baseline else trial.outcome.value,
        )
    return table
