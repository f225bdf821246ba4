"""One object for what can be tuned: it drives training here and, as strings, a SageMaker training job.

Names and ranges are those of the built-in container (`training.model.hyperparameter_rules`); this module adds what the
container checks between them, and the defaults (docs/experiments.md describes how they were found).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contract.digit import CLASSES
from contract.manifest import OBJECTIVE
from training.common.errors import HyperparameterError
from training.model.hyperparameter_rules import ALIASES, RULES, UPDATERS, Value

DEFAULTS = {
    "objective": OBJECTIVE,
    "num_class": str(CLASSES),
    "num_round": "60",
    "early_stopping_rounds": "20",
    "eval_metric": "mlogloss,merror",
    "tree_method": "hist",
    "grow_policy": "lossguide",
    "max_leaves": "63",
    "max_depth": "0",
    "max_bin": "16",
    "eta": "0.35",
    "colsample_bytree": "0.3",
    "min_child_weight": "0.01",
    "lambda": "0.1",
    "seed": "1",
}

DESCRIPTIONS = {
    "num_round": "boosting rounds at most, with a tree for each class",
    "eta": "learning rate",
    "max_depth": "maximum depth of a tree, 0 for no limit",
    "max_leaves": "maximum number of leaves of a tree, 0 for no limit",
    "subsample": "share of the rows per tree",
    "colsample_bytree": "share of the pixels per tree",
    "early_stopping_rounds": "stop after so many rounds without a better validation value",
    "seed": "same seed, data and machine: same model, byte for byte",
    "nthread": "threads, all processors unless set",
}
"""What the common hyperparameters do; https://xgboost.readthedocs.io/en/stable/parameter.html describes all."""

_NOT_FOR_THE_LIBRARY = ("num_round", "early_stopping_rounds", "save_model_on_termination", "csv_weights")
_LINEAR_UPDATERS = ("shotgun", "coord_descent")
_GROWERS = ("grow_colmaker", "distcol", "grow_histmaker")
_REFRESHERS = ("refresh", "prune")


@dataclass(frozen=True, kw_only=True)
class Hyperparameters:
    """A validated set of hyperparameters; make one with `from_sagemaker` or `default`.

    Parameters
    ----------
    values
        name and parsed value, sorted by name, no aliases
    """

    values: tuple[tuple[str, Value], ...]

    @classmethod
    def from_sagemaker(cls, texts: Mapping[str, str]) -> Hyperparameters:
        """Parse and validate the strings of a training job's request.

        Raises
        ------
        HyperparameterError
            for an unknown name, a missing `num_round`, a value out of range, or values that do not go together
        """
        named = {ALIASES.get(name, name): text for name, text in texts.items()}
        for name in named:
            if name not in RULES:
                raise HyperparameterError(_unknown(name))
        if "num_round" not in named:
            raise HyperparameterError("missing required hyperparameter: num_round; give a whole number of at least 1")
        parsed: dict[str, Value] = {name: RULES[name].parse(name, text) for name, text in sorted(named.items())}
        _check_together(parsed)
        return cls(values=tuple(parsed.items()))

    @classmethod
    def default(cls, **changes: str) -> Hyperparameters:
        """The defaults, with changes by name (`lambda` is a word of Python: use `from_sagemaker` or `reg_lambda`)."""
        changed = {ALIASES.get(name, name): text for name, text in changes.items()}
        return cls.from_sagemaker({**DEFAULTS, **changed})

    def to_sagemaker(self) -> dict[str, str]:
        """Every value as the string that a training job's request wants; the reverse of `from_sagemaker`."""
        return {name: _as_text(value) for name, value in self.values}

    def for_library(self) -> dict[str, Value | list[str]]:
        """The parameters of `xgboost.train`, without its arguments and what only a job understands."""
        parameters: dict[str, Value | list[str]] = {
            name: value for name, value in self.values if name not in _NOT_FOR_THE_LIBRARY and not name.startswith("_")
        }
        parameters["eval_metric"] = list(self.metrics)
        for name in ("updater", "monotone_constraints", "interaction_constraints"):
            if name in parameters:
                parameters[name] = _as_text(self.get(name))
        return parameters

    def get(self, name: str) -> Value | None:
        """The value of that name, or None."""
        return dict(self.values).get(name)

    def whole(self, name: str) -> int | None:
        """The value of a whole-number hyperparameter, or None."""
        value = self.get(name)
        return value if isinstance(value, int) else None

    @property
    def rounds(self) -> int:
        """Boosting rounds at most."""
        return self.whole("num_round") or 0

    @property
    def trees_a_round(self) -> int:
        """Trees that a round adds: `num_parallel_tree` for each class, none to a linear model."""
        if self.get("booster") == "gblinear":
            return 0
        return (self.whole("num_class") or 1) * (self.whole("num_parallel_tree") or 1)

    @property
    def metrics(self) -> tuple[str, ...]:
        """Metrics to report each round; the container stops early by the last one, and so do we."""
        given = self.get("eval_metric")
        names = tuple(str(name) for name in given) if isinstance(given, tuple) else ()
        return names or ("mlogloss", "merror")


