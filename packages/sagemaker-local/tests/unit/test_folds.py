"""Folds of the training container's cross validation, and what is written down of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sagemaker_local.container.training.fold_predictions import Predictions
from sagemaker_local.container.training.folds import plain, stratified

LABELS = np.array([0] * 31 + [1] * 17 + [2] * 6, dtype=np.float32)


@pytest.mark.parametrize("folds", [2, 3, 5])
def test_every_class_is_spread_evenly(folds: int) -> None:
    drawn = stratified(LABELS, folds, np.random.default_rng(1))
    for label in (0, 1, 2):
        counts = Counter(drawn[label == LABELS].tolist())
        assert len(counts) == folds
        assert max(counts.values()) - min(counts.values()) <= 1
    assert max(Counter(drawn.tolist()).values()) - min(Counter(drawn.tolist()).values()) <= 1


def test_plain_folds_are_of_even_size_and_drawn_anew() -> None:
    random = np.random.default_rng(1)
    first, second = plain(LABELS, 4, random), plain(LABELS, 4, random)
    assert sorted(Counter(first.tolist()).values()) == [13, 13, 14, 14]
    assert first.tolist() != second.tolist()


@pytest.mark.parametrize(
    ("draw", "labels", "folds", "expected"),
    [
        (plain, LABELS, 55, "n_splits=55 greater than the number of samples: n_samples=54"),
        (stratified, LABELS, 32, "n_splits=32 cannot be greater than the number of members in each class"),
        (stratified, LABELS + 0.5, 2, "Got 'continuous' instead"),
    ],
)
def test_too_few_rows_are_refused(draw: Callable[..., Any], labels: Any, folds: int, expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        draw(labels, folds, np.random.default_rng(1))


def test_class_and_probability_of_each_row_are_written_down(tmp_path: Path) -> None:
    predictions = Predictions(labels=np.array([0, 1, 2], np.float32), repeats=2, classification=True)
    predictions.record(np.array([0, 2]), 0, np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]]))
    predictions.record(np.array([1]), 0, np.array([[0.2, 0.5, 0.3]]))
    predictions.record(np.array([0, 1, 2]), 1, np.array([[0.5, 0.3, 0.2], [0.6, 0.3, 0.1], [0.2, 0.0, 0.8]]))
    predictions.save(tmp_path / "data")
    written = (tmp_path / "data" / "predictions.csv").read_text("utf-8").splitlines()
    assert written == ["0.000000,0.600000,0.000000", "1.000000,0.550000,0.000000", "2.000000,0.700000,2.000000"]


def test_numbers_of_a_regression_are_averaged(tmp_path: Path) -> None:
    predictions = Predictions(labels=np.array([1.5, 2.5], np.float32), repeats=2, classification=False)
    for repeat, values in enumerate(([1.0, 2.0], [2.0, 4.0])):
        predictions.record(np.array([0, 1]), repeat, np.array(values))
    predictions.save(tmp_path)
    assert (tmp_path / "predictions.csv").read_text("utf-8") == "1.500000,1.500000\n2.500000,3.000000\n"
