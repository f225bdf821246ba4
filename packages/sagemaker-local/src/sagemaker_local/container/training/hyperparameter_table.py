"""Every hyperparameter of the built-in XGBoost container, in the order in which the container looks for them.

Source: `sagemaker_xgboost_container/algorithm_mode/hyperparameter_validation.py` of the container at `cb8df91`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sagemaker_local.container.training.errors import UserError
from sagemaker_local.container.training.hyperparameter_kinds import (
    Hyperparameter,
    Interval,
    ManyValued,
    Nested,
    literal_tuple,
    nested_list,
    words,
)

MAXIMIZED = [
    "accuracy",
    "auc",
    "aucpr",
    "balanced_accuracy",
    "f1",
    "f1_binary",
    "f1_macro",
    "map",
    "ndcg",
    "precision",
    "r2",
    "recall",
    "precision_macro",
    "precision_micro",
    "recall_macro",
    "recall_micro",
]
"""Metrics of which more is better."""

MINIMIZED = [
    "aft-nloglik",
    "cox-nloglik",
    "error",
    "gamma-deviance",
    "gamma-nloglik",
    "interval-regression-accuracy",
    "logloss",
    "mae",
    "mape",
    "merror",
    "mlogloss",
    "mphe",
    "mse",
    "poisson-nloglik",
    "rmse",
    "rmsle",
    "tweedie-nloglik",
]
"""Metrics of which less is better."""

ALIASES = {"learning_rate": "eta", "min_split_loss": "gamma", "reg_lambda": "lambda", "reg_alpha": "alpha"}
"""Other names, and what they stand for."""

THRESHOLD_METRICS = ("error", "ndcg", "map")
"""Metrics that take a threshold, as in `error@0.7`."""

_OBJECTIVES = [
    "aft_loss_distribution",
    "binary:logistic",
    "binary:logitraw",
    "binary:hinge",
    "count:poisson",
    "multi:softmax",
    "multi:softprob",
    "rank:pairwise",
    "rank:ndcg",
    "rank:map",
    "reg:linear",
    "reg:squarederror",
    "reg:logistic",
    "reg:gamma",
    "reg:pseudohubererror",
    "reg:squaredlogerror",
    "reg:absoluteerror",
    "reg:tweedie",
    "survival:aft",
    "survival:cox",
]
# Twice named as there: the list is part of an error text.
_UPDATERS = [
    "grow_colmaker",
    "distcol",
    "grow_histmaker",
    "grow_skmaker",
    "sync",
    "refresh",
    "prune",
    "grow_colmaker",
    "distcol",
    "grow_histmaker",
    "grow_colmaker",
    "shotgun",
    "coord_descent",
    "refresh",
    "prune",
]


class EvaluationMetrics:
    """The metrics that `eval_metric` may name; some take a threshold, as in `error@0.7`."""

    names = (*MAXIMIZED, *MINIMIZED)

    def __str__(self) -> str:
        return str(MAXIMIZED + MINIMIZED)

    def __contains__(self, metric: object) -> bool:
        return isinstance(metric, str) and self._allows(metric)

    def _allows(self, metric: str) -> bool:
        if "<function" in metric:
            message = f"User defined evaluation metric {metric} is not supported yet."
            raise UserError(message, at="metric that is a function")
        return _has_threshold(metric) if "@" in metric else metric in MAXIMIZED + MINIMIZED


def _has_threshold(metric: str) -> bool:
    name, threshold = (part.strip() for part in metric.split("@")[:2])
    if name not in THRESHOLD_METRICS:
        message = (
            f"Metric '{metric}' is not supported. Parameter 'eval_metric' with customized threshold should "
            "be one of these options: 'error', 'ndcg', 'map'."
        )
        raise UserError(message, at="metric that takes no threshold")
    try:
        float(threshold)
    except ValueError as error:
        message = f"Threshold value 't' in '{name}@t' expects float input."
        raise UserError(message, at="threshold that is no number") from error
    return True


def _whole(name: str, least: float | None = None, most: float | None = None, **options: bool) -> Hyperparameter:
    return _number(int, name, least, most, **options)


def _real(name: str, least: float | None = None, most: float | None = None, **options: bool) -> Hyperparameter:
    return _number(float, name, least, most, **options)


def _number(
    read: Callable[[Any], Any], name: str, least: float | None, most: float | None, **options: bool
) -> Hyperparameter:
    required = options.pop("required", False)
    return Hyperparameter(name=name, allowed=Interval(least=least, most=most, **options), read=read, required=required)


def _word(name: str, allowed: list[str]) -> Hyperparameter:
    return Hyperparameter(name=name, allowed=allowed, read=_unchanged)


def _unchanged(value: Any) -> Any:
    return value


_ALL = (
    _whole("num_round", 1, required=True),
    _whole("csv_weights", 0, 1),
    _whole("early_stopping_rounds", 1),
    _word("booster", ["gbtree", "gblinear", "dart"]),
    _whole("verbosity", 0, 3),
    _whole("nthread", 1),
    _real("eta", 0, 1),
    _real("gamma", 0),
    _whole("max_depth", 0),
    _real("min_child_weight", 0),
    _real("max_delta_step", 0),
    _real("subsample", 0, 1, least_open=True),
    _real("colsample_bytree", 0, 1, least_open=True),
    _real("colsample_bylevel", 0, 1, least_open=True),
    _real("colsample_bynode", 0, 1, least_open=True),
    _real("lambda", 0),
    _real("alpha", 0),
    _word("tree_method", ["auto", "exact", "approx", "hist", "gpu_hist"]),
    _real("sketch_eps", 0, 1, least_open=True, most_open=True),
    _real("scale_pos_weight", 0, least_open=True),
    ManyValued(name="updater", allowed=_UPDATERS, read=words),
    _word("dsplit", ["row", "col"]),
    _whole("refresh_leaf", 0, 1),
    _word("process_type", ["default", "update"]),
    _word("grow_policy", ["depthwise", "lossguide"]),
    _whole("max_leaves", 0),
    _whole("max_bin", 0),
    _word("predictor", ["auto", "cpu_predictor", "gpu_predictor"]),
    ManyValued(name="monotone_constraints", allowed=[-1, 0, 1], read=literal_tuple),
    Nested(name="interaction_constraints", allowed=Interval(least=1), read=nested_list),
    _word("sample_type", ["uniform", "weighted"]),
    _word("normalize_type", ["tree", "forest"]),
    _real("rate_drop", 0, 1),
    _whole("one_drop", 0, 1),
    _real("skip_drop", 0, 1),
    _real("lambda_bias", 0, 1),
    _real("tweedie_variance_power", 1, 2, least_open=True, most_open=True),
    _word("objective", _OBJECTIVES),
    _whole("num_class", 2),
    _real("base_score", 0),
    _whole("_kfold", 2),
    _whole("_num_cv_round", 1),
    _word("_tuning_objective_metric", [f"validation:{name}" for name in MAXIMIZED + MINIMIZED]),
    ManyValued(name="eval_metric", allowed=EvaluationMetrics(), read=words),
    _whole("seed", -(2**31), 2**31 - 1, least_open=True, most_open=True),
    _whole("num_parallel_tree", 1),
    _word("save_model_on_termination", ["true", "false"]),
    _word("aft_loss_distribution", ["normal", "logistic", "extreme"]),
    _real("aft_loss_distribution_scale", 0),
    _word("deterministic_histogram", ["true", "false"]),
    _word("sampling_method", ["uniform", "gradient_based"]),
    _whole("prob_buffer_row", 1.0, least_open=True),
    _word("use_dask_gpu_training", ["true", "false"]),
)

HYPERPARAMETERS = {hyperparameter.name: hyperparameter for hyperparameter in _ALL}
"""Every hyperparameter by its name."""
