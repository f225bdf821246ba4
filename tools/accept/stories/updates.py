"""Updates of the endpoint: one under load without a lost request, and a bad model that is rolled back."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Any

from urllib3.exceptions import HTTPError

from stacks.inference.capacity import InstanceCapacity
from tools.accept.golden import golden_digits
from tools.accept.stage import Stage
from tools.accept.stories.predictions import warm_up
from tools.accept.story import Differs, Story, expect
from tools.accept.updates import EndpointStack, no_model, packed_otherwise

CALLERS = 3
LEAST_ANSWERS = 10
WATCHED = ("Invocation5XXErrors", "ModelLatency")
"""As `stacks/inference/model_endpoint.py` has them for the alarms."""
METRIC_SECONDS = 600


class Callers:
    """Callers who ask for a digit again and again, at half of the rate that the API allows, and keep what differs.

    Parameters
    ----------
    stage
        Where the API is.
    """

    def __init__(self, stage: Stage) -> None:
        self.answers, self.lost = 0, list[str]()
        self._api, self._row = stage.api, golden_digits()[7].tolist()
        self._pause = max(2 * CALLERS / stage.settings.throttle.requests_per_second, 0.05)
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(CALLERS)]

    def __enter__(self) -> Callers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def expect_none_lost(self) -> None:
        """End the story if a request was not answered with the right digit."""
        expect([], self.lost[:3], f"requests that were lost, of {self.answers + len(self.lost)}")
        if self.answers < LEAST_ANSWERS:
            raise Differs(f"at least {LEAST_ANSWERS} requests during the update", self.answers)

    def _ask(self) -> None:
        while not self._over.is_set():
            seen = self._seen()
            if seen:
                self.lost.append(seen)
            else:
                self.answers += 1
            time.sleep(self._pause)

    def _seen(self) -> str:
        """What was wrong with an answer; empty if nothing was."""
        try:
            answer = self._api.predict([self._row])
            right = answer.status == 200 and answer.json()["predictions"][0]["digit"] == 7
        except (HTTPError, OSError, ValueError, LookupError, TypeError) as error:
            return f"{type(error).__name__}: {error}"
        return "" if right else f"{answer.status} {answer.body[:200]!r}"


def play_update(stage: Stage) -> None:
    """The same model in another archive takes the place of what serves, and goes again."""
    warm_up(stage)
    stack = EndpointStack(stage)
    _, before = stack.running()
    count = _wanted_instances(stage)
    with Callers(stage) as callers:
        stage.say("updating the endpoint under load")
        status = stack.update(packed_otherwise(stack.served()))
    expect("UPDATE_COMPLETE", status, f"the status of {stack.name}")
    endpoint, after = stack.running()
    expect("InService", endpoint, "the status of the endpoint")
    if after == before:
        raise Differs("the endpoint runs another configuration", f"{before}, as before")
    callers.expect_none_lost()
    expect(count, _wanted_instances(stage), "instances of the endpoint, as before the update")
    if isinstance(stage.settings.capacity, InstanceCapacity):
        _expect_metrics(stage, after)
    stage.say("returning to what was deployed, under load")
    with Callers(stage) as again:
        stack.restore()
    again.expect_none_lost()


def _variant(stage: Stage) -> dict[str, Any]:
    name = stage.outputs("inference")["EndpointName"]
    (variant,) = stage.client("sagemaker").describe_endpoint(EndpointName=name)["ProductionVariants"]
    found: dict[str, Any] = variant
    return found


def _wanted_instances(stage: Stage) -> int | None:
    """How many there are to be, as scaling has set it; None for a serverless endpoint."""
    return _variant(stage).get("DesiredInstanceCount")


def _expect_metrics(stage: Stage, config: str) -> None:
    """The metrics that rollback alarms watch are there for the new configuration alone."""
    dimensions = {
        "EndpointName": stage.outputs("inference")["EndpointName"],
        "VariantName": _variant(stage)["VariantName"],
        "EndpointConfigName": config,
    }
    for name in WATCHED:
        stage.say(f"waiting for {name} of the new configuration")
        stage.until(partial(_is_measured, stage, name, dimensions), f"{name} of {config}", seconds=METRIC_SECONDS)


def _is_measured(stage: Stage, name: str, dimensions: Mapping[str, str]) -> bool:
    now = datetime.now(UTC)
    answer = stage.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/SageMaker",
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=1),
        Period=60,
        Statistics=["SampleCount"],
    )
    return bool(answer["Datapoints"])


def play_rollback(stage: Stage) -> None:
    """An archive without a model: the update fails, and what served goes on serving."""
    warm_up(stage)
    stack = EndpointStack(stage)
    before = stack.running()
    with Callers(stage) as callers:
        stage.say("updating the endpoint to what is no model")
        status = stack.update(no_model())
    seen = f"{status}, the endpoint is {stack.running()}, before {before}"
    if status != "UPDATE_ROLLBACK_COMPLETE" or stack.running() != before:
        raise Differs(f"UPDATE_ROLLBACK_COMPLETE of {stack.name}, and the endpoint as before", seen)
    callers.expect_none_lost()


NEEDS = ("storage", "inference", "api")
STORIES = (
    Story(
        slug="update-under-load",
        sentence="an update of the endpoint and the way back lose no request and no instance, and are measured",
        needs=NEEDS,
        seconds=6000,
        usd=0.60,
        changes="the archive of the model, packed otherwise: below models/ it stays, where nobody may delete",
        play=play_update,
    ),
    Story(
        slug="update-rolled-back",
        sentence="an update to what is no model is rolled back, and no request is lost",
        needs=NEEDS,
        seconds=6000,
        usd=0.60,
        changes="an archive without a model: below models/ it stays, where nobody may delete",
        play=play_rollback,
    ),
)
