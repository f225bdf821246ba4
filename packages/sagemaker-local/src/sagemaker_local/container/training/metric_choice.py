"""Which metrics XGBoost computes, which the container does, and which one ends training early."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import xgboost

from sagemaker_local.container.training import custom_metrics
from sagemaker_local.container.training.hyperparameter_table import MAXIMIZED

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """The metrics of a job.

    Parameters
    ----------
    native
        Metrics for XGBoost; None leaves the choice to the objective.
    custom
        Computes what the container knows itself, if that is anything.
    stopping
        The metric by which training may end early.
    """

    native: list[str] | None
    custom: Callable[[Any, xgboost.DMatrix], list[tuple[str, float]]] | None
    stopping: str | None

    @property
    def maximize(self) -> bool:
        """Whether more of the stopping metric is better."""
        return self.stopping in MAXIMIZED


def chosen(tuned: str | None, asked: list[str] | None) -> Metrics:
    """The metrics that a job requests.

    Parameters
    ----------
    tuned
        `_tuning_objective_metric` of a tuning job, such as `validation:f1`.
    asked
        `eval_metric`.
    """
    objective = tuned.split(":")[1] if tuned else None
    if objective:
        _LOG.info("Setting up HPO optimized metric to be : %s", objective)
    union = sorted({*asked, objective}) if asked and objective else asked or ([objective] if objective else [])
    custom = custom_metrics.available(union)
    # The container takes a set here, whose order differs in each process.
    native = [name for name in dict.fromkeys(union) if name not in custom] if custom else union
    return Metrics(
        native=native or None,
        custom=custom_metrics.evaluation(custom) if custom else None,
        stopping=objective or (asked[-1] if asked else None),
    )
