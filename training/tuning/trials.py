"""What a search found: its trials, ranked, and `best.json` for whoever trains next. Searches nothing itself."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from training.common.errors import DataError, HyperparameterError
from training.common.files import pretty_json, read_json
from training.model.hyperparameter_rules import RULES
from training.model.hyperparameters import DEFAULTS
from training.tuning.search_space import OBJECTIVE, SearchSpace

SCHEMA = "digits.tuning/1"


class Outcome(StrEnum):
    """How a trial ended."""

    DONE = "done"
    PRUNED = "stopped early"
    FAILED = "failed"
    RUNNING = "running"


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One set of values, tried.

    Parameters
    ----------
    name
        a number, or the name of a training job
    values
        the hyperparameters that vary, as texts
    metric
        validation log-loss, lower is better; None while there is none
    seconds
        how long it took; None when it has not begun
    outcome
        a trial that was stopped early has the metric of its last round
    """

    name: str
    values: Mapping[str, str]
    metric: float | None
    seconds: float | None
    outcome: Outcome


@dataclass(frozen=True, kw_only=True)
class Search:
    """A search as it stands.

    Parameters
    ----------
    where
        `local`, or the name of the tuning job
    space
        what varies
    fixed
        all other hyperparameters, as texts
    trials
        in the order in which they began
    """

    where: str
    space: SearchSpace
    fixed: Mapping[str, str]
    trials: Sequence[Trial]

    @property
    def given(self) -> dict[str, str]:
        """The fixed values that differ from the defaults, needed with every result; an empty text removes a default.

        How many rounds there were and which metric judged them belongs to the search alone.
        """
        own = ("num_round", "eval_metric", *self.space.names)
        changed = {name: text for name, text in self.fixed.items() if DEFAULTS.get(name) != text}
        dropped = dict.fromkeys(DEFAULTS.keys() - self.fixed.keys(), "")
        return {name: text for name, text in sorted({**changed, **dropped}.items()) if name not in own}

    @property
    def ranked(self) -> list[Trial]:
        """The trials from the best to the worst; finished ones first, those without a metric last."""
        return sorted(self.trials, key=_rank)

    @property
    def best(self) -> Trial | None:
        """The best trial that was finished."""
        done = [trial for trial in self.ranked if trial.outcome is Outcome.DONE and trial.metric is not None]
        return done[0] if done else None

    @property
    def baseline(self) -> Trial | None:
        """The trial with the defaults; None where they were not tried, or are outside of the space."""
        defaults = self.space.defaults
        return next((trial for trial in self.trials if defaults and dict(trial.values) == defaults), None)

    def best_json(self) -> bytes | None:
        """The content of `best.json`; None when nothing was finished."""
        best = self.best
        if best is None:
            return None
        return pretty_json(
            {
                "schema": SCHEMA,
                "where": self.where,
                "objective": f"validation:{OBJECTIVE}",
                "value": best.metric,
                "trial": best.name,
                "trials": len(self.trials),
                "hyperparameters": {**self.given, **best.values},
                "fixed": dict(self.fixed),
                "space": self.space.to_json(),
            }
        )


def _rank(trial: Trial) -> tuple[int, float]:
    order = {Outcome.DONE: 0, Outcome.PRUNED: 1, Outcome.RUNNING: 2, Outcome.FAILED: 3}
    if trial.metric is None or not math.isfinite(trial.metric):
        return 4, 0.0
    return order[trial.outcome], trial.metric


def settings_of(values: Mapping[str, str]) -> str:
    """The options of `fit` and `submit` that set these hyperparameters."""
    return " ".join(f"--set {name}={text}" for name, text in values.items())


def read_best(path: Path) -> dict[str, str]:
    """The hyperparameters that a search found best; an empty text drops a default.

    Raises
    ------
    DataError
        when there is no such file or it is not of this schema
    """
    value: Any = read_json(path, what="result of a search", how_to_get="run: python -m training tune")
    found = value.get("hyperparameters") if isinstance(value, dict) and value.get("schema") == SCHEMA else None
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise DataError(f"{path} is not of the schema {SCHEMA}; run: python -m training tune")
    for name, text in found.items():
        if name not in RULES:
            raise HyperparameterError(f"{path} names the unknown hyperparameter {name}; run: python -m training tune")
        if text:
            RULES[name].parse(name, text)
    return found
