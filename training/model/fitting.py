"""Train XGBoost in this process. Takes arrays and hyperparameters, gives a booster; reads and writes no files.

Training is dense: every zero is a value and only NaN is missing, because the endpoint is sent dense rows. The booster
that comes back is cut to its best round, so that whoever loads it (the container predicts with all the rounds it
finds) predicts exactly what was scored here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import xgboost

from training.common.errors import FitError, HyperparameterError
from training.data.dataset import Split, validate_split
from training.model.digits_model import require_served_model
from training.model.hyperparameter_rules import METRICS_OF_THE_CONTAINER
from training.model.hyperparameters import Hyperparameters
from training.model.library_rules import require_trainable
from training.model.watching import Round, Watcher

_DEFAULT_BINS = 256


@dataclass(frozen=True, kw_only=True)
class FitResult:
    """A trained model.

    Parameters
    ----------
    booster
        cut to its best round, without attributes
    history
        one entry per round done
    best_round
        rounds that the booster has
    seconds
        from the first look at the data to the last round
    interrupted
        whether a stop was requested before the end
    """

    booster: xgboost.Booster
    history: tuple[Round, ...]
    best_round: int
    seconds: float
    interrupted: bool


def fit(
    train: Split,
    validation: Split,
    hyperparameters: Hyperparameters,
    *,
    on_round: Callable[[Round], None] = lambda _round: None,
    stop_requested: Callable[[], bool] = lambda: False,
) -> FitResult:
    """Train until the rounds are done, validation no longer improves, or a stop is requested.

    Parameters
    ----------
    train, validation
        uint8 images and labels; only `train` is learned from
    hyperparameters
        validated; `multi:softprob` over ten classes
    on_round
        called after every round
    stop_requested
        asked after every round; True ends the training and keeps what there is

    Raises
    ------
    DataError
        when a split is not valid
    HyperparameterError
        when they are valid for the container but not for this model
    FitError
        when the library refuses them after all
    """
    for name, split in (("train", train), ("validation", validation)):
        validate_split(name, split)
    require_digits_model(hyperparameters)
    return boost(
        lambda: _matrices(train, validation, hyperparameters),
        hyperparameters,
        on_round=on_round,
        stop_requested=stop_requested,
    )


def boost(
    matrices: Callable[[], tuple[xgboost.DMatrix, xgboost.DMatrix]],
    hyperparameters: Hyperparameters,
    *,
    on_round: Callable[[Round], None] = lambda _round: None,
    stop_requested: Callable[[], bool] = lambda: False,
) -> FitResult:
    """The same for data that XGBoost has in its own form.

    Parameters
    ----------
    matrices
        makes train and validation; the time that it takes counts
    hyperparameters, on_round, stop_requested
        see `fit`

    Raises
    ------
    FitError
        when the library refuses them after all
    """
    watcher = Watcher(hyperparameters, on_round=on_round, stop_requested=stop_requested)
    started = time.monotonic()
    try:
        train_matrix, validation_matrix = matrices()
        booster = xgboost.train(
            hyperparameters.for_library(),
            train_matrix,
            num_boost_round=hyperparameters.rounds,
            evals=[(train_matrix, "train"), (validation_matrix, "validation")],
            callbacks=[watcher],
            verbose_eval=False,
        )
    except (xgboost.core.XGBoostError, ValueError) as problem:
        raise FitError(f"xgboost refuses to train: {reason(problem)}; change the hyperparameters") from None
    return FitResult(
        booster=cut(booster, watcher.best),
        history=tuple(watcher.history),
        best_round=watcher.best,
        seconds=time.monotonic() - started,
        interrupted=watcher.interrupted,
    )


def require_digits_model(hyperparameters: Hyperparameters) -> None:
    """Refuse what this project could not serve or reproduce here, or XGBoost would not train.

    Raises
    ------
    HyperparameterError
        naming the value and what is needed instead
    """
    require_served_model(hyperparameters)
    if hyperparameters.get("use_dask_gpu_training") not in (None, "false"):
        raise HyperparameterError(
            "hyperparameter use_dask_gpu_training: true works in a training job only; leave it out here"
        )
    for metric in hyperparameters.metrics:
        if metric in METRICS_OF_THE_CONTAINER:
            raise HyperparameterError(
                f"hyperparameter eval_metric: {metric} works in a training job only; use merror or mlogloss here"
            )
    require_trainable(hyperparameters)


def _matrices(
    train: Split, validation: Split, hyperparameters: Hyperparameters
) -> tuple[xgboost.DMatrix, xgboost.DMatrix]:
    """The data as XGBoost wants it: binned once for `hist`, plain for the other methods."""
    if hyperparameters.get("tree_method") in ("exact", "approx"):
        plain = [xgboost.DMatrix(part.images, part.labels, missing=np.nan) for part in (train, validation)]
        return plain[0], plain[1]
    bins = hyperparameters.whole("max_bin") or _DEFAULT_BINS
    matrix = xgboost.QuantileDMatrix(train.images, train.labels, missing=np.nan, max_bin=bins)
    other = xgboost.QuantileDMatrix(validation.images, validation.labels, missing=np.nan, max_bin=bins, ref=matrix)
    return matrix, other


def cut(booster: xgboost.Booster, rounds: int) -> xgboost.Booster:
    """The first rounds of a booster, without attributes: what is saved then depends on the trees alone."""
    best = booster[:rounds]
    best.set_attr(**dict.fromkeys(best.attributes()))
    return best


def reason(problem: BaseException) -> str:
    """The first line of a library error that says something, without its C++ stack trace."""
    text = str(problem).split("Stack trace:")[0].strip().splitlines()[0]
    return text.split("Check failed: ")[-1].strip().rstrip(".")
