"""Repeated k-fold cross validation: one booster a fold, their metrics, and every row's prediction.

Folds are drawn as scikit-learn's `RepeatedStratifiedKFold` and `RepeatedKFold` do, which the container leaves unseeded:
they differ from run to run there, and so they do here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xgboost

from sagemaker_local.container.training.errors import located
from sagemaker_local.container.training.fold_predictions import Predictions
from sagemaker_local.container.training.folds import plain, stratified

Array = npt.NDArray[Any]
Results = dict[str, dict[str, list[float]]]

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is trained.

    Parameters
    ----------
    objective, classes
        The hyperparameters `objective` and `num_class`, if given.
    """

    objective: str | None
    classes: int | None

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Problem:
        """The problem of these hyperparameters."""
        return cls(objective=parameters.get("objective"), classes=parameters.get("num_class"))

    def is_classification(self) -> bool:
        """Whether there are classes.

        Raises
        ------
        AttributeError
            If neither is given: the container asks None how it begins.
        """
        if self.classes:
            return True
        if self.objective is None:
            error = AttributeError("'NoneType' object has no attribute 'startswith'")
            raise located(error, at="training: classification")
        return self.objective.startswith("binary:")


@dataclass(frozen=True, kw_only=True)
class CrossValidation:
    """A repeated k-fold cross validation.

    Parameters
    ----------
    together
        All rows.
    folds, repeats
        How many folds, and how often they are drawn.
    rounds
        `num_round`; it stands before the summary of metrics.
    problem
        What is trained; folds of a classification keep the share of each class.
    output_folder
        Where `predictions.csv` goes.
    print_line
        Receives the summaries.
    """

    together: xgboost.DMatrix
    folds: int
    repeats: int
    rounds: int
    problem: Problem
    output_folder: Path
    print_line: Callable[[str], None]

    def run(self, train: Callable[[xgboost.DMatrix, int, Results], xgboost.Booster]) -> list[xgboost.Booster]:
        """Train a booster a fold, and write down what each predicts for the rows that it has not seen.

        Parameters
        ----------
        train
            Trains on a matrix, for a fold of that number, and leaves the metrics in the dictionary.

        Raises
        ------
        ValueError
            If there are too few rows for the folds, in scikit-learn's words.
        """
        rows, labels = self.together.num_row(), self.together.get_label()
        _LOG.info("Run %d-round of %d-fold cross validation with %d rows", self.repeats, self.folds, rows)
        boosters: list[xgboost.Booster] = []
        every: list[Results] = []
        classification = self.problem.is_classification()
        predictions = Predictions(labels=labels, repeats=self.repeats, classification=classification)
        for number, held_out in enumerate(self._drawn(labels, classification)):
            results: Results = {}
            rest = np.setdiff1d(np.arange(rows), held_out)
            booster = train(self.together.slice(rest), number, results)
            predictions.record(held_out, number // self.folds, booster.predict(self.together.slice(held_out)))
            boosters.append(booster)
            every.append(results)
            if len(boosters) % self.folds == 0:
                _LOG.info("The metrics of round %d cross validation", len(boosters) // self.folds)
                self.print_line(self._summary(every[-self.folds :]))
        predictions.save(self.output_folder)
        if self.repeats > 1:
            _LOG.info("The overall metrics of %d-round cross validation", self.repeats)
            self.print_line(self._summary(every))
        return boosters

    def _drawn(self, labels: Array, classification: bool) -> Iterator[Array]:
        random = np.random.default_rng()
        for _ in range(self.repeats):
            draw = stratified if classification else plain
            drawn = draw(labels, self.folds, random)
            yield from (np.flatnonzero(drawn == fold) for fold in range(self.folds))

    def _summary(self, every: list[Results]) -> str:
        text = f"[{self.rounds}]"
        for metric in every[0]["train"]:
            for data in every[0]:
                mean = np.mean([results[data][metric][-1] for results in every])
                text += f"\t{data}-{metric}:{mean:.5f}"
        return text
