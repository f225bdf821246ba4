"""Following an execution: everything is reported once, and the end says what was registered or why nothing was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from training.common.errors import BusyError, JobEndedError
from training.pipeline.executions import Execution, Step, follow_execution, registered_model

ARN = "arn:aws:sagemaker:us-east-1:111111111111:pipeline/digits-dev/execution/abc"
MODEL = "arn:aws:sagemaker:us-east-1:111111111111:model-package/digits-dev/3"


class StatePipelines:
    """A service that goes through states one by one; an error among them is raised once."""

    def __init__(self, states: Iterable[Execution | BusyError]) -> None:
        self._states = list(states)

    def start(self, pipeline: str, parameters: Mapping[str, str]) -> str:
        """Start nothing."""
        return ARN

    def latest(self, pipeline: str) -> str | None:
        """Tell the one execution."""
        return ARN

    def describe(self, arn: str) -> Execution:
        """Go on to the next state; the last one stays."""
        state = self._states.pop(0) if len(self._states) > 1 else self._states[0]
        if isinstance(state, BusyError):
            raise state
        return state

    def last_lines(self, step: Step, *, count: int) -> list[str]:
        """Have no log."""
        return []


def execution(status: str, *steps: Step, reason: str = "") -> Execution:
    return Execution(arn=ARN, status=status, reason=reason, steps=steps)


def followed(*states: Execution | BusyError) -> tuple[list[str], Execution, list[float]]:
    reported: list[str] = []
    slept: list[float] = []
    end = follow_execution(
        ARN, service=StatePipelines(states), on_step=lambda step: reported.append(step.line), sleep=slept.append
    )
    return reported, end, slept


def test_each_change_is_reported_once() -> None:
    checking = Step(name="CheckData", status="Executing", subject="digits-dev-check-data-1")
    checked = Step(name="CheckData", status="Succeeded", subject="digits-dev-check-data-1")
    training = Step(name="Train", status="Executing")
    reported, end, slept = followed(
        execution("Executing", checking),
        execution("Executing", checking),
        execution("Executing", checked, training),
        execution("Succeeded", checked, Step(name="Train", status="Succeeded", cached=True)),
    )
    assert reported == [
        "CheckData: Executing (digits-dev-check-data-1)",
        "CheckData: Succeeded (digits-dev-check-data-1)",
        "Train: Executing",
        "Train: Succeeded, as in an earlier execution",
    ]
    assert end.status == "Succeeded"
    assert len(slept) == 3


def test_a_busy_service_is_asked_again_and_not_for_ever() -> None:
    _, end, slept = followed(BusyError("busy"), BusyError("busy"), execution("Stopped"))
    assert end.has_ended
    assert slept == sorted(slept)
    with pytest.raises(BusyError):
        followed(BusyError("busy"))


def test_the_registered_model_is_found_among_the_steps() -> None:
    steps = (
        Step(name="IsBetter", status="Succeeded", subject="True"),
        Step(name="R", status="Succeeded", subject=MODEL),
    )
    assert registered_model(execution("Succeeded", *steps)) == MODEL


@pytest.mark.parametrize(
    ("ended", "said"),
    [
        (
            execution("Failed", Step(name="IsNotBetter", status="Failed", reason="accuracy 0.9 against 0.98")),
            "is Failed; IsNotBetter: accuracy 0.9 against 0.98",
        ),
        (execution("Failed", reason="the role may not"), "is Failed; the role may not"),
        (execution("Stopped"), "is Stopped; no step registers a model"),
        (execution("Failed", Step(name="R", status="Succeeded", subject=MODEL)), "registered nothing"),
    ],
    ids=["not better", "service", "stopped", "failed later"],
)
def test_why_nothing_was_registered(ended: Execution, said: str) -> None:
    with pytest.raises(JobEndedError, match=said):
        registered_model(ended)
