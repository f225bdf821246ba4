"""Hyperparameters that pass the container's validation, and that XGBoost then refuses for digits, minutes later.

Found by training: every value at the edge of `training.model.hyperparameter_rules` was given to XGBoost 3.2 with the
data and the other hyperparameters of digits (`multi:softprob`, ten classes, dense rows without names of columns).
"""

from __future__ import annotations

from contract.digit import PIXELS
from training.common.errors import HyperparameterError
from training.model.hyperparameter_rules import Value
from training.model.hyperparameters import Hyperparameters

_MOST_WHOLE = 2**31 - 1
_LEAST_REAL, _MOST_REAL = 1.18e-38, 3.402823e38
"""XGBoost keeps whole numbers in 32 bits, others as 32-bit floats, and refuses what underflows."""
_LEAST_BINS = 2
_METRICS_OF_OTHER_PROBLEMS = (
    "error", "f1_binary", "gamma-deviance", "gamma-nloglik", "interval-regression-accuracy", "logloss", "mae", "map",
    "mape", "mse", "ndcg", "poisson-nloglik", "precision", "r2", "recall", "rmse", "rmsle", "tweedie-nloglik",
)  # fmt: skip
_UPDATERS_THAT_ARE_GONE = ("distcol", "grow_skmaker")
_UPDATERS_OF_TREES_THAT_ARE_THERE = ("prune", "refresh")


def require_trainable(hyperparameters: Hyperparameters) -> None:
    """Refuse what XGBoost would refuse when it begins to train.

    Raises
    ------
    HyperparameterError
        naming the value and what to use instead
    """
    for name, value in hyperparameters.values:
        require_size(name, value)
    _check_metrics(hyperparameters)
    _check_updaters(hyperparameters)
    _check_method(hyperparameters)
    _check_constraints(hyperparameters)


def require_size(name: str, value: Value) -> None:
    """Refuse a number that XGBoost cannot keep.

    Raises
    ------
    HyperparameterError
        naming the value and what fits
    """
    if isinstance(value, int) and abs(value) > _MOST_WHOLE:
        raise _refused(name, value, f"it must be at most {_MOST_WHOLE}; lower it")
    if isinstance(value, float) and value and not _LEAST_REAL <= abs(value) <= _MOST_REAL:
        raise _refused(name, value, f"it must be 0 or within {_LEAST_REAL} and {_MOST_REAL}; choose one of these")
    if name == "max_bin" and isinstance(value, int) and value < _LEAST_BINS:
        raise _refused(name, value, f"it must be at least {_LEAST_BINS}; raise it, or leave it out")


def _check_metrics(hyperparameters: Hyperparameters) -> None:
    for metric in hyperparameters.metrics:
        if metric.partition("@")[0].strip() in _METRICS_OF_OTHER_PROBLEMS:
            raise _refused("eval_metric", metric, "it is none of ten classes; use merror or mlogloss")


def _check_updaters(hyperparameters: Hyperparameters) -> None:
    given = hyperparameters.get("updater")
    updaters = [str(name) for name in given] if isinstance(given, tuple) else []
    for name in updaters:
        if name in _UPDATERS_THAT_ARE_GONE:
            raise _refused("updater", name, "XGBoost has it no more; leave updater out")
    if hyperparameters.get("process_type") == "update":
        raise _refused("process_type", "update", "there is no model to update; leave it out")
    if updaters and updaters[0] in _UPDATERS_OF_TREES_THAT_ARE_THERE:
        raise _refused("updater", ",".join(updaters), "nothing grows a tree first; begin with grow_histmaker")
    if _grows_exactly(hyperparameters, updaters) and not hyperparameters.get("max_depth"):
        raise _refused("max_depth", 0, "exact trees need a limit; add max_depth=6, or use tree_method=hist")


def _grows_exactly(hyperparameters: Hyperparameters, updaters: list[str]) -> bool:
    return "grow_colmaker" in updaters if updaters else hyperparameters.get("tree_method") == "exact"


def _check_method(hyperparameters: Hyperparameters) -> None:
    on_dask = hyperparameters.get("use_dask_gpu_training") == "true"
    if hyperparameters.get("tree_method") == "gpu_hist" and not on_dask:
        raise _refused("tree_method", "gpu_hist", "XGBoost has it no more; use tree_method=hist")


def _check_constraints(hyperparameters: Hyperparameters) -> None:
    signs = hyperparameters.get("monotone_constraints")
    if isinstance(signs, tuple) and len(signs) > PIXELS:
        raise _refused("monotone_constraints", f"of {len(signs)} signs", f"there are {PIXELS} pixels; leave some out")
    groups = hyperparameters.get("interaction_constraints")
    if groups is not None:
        raise _refused("interaction_constraints", groups, "pixels have no names to constrain; leave it out")


def _refused(name: str, value: object, why: str) -> HyperparameterError:
    return HyperparameterError(f"hyperparameter {name}: {value} is refused when training begins, {why}")
