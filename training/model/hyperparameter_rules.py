"""Which hyperparameters the built-in XGBoost container knows, and which values it takes, as a table of rules.

Written from the container's own validation (github.com/aws/sagemaker-xgboost-container,
`algorithm_mode/hyperparameter_validation.py`, version 3.2-0): a job with another name or value fails minutes after it
was submitted, so the same is refused here at once. Stricter than the container in one point: NaN and infinity.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeVar

from training.common.errors import HyperparameterError

Value = int | float | str | tuple[str, ...] | tuple[int, ...] | tuple[tuple[int, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A range of numbers; a missing bound is infinite.

    Parameters
    ----------
    least, most
        the bounds
    least_open, most_open
        whether the bound itself is excluded
    """

    least: float = -math.inf
    most: float = math.inf
    least_open: bool = False
    most_open: bool = False

    def __contains__(self, value: float) -> bool:
        above = value > self.least or (value == self.least and not self.least_open)
        below = value < self.most or (value == self.most and not self.most_open)
        return math.isfinite(value) and above and below

    def __str__(self) -> str:
        opening = "(" if self.least_open or self.least == -math.inf else "["
        closing = ")" if self.most_open or self.most == math.inf else "]"
        return f"{opening}{_bound(self.least)}, {_bound(self.most)}{closing}"


def _bound(value: float) -> str:
    return f"{value:+}" if math.isinf(value) else f"{value:g}" if abs(value) < 1e6 else str(int(value))


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A whole number within an interval."""

    within: Interval

    def describe(self) -> str:
        """The allowed values in words."""
        return f"whole number in {self.within}"

    def parse(self, name: str, text: str) -> int:
        """The number, or a `HyperparameterError`."""
        try:
            value = int(text)
        except ValueError:
            raise HyperparameterError(
                f"hyperparameter {name}: could not parse {text!r}, expected a whole number"
            ) from None
        return _within(name, value, self.within)


@dataclass(frozen=True, kw_only=True)
class Real:
    """A number within an interval."""

    within: Interval

    def describe(self) -> str:
        """The allowed values in words."""
        return f"number in {self.within}"

    def parse(self, name: str, text: str) -> float:
        """The number, or a `HyperparameterError`."""
        try:
            value = float(text)
        except ValueError:
            raise HyperparameterError(f"hyperparameter {name}: could not parse {text!r}, expected a number") from None
        return _within(name, value, self.within)


_Number = TypeVar("_Number", int, float)


def _within(name: str, value: _Number, within: Interval) -> _Number:
    if value not in within:
        raise HyperparameterError(f"hyperparameter {name}: {value} is not in {within}")
    return value


@dataclass(frozen=True, kw_only=True)
class OneOf:
    """One of some words."""

    words: tuple[str, ...]

    def describe(self) -> str:
        """The allowed values in words."""
        return "one of " + ", ".join(self.words)

    def parse(self, name: str, text: str) -> str:
        """The word, or a `HyperparameterError`."""
        if text not in self.words:
            raise HyperparameterError(f"hyperparameter {name}: {_shown(text)} is not in {_listed(self.words)}")
        return text


@dataclass(frozen=True, kw_only=True)
class SomeOf:
    """Some of some words, separated by commas; `thresholds` also admits `word@number` for those words."""

    words: tuple[str, ...]
    thresholds: tuple[str, ...] = ()

    def describe(self) -> str:
        """The allowed values in words."""
        return "some of " + ", ".join(self.words)

    def parse(self, name: str, text: str) -> tuple[str, ...]:
        """The words in their order, or a `HyperparameterError`."""
        values = tuple(text.split(","))
        for value in values:
            if not (value in self.words or self._has_threshold(value)):
                raise HyperparameterError(
                    f"hyperparameter {name}: value {_shown(value)} is not in {_listed(self.words)}"
                )
        return values

    def _has_threshold(self, value: str) -> bool:
        word, at, threshold = (piece.strip() for piece in value.partition("@"))
        try:
            return bool(at) and word in self.thresholds and math.isfinite(float(threshold))
        except ValueError:
            return False


@dataclass(frozen=True, kw_only=True)
class Literal:
    """A Python literal: a tuple of numbers, or a list of such lists when `nested`, each number within an interval."""

    within: Interval
    nested: bool = False

    def describe(self) -> str:
        """The allowed values in words."""
        return f"{'list of lists' if self.nested else 'tuple'} of whole numbers in {self.within}"

    def parse(self, name: str, text: str) -> tuple[int, ...] | tuple[tuple[int, ...], ...]:
        """The numbers, or a `HyperparameterError`. The text is read as a literal and never evaluated."""
        try:
            value = ast.literal_eval(text)
            if self.nested:
                return tuple(tuple(_within(name, int(number), self.within) for number in inner) for inner in value)
            return tuple(_within(name, int(number), self.within) for number in value)
        except (ValueError, SyntaxError, TypeError):
            shape = "a list of lists of whole numbers" if self.nested else "a tuple of whole numbers"
            raise HyperparameterError(f"hyperparameter {name}: could not parse {text!r}, expected {shape}") from None


Rule = Whole | Real | OneOf | SomeOf | Literal


def _shown(text: str) -> str:
    """The text as it is when it can be read, else quoted."""
    return text if text.isprintable() and text else repr(text)


def _listed(words: Collection[str]) -> str:
    return "[" + ", ".join(words) + "]"


_POSITIVE = Interval(least=0, least_open=True)
_AT_LEAST_0 = Interval(least=0)
_AT_LEAST_1 = Interval(least=1)
_FRACTION = Interval(least=0, most=1)
_SHARE = Interval(least=0, most=1, least_open=True)
_YES_OR_NO = OneOf(words=("true", "false"))
_FLAG = Whole(within=_FRACTION)

METRICS_TO_MAXIMIZE = (
    "accuracy", "auc", "aucpr", "balanced_accuracy", "f1", "f1_binary", "f1_macro", "map", "ndcg", "precision", "r2",
    "recall", "precision_macro", "precision_micro", "recall_macro", "recall_micro",
)  # fmt: skip
METRICS_TO_MINIMIZE = (
    "aft-nloglik", "cox-nloglik", "error", "gamma-deviance", "gamma-nloglik", "interval-regression-accuracy", "logloss",
    "mae", "mape", "merror", "mlogloss", "mphe", "mse", "poisson-nloglik", "rmse", "rmsle", "tweedie-nloglik",
)  # fmt: skip
METRICS_OF_THE_CONTAINER = (
    "accuracy", "balanced_accuracy", "f1", "f1_binary", "f1_macro", "mse", "precision", "precision_macro",
    "precision_micro", "r2", "recall", "recall_macro", "recall_micro",
)  # fmt: skip
"""Metrics that the container adds to XGBoost's own; only a job in the container can report them."""

