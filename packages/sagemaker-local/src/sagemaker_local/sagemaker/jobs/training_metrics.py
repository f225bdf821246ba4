"""Metrics of the built-in XGBoost: what SageMaker looks for in the log, and what it finds there.

The names are those of https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost-tuning.html, for both channels; a line is
`[12]#011train-merror:0.1#011validation-merror:0.2`, where `#011` is a tab.
"""

from __future__ import annotations

import re

from sagemaker_local.sagemaker.jobs.records import Metric
from sagemaker_local.sagemaker.shapes import Json

MAXIMIZED = ("accuracy", "auc", "f1", "map", "ndcg")
MINIMIZED = ("error", "logloss", "mae", "merror", "mlogloss", "mse", "rmse")
_NUMBER = r"([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)"
_TABULATOR = "#011"


def _regex(channel: str, metric: str) -> str:
    return rf".*\[[0-9]+\].*{_TABULATOR}{channel}-{metric}:{_NUMBER}.*"


DEFINITIONS: list[Json] = [
    {"Name": f"{channel}:{metric}", "Regex": _regex(channel, metric)}
    for channel in ("train", "validation")
    for metric in sorted((*MAXIMIZED, *MINIMIZED))
]
"""`AlgorithmSpecification.MetricDefinitions` of every job of the image."""

_EXPRESSIONS = {definition["Name"]: re.compile(definition["Regex"]) for definition in DEFINITIONS}


def found_in(line: str, now: float) -> dict[str, Metric]:
    """The metrics that one line of a log shows.

    Parameters
    ----------
    line
        A line as CloudWatch Logs has it.
    now
        Seconds since the epoch.
    """
    if _TABULATOR not in line:
        return {}
    matches = ((name, expression.match(line)) for name, expression in _EXPRESSIONS.items())
    return {name: Metric(value=float(match[1]), seen=now) for name, match in matches if match}
