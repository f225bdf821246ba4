"""A search as one picture: how it went, and each hyperparameter against the metric. Gives PNG bytes, writes no file."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from training.pictures.style import ACCENT, INK, SHADES, new_figure, png_of, write_title
from training.tuning.search_space import Range
from training.tuning.trials import Outcome, Search, Trial

_COLUMNS = 3
_ROW_INCHES = 3.0
_GRID = "#e6e2d8"


def search_picture(search: Search) -> bytes:
    """Draw all trials that have a metric; the best one is marked everywhere.

    Parameters
    ----------
    search
        with one trial at least that has a metric
    """
    trials = [trial for trial in search.trials if trial.metric is not None]
    rows = -(-len(search.space.ranges) // _COLUMNS)
    height = _ROW_INCHES * (rows + 1) + 0.9
    figure = new_figure(width=11, height=height)
    grid = figure.add_gridspec(
        rows + 1, _COLUMNS, left=0.075, right=0.98, top=1 - 0.95 / height, bottom=0.6 / height,
        hspace=0.42, wspace=0.22,
    )  # fmt: skip
    _draw_history(figure.add_subplot(grid[0, :]), trials, search.best)
    for index, each in enumerate(search.space.ranges):
        axes = figure.add_subplot(grid[1 + index // _COLUMNS, index % _COLUMNS])
        _draw_parameter(axes, each, trials, search.best, labelled=index % _COLUMNS == 0)
    best = search.best
    found = f", best log-loss {best.metric:.4f} in trial {_number(trials, best)}" if best and best.metric else ""
    write_title(figure, f"{len(trials)} trials{found}")
    return png_of(figure)


def _draw_history(axes: Axes, trials: list[Trial], best: Trial | None) -> None:
    """The metric of each trial in its order, and the best so far."""
    _style(axes)
    for outcome, style in _STYLES.items():
        chosen = [(at, trial.metric) for at, trial in enumerate(trials, start=1) if trial.outcome is outcome]
        if chosen:
            axes.plot(*zip(*chosen, strict=True), label=outcome.value, **style)
    so_far: list[tuple[int, float]] = []
    for at, trial in enumerate(trials, start=1):
        if trial.outcome is Outcome.DONE and trial.metric is not None:
            so_far.append((at, min(trial.metric, so_far[-1][1] if so_far else trial.metric)))
    if so_far:
        so_far.append((len(trials), so_far[-1][1]))
        axes.step(*zip(*so_far, strict=True), where="post", color=ACCENT, linewidth=1.4, label="best so far", zorder=1)
    if best is not None and best.metric is not None:
        axes.plot([_number(trials, best)], [best.metric], label="best trial", **_BEST)
    axes.set_xlim(0.3, max(2, len(trials)) + 0.7)
    axes.xaxis.set_major_locator(_whole_numbers())
    axes.set_xlabel("trial", color=INK)
    axes.set_ylabel("validation log-loss", color=INK)
    axes.legend(frameon=False, ncols=4, loc="lower right", bbox_to_anchor=(1, 1), labelcolor=INK)


def _draw_parameter(axes: Axes, each: Range, trials: list[Trial], best: Trial | None, *, labelled: bool) -> None:
    """One hyperparameter's values against the metric."""
    _style(axes)
    for outcome, style in _STYLES.items():
        chosen = [(float(trial.values[each.name]), trial.metric) for trial in trials if trial.outcome is outcome]
        if chosen:
            axes.plot(*zip(*chosen, strict=True), **style)
    if best is not None and best.metric is not None:
        axes.plot([float(best.values[each.name])], [best.metric], **_BEST)
    if each.scale == "log":
        axes.set_xscale("log")
        decades = math.log10(each.most / each.least)
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if decades < 2 else (1,), numticks=9))
        axes.xaxis.set_major_formatter(FuncFormatter(_short))
        axes.xaxis.set_minor_formatter(NullFormatter())
        low, high = each.least / (each.most / each.least) ** 0.05, each.most * (each.most / each.least) ** 0.05
    else:
        margin = (each.most - each.least) * 0.05
        low, high = each.least - margin, each.most + margin
    axes.set_xlim(low, high)
    axes.set_xlabel(f"{each.name} ({each.scale})" if each.scale == "log" else each.name, color=INK)
    if labelled:
        axes.set_ylabel("validation log-loss", color=INK)


_STYLES: dict[Outcome, dict[str, Any]] = {
    Outcome.DONE: {"linestyle": "", "marker": "o", "markersize": 6, "color": SHADES[0], "alpha": 0.85},
    Outcome.PRUNED: {
        "linestyle": "", "marker": "o", "markersize": 6, "markerfacecolor": "none", "color": SHADES[1], "alpha": 0.8,
    },
}  # fmt: skip
_BEST: dict[str, Any] = {"linestyle": "", "marker": "o", "markersize": 9, "color": ACCENT, "zorder": 4}


def _style(axes: Axes) -> None:
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 1.5, 2, 3, 5, 7), numticks=9))
    axes.yaxis.set_major_formatter(FuncFormatter(_two_digits))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(which="both", colors=INK, length=0)
    axes.grid(visible=True, color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def _short(value: float, _position: object = None) -> str:
    return f"{value:g}"


def _two_digits(value: float, _position: object = None) -> str:
    """Two significant digits, so that ticks of one axis have equally many decimals."""
    return f"{value:.{max(0, 1 - math.floor(math.log10(value)))}f}"


def _whole_numbers() -> MaxNLocator:
    return MaxNLocator(integer=True, nbins=12)


def _number(trials: list[Trial], wanted: Trial) -> int:
    return trials.index(wanted) + 1
