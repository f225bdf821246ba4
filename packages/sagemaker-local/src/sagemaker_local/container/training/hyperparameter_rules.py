"""What the container asks of hyperparameters together: an objective and its classes, a metric and its objective."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sagemaker_local.container.training.errors import UserError, located

DEPENDENCIES: dict[str, tuple[str, ...]] = {
    "updater": ("booster", "process_type"),
    "objective": ("num_class",),
    "eval_metric": ("objective",),
    "monotone_constraints": ("tree_method",),
    "interaction_constraints": ("tree_method",),
}
"""Hyperparameters that must be known before another is checked."""

_TREE_UPDATERS = [
    "grow_colmaker",
    "distcol",
    "grow_histmaker",
    "grow_skmaker",
    "sync",
    "refresh",
    "prune",
    "grow_quantile_histmaker",
]
_GROWERS = ["grow_colmaker", "distcol", "grow_histmaker", "grow_quantile_histmaker"]
_LINEAR_UPDATERS = ["shotgun", "coord_descent"]
# The container joins the characters of a generator's name, where it means the names of the updaters.
_JOINED_GENERATOR = ", ".join(
    "'<generator object initialize.<locals>.updater_validator.<locals>.<genexpr> at 0x7f0000000000>'"
)


def check_together(name: str, value: Any, known: Mapping[str, Any]) -> None:
    """Check a value against those on which it depends.

    Raises
    ------
    UserError
        If they do not fit.
    KeyError
        If there is an `eval_metric` without an `objective`: the container fails like this.
    """
    if name == "objective":
        _check_objective(value, known)
    elif name == "eval_metric":
        _check_metrics(value, known)
    elif name == "updater":
        _check_updaters(value, known)
    elif name == "monotone_constraints" and known.get("tree_method") not in ("exact", "hist"):
        message = "monotone_constraints can be used only when the tree_method parameter is set to "
        raise UserError(message + "either 'exact' or 'hist'.", at="monotone constraints without their method")
    elif name == "interaction_constraints" and value is not None:
        _check_interactions(known)


def _check_objective(objective: str, known: Mapping[str, Any]) -> None:
    if objective in ("multi:softmax", "multi:softprob") and known.get("num_class") is None:
        message = "Require input for parameter 'num_class' for multi-classification"
        raise UserError(message, at="classes that are not counted")


def _check_metrics(metrics: list[str], known: Mapping[str, Any]) -> None:
    if "objective" not in known:
        raise located(KeyError("objective"), at="metric without an objective")
    objective = known["objective"]
    if "auc" in metrics and not objective.startswith(("binary:", "rank:")):
        message = "Metric 'auc' can only be applied for classification and ranking problems."
        raise UserError(message, at="auc of another problem")
    if "aft-nloglik" in metrics and objective != "survival:aft":
        message = "Metric 'aft-nloglik' can only be applied for 'survival:aft' objective."
        raise UserError(message, at="aft-nloglik of another problem")


def _check_interactions(known: Mapping[str, Any]) -> None:
    if known.get("tree_method") not in ("exact", "hist", "approx"):
        message = (
            "interaction_constraints can be used only when the tree_method parameter is set to "
            "either 'exact', 'hist' or 'approx'."
        )
        raise UserError(message, at="interaction constraints without their method")


def _check_updaters(updaters: list[str], known: Mapping[str, Any]) -> None:
    if known.get("booster") == "gblinear":
        if not (len(updaters) == 1 and updaters[0] in _LINEAR_UPDATERS):
            message = f"Linear updater should be one of these options: {_JOINED_GENERATOR}."
            raise UserError(message, at="updater that is not linear")
    elif known.get("process_type") == "update":
        if not set(updaters) <= {"refresh", "prune"}:
            message = "process_type 'update' can only be used with updater 'refresh' and 'prune'"
            raise UserError(message, at="updater that does not update")
    else:
        _check_tree_updaters(updaters)


def _check_tree_updaters(updaters: list[str]) -> None:
    if not set(updaters) <= set(_TREE_UPDATERS):
        message = (
            "Tree updater should be selected from these options: 'grow_colmaker', 'distcol', 'grow_histmaker', "
            "'grow_skmaker', 'grow_quantile_histmaker', 'sync', 'refresh', 'prune', "
            "'shortgun', 'coord_descent'."
        )
        raise UserError(message, at="updater that is not of trees")
    if sum(updater in _GROWERS for updater in updaters) > 1:
        message = (
            "Only one tree grow plugin can be selected. Choose one from the"
            "following: 'grow_colmaker', 'distcol', 'grow_histmaker', "
            "'grow_skmaker'"
        )
        raise UserError(message, at="two updaters that grow")
