"""What a story may have started is found among many older ones, in the order in which SageMaker lists them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tools.accept.stage import Stage
from tools.accept.stories.pipeline import executions
from tools.accept.stories.training import tuning_jobs

NAMES = [f"digits-dev-t-{number:02}" for number in range(15)]
"""In the order of their creation."""


def listing(summaries: str, member: str, *, by: str) -> Callable[..., dict[str, Any]]:
    """An operation that lists by a member, ascending, unless it is told otherwise; ten at once."""

    def listed(*, SortBy: str = by, SortOrder: str = "Ascending", MaxResults: int = 10, **_: str) -> dict[str, Any]:  # noqa: N803 - as SageMaker names them
        found: Sequence[str] = NAMES if SortBy == "CreationTime" else sorted(NAMES)
        found = found if SortOrder == "Ascending" else found[::-1]
        return {summaries: [{member: name} for name in found[:MaxResults]]}

    return listed


SAGEMAKER = SimpleNamespace(
    list_hyper_parameter_tuning_jobs=listing(
        "HyperParameterTuningJobSummaries", "HyperParameterTuningJobName", by="Name"
    ),
    list_pipeline_executions=listing("PipelineExecutionSummaries", "PipelineExecutionArn", by="CreationTime"),
)
STAGE = cast("Stage", SimpleNamespace(client=lambda _: SAGEMAKER, deployment=SimpleNamespace(environment="dev")))


@pytest.mark.parametrize("found", [tuning_jobs, lambda stage: executions(stage, "digits-dev")])
def test_the_newest_are_found(found: Callable[[Stage], set[str]]) -> None:
    assert found(STAGE) == set(NAMES[5:])