_OBJECTIVES = (
    "aft_loss_distribution", "binary:logistic", "binary:logitraw", "binary:hinge", "count:poisson", "multi:softmax",
    "multi:softprob", "rank:pairwise", "rank:ndcg", "rank:map", "reg:linear", "reg:squarederror", "reg:logistic",
    "reg:gamma", "reg:pseudohubererror", "reg:squaredlogerror", "reg:absoluteerror", "reg:tweedie", "survival:aft",
    "survival:cox",
)  # fmt: skip

UPDATERS = (
    "grow_colmaker", "distcol", "grow_histmaker", "grow_skmaker", "sync", "refresh", "prune", "shotgun",
    "coord_descent",
)  # fmt: skip

RULES: dict[str, Rule] = {
    "num_round": Whole(within=_AT_LEAST_1),
    "csv_weights": _FLAG,
    "early_stopping_rounds": Whole(within=_AT_LEAST_1),
    "booster": OneOf(words=("gbtree", "gblinear", "dart")),
    "verbosity": Whole(within=Interval(least=0, most=3)),
    "nthread": Whole(within=_AT_LEAST_1),
    "eta": Real(within=_FRACTION),
    "gamma": Real(within=_AT_LEAST_0),
    "max_depth": Whole(within=_AT_LEAST_0),
    "min_child_weight": Real(within=_AT_LEAST_0),
    "max_delta_step": Real(within=_AT_LEAST_0),
    "subsample": Real(within=_SHARE),
    "colsample_bytree": Real(within=_SHARE),
    "colsample_bylevel": Real(within=_SHARE),
    "colsample_bynode": Real(within=_SHARE),
    "lambda": Real(within=_AT_LEAST_0),
    "alpha": Real(within=_AT_LEAST_0),
    "tree_method": OneOf(words=("auto", "exact", "approx", "hist", "gpu_hist")),
    "sketch_eps": Real(within=Interval(least=0, most=1, least_open=True, most_open=True)),
    "scale_pos_weight": Real(within=_POSITIVE),
    "updater": SomeOf(words=UPDATERS),
    "dsplit": OneOf(words=("row", "col")),
    "refresh_leaf": _FLAG,
    "process_type": OneOf(words=("default", "update")),
    "grow_policy": OneOf(words=("depthwise", "lossguide")),
    "max_leaves": Whole(within=_AT_LEAST_0),
    "max_bin": Whole(within=_AT_LEAST_0),
    "predictor": OneOf(words=("auto", "cpu_predictor", "gpu_predictor")),
    "monotone_constraints": Literal(within=Interval(least=-1, most=1)),
    "interaction_constraints": Literal(within=_AT_LEAST_1, nested=True),
    "sample_type": OneOf(words=("uniform", "weighted")),
    "normalize_type": OneOf(words=("tree", "forest")),
    "rate_drop": Real(within=_FRACTION),
    "one_drop": _FLAG,
    "skip_drop": Real(within=_FRACTION),
    "lambda_bias": Real(within=_FRACTION),
    "tweedie_variance_power": Real(within=Interval(least=1, most=2, least_open=True, most_open=True)),
    "objective": OneOf(words=_OBJECTIVES),
    "num_class": Whole(within=Interval(least=2)),
    "base_score": Real(within=_AT_LEAST_0),
    "_kfold": Whole(within=Interval(least=2)),
    "_num_cv_round": Whole(within=_AT_LEAST_1),
    "_tuning_objective_metric": OneOf(
        words=tuple(f"validation:{metric}" for metric in (*METRICS_TO_MAXIMIZE, *METRICS_TO_MINIMIZE))
    ),
    "eval_metric": SomeOf(words=METRICS_TO_MAXIMIZE + METRICS_TO_MINIMIZE, thresholds=("error", "ndcg", "map")),
    "seed": Whole(within=Interval(least=-(2**31), most=2**31 - 1, least_open=True, most_open=True)),
    "num_parallel_tree": Whole(within=_AT_LEAST_1),
    "save_model_on_termination": _YES_OR_NO,
    "aft_loss_distribution": OneOf(words=("normal", "logistic", "extreme")),
    "aft_loss_distribution_scale": Real(within=_AT_LEAST_0),
    "deterministic_histogram": _YES_OR_NO,
    "sampling_method": OneOf(words=("uniform", "gradient_based")),
    "prob_buffer_row": Whole(within=Interval(least=1, least_open=True)),
    "use_dask_gpu_training": _YES_OR_NO,
}

ALIASES = {"learning_rate": "eta", "min_split_loss": "gamma", "reg_lambda": "lambda", "reg_alpha": "alpha"}
