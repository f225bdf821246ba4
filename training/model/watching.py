"""Follow a training run: report every round, keep track of the best one, stop early or when asked. Trains nothing.

It stands in for XGBoost's own early stopping so that the best round is known also when nobody asked for early
stopping, or when the run was interrupted.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xgboost

from training.model.hyperparameter_rules import METRICS_TO_MAXIMIZE
from training.model.hyperparameters import Hyperparameters


@dataclass(frozen=True, kw_only=True)
class Round:
    """What is known after a boosting round.

    Parameters
    ----------
    number
        rounds done so far, from 1
    rounds
        rounds at most
    train, validation
        the latest value of each metric, by its name
    best
        the round with the best validation value of the metric that decides, from 1
    seconds
        since the beginning
    seconds_a_round
        mean of the rounds after the first, which pays for the start
    """

    number: int
    rounds: int
    train: dict[str, float]
    validation: dict[str, float]
    best: int
    seconds: float
    seconds_a_round: float


class Watcher(xgboost.callback.TrainingCallback):
    """XGBoost's callback after each round.

    Parameters
    ----------
    hyperparameters
        has the rounds, the patience and the metric that decides: the last of `eval_metric`, as in the container
    on_round
        called after every round
    stop_requested
        asked after every round; True ends the training
    """

    def __init__(
        self,
        hyperparameters: Hyperparameters,
        *,
        on_round: Callable[[Round], None],
        stop_requested: Callable[[], bool],
    ) -> None:
        super().__init__()
        self.history: list[Round] = []
        self.best = 0
        self.interrupted = False
        self._rounds = hyperparameters.rounds
        self._patience = hyperparameters.whole("early_stopping_rounds")
        self._metric = hyperparameters.metrics[-1]
        self._best_value = math.inf
        self._on_round = on_round
        self._stop_requested = stop_requested
        self._started = time.monotonic()
        self._first_done = self._started

    def after_iteration(self, model: Any, epoch: int, evals_log: Mapping[str, Mapping[str, Sequence[Any]]]) -> bool:  # noqa: ARG002
        """Note the round; True ends the training. The signature is XGBoost's."""
        self._note(epoch + 1, evals_log)
        self._on_round(self.history[-1])
        self.interrupted = epoch + 1 < self._rounds and self._stop_requested()
        return self.interrupted or (self._patience is not None and epoch + 1 - self.best >= self._patience)

    def _note(self, number: int, evals_log: Mapping[str, Mapping[str, Sequence[Any]]]) -> None:
        train, validation = (
            {metric: float(values[-1]) for metric, values in evals_log[name].items()}
            for name in ("train", "validation")
        )
        value = validation[self._metric] * (-1 if self._metric in METRICS_TO_MAXIMIZE else 1)
        if value < self._best_value:
            self.best, self._best_value = number, value
        now = time.monotonic()
        self._first_done = now if number == 1 else self._first_done
        self.history.append(
            Round(
                number=number,
                rounds=self._rounds,
                train=train,
                validation=validation,
                best=self.best,
                seconds=now - self._started,
                seconds_a_round=(now - self._first_done) / max(1, number - 1),
            )
        )
