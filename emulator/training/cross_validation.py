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

from emulator.training.errors import located

Array = npt.NDArray[Any]
Results = dict[str, dict[str, list[float]]]
FILE = "predictions.csv"
_HALF = 0.5

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
            draw = _stratified if classification else _plain
            drawn = draw(labels, self.folds, random)
            yield from (np.flatnonzero(drawn == fold) for fold in range(self.folds))

    def _summary(self, every: list[Results]) -> str:
        text = f"[{self.rounds}]"
        for metric in every[0]["train"]:
            for data in every[0]:
                mean = np.mean([results[data][metric][-1] for results in every])
                text += f"\t{data}-{metric}:{mean:.5f}"
        return text


def _stratified(labels: Array, folds: int, random: np.random.Generator) -> Array:
    """The fold of each row, int, shape (rows,); each class is spread evenly."""
    _refuse_more_folds_than_rows(len(labels), folds)
    if np.any(labels != labels.astype(int)):
        raise _refusal("Supported target types are: ('binary', 'multiclass'). Got 'continuous' instead.")
    _, encoded, counts = np.unique(labels, return_inverse=True, return_counts=True)
    if np.all(folds > counts):
        raise _refusal(f"n_splits={folds} cannot be greater than the number of members in each class.")
    ordered = np.sort(encoded)
    shares = np.array([np.bincount(ordered[fold::folds], minlength=len(counts)) for fold in range(folds)])
    drawn = np.empty(len(labels), dtype=int)
    for each in range(len(counts)):
        of_class = np.arange(folds).repeat(shares[:, each])
        random.shuffle(of_class)
        drawn[encoded == each] = of_class
    return drawn


def _plain(labels: Array, folds: int, random: np.random.Generator) -> Array:
    """The fold of each row, int, shape (rows,); folds are of even size."""
    _refuse_more_folds_than_rows(len(labels), folds)
    drawn = np.arange(len(labels)) % folds
    random.shuffle(drawn)
    return drawn


def _refuse_more_folds_than_rows(rows: int, folds: int) -> None:
    if folds > rows:
        raise _refusal(
            f"Cannot have number of splits n_splits={folds} greater than the number of samples: n_samples={rows}."
        )


def _refusal(text: str) -> Exception:
    return located(ValueError(text), at="training: folds")


class Predictions:
    """Predictions of rows by boosters that have not seen them.

    Parameters
    ----------
    labels
        float32, shape (rows,).
    repeats
        Predictions a row.
    classification
        Whether to keep a class and its probability, or a number.
    """

    def __init__(self, *, labels: Array, repeats: int, classification: bool) -> None:
        self._labels = labels.copy()
        self._values = np.zeros((len(labels), repeats))
        self._probabilities = np.zeros((len(labels), repeats)) if classification else None

    def record(self, rows: Array, repeat: int, predictions: Array) -> None:
        """Note the predictions of some rows."""
        if self._probabilities is None:
            self._values[rows, repeat] = predictions
        elif predictions.ndim > 1:
            self._values[rows, repeat] = predictions.argmax(axis=-1)
            self._probabilities[rows, repeat] = predictions.max(axis=-1)
        else:
            self._values[rows, repeat] = predictions > _HALF
            self._probabilities[rows, repeat] = predictions

    def save(self, folder: Path) -> None:
        """Write `predictions.csv`: label, mean probability and most frequent class; or label and mean prediction."""
        if not folder.exists():
            _LOG.warning("Output directory %s not found; Creating the output directory.", folder)
            folder.mkdir(parents=True)
        _LOG.info("Storing predictions on validation set(s) in %s", folder / FILE)
        columns = [self._labels]
        if self._probabilities is not None:
            columns += [self._probabilities.mean(axis=-1), np.array([_most_frequent(row) for row in self._values])]
        else:
            columns.append(self._values.mean(axis=-1))
        np.savetxt(folder / FILE, np.vstack(columns).T, delimiter=",", fmt="%f")


def _most_frequent(values: Array) -> float:
    found, counts = np.unique(values, return_counts=True)
    return float(found[counts.argmax()])