def _unknown(name: str) -> str:
    return f"extraneous hyperparameter found: {name}; python -m training fit --list shows the known ones"


def _as_text(value: Value | None) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value)) if value and isinstance(value[0], str) else _literal(value)
    # str() of a float gives the shortest text that reads back as the same number
    return str(value)


def _literal(value: tuple[object, ...]) -> str:
    nested = any(isinstance(inner, tuple) for inner in value)
    return str([list(inner) for inner in value if isinstance(inner, tuple)]) if nested else str(value)


def _check_together(values: Mapping[str, Value]) -> None:
    """What the container checks between hyperparameters, in its words where they are clear."""
    _check_objective(values)
    _check_metrics(values)
    _check_constraints(values)
    _check_updaters(values)


def _check_objective(values: Mapping[str, Value]) -> None:
    objective = str(values.get("objective", ""))
    if objective in ("multi:softmax", "multi:softprob") and "num_class" not in values:
        raise HyperparameterError(
            f"require input for parameter 'num_class' for multi-classification, objective is {objective};"
            " add num_class=10"
        )


def _check_metrics(values: Mapping[str, Value]) -> None:
    metrics, objective = values.get("eval_metric"), str(values.get("objective", ""))
    if not isinstance(metrics, tuple):
        return
    if not objective:
        raise HyperparameterError("eval_metric needs an objective; add objective=multi:softprob")
    if "auc" in metrics and not objective.startswith(("binary:", "rank:")):
        raise HyperparameterError(
            f"metric 'auc' can only be applied for classification and ranking problems, objective is {objective}"
        )
    if "aft-nloglik" in metrics and objective != "survival:aft":
        raise HyperparameterError(
            f"metric 'aft-nloglik' can only be applied for 'survival:aft' objective, objective is {objective}"
        )


def _check_constraints(values: Mapping[str, Value]) -> None:
    allowed = {"monotone_constraints": ("exact", "hist"), "interaction_constraints": ("exact", "hist", "approx")}
    for name, methods in allowed.items():
        method = values.get("tree_method")
        if name in values and method not in methods:
            raise HyperparameterError(
                f"{name} needs tree_method to be one of {', '.join(methods)}, it is {method or 'not set'}"
            )


def _check_updaters(values: Mapping[str, Value]) -> None:
    updaters = values.get("updater")
    if not isinstance(updaters, tuple):
        return
    names = [str(name) for name in updaters]
    if values.get("booster") == "gblinear":
        if len(names) != 1 or names[0] not in _LINEAR_UPDATERS:
            raise HyperparameterError(
                f"linear updater should be one of {', '.join(_LINEAR_UPDATERS)}, it is {','.join(names)}"
            )
    elif values.get("process_type") == "update":
        if not set(names) <= set(_REFRESHERS):
            raise HyperparameterError(
                f"process_type 'update' can only be used with updater 'refresh' and 'prune', it is {','.join(names)}"
            )
    elif not set(names) <= set(UPDATERS) - set(_LINEAR_UPDATERS) or sum(name in _GROWERS for name in names) > 1:
        raise HyperparameterError(
            f"tree updater should name at most one of {', '.join(_GROWERS)}, it is {','.join(names)}"
        )
