"""Updates of the endpoint: one under load without a lost request, a bad model that is rolled back, refused capacity."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Any

from botocore.exceptions import ClientError
from urllib3.exceptions import HTTPError

from stacks.inference.capacity import InstanceCapacity
from tools.accept.golden import golden_digits
from tools.accept.stage import Stage
from tools.accept.stories.predictions import warm_up
from tools.accept.story import Differs, NotRun, Story, expect
from tools.accept.updates import EndpointStack, no_model, packed_otherwise

CALLERS = 3
LEAST_ANSWERS = 10


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
        except (HTTPError, OSError, ValueError) as error:
            return f"{type(error).__name__}: {error}"
        return "" if right else f"{answer.status} {answer.body[:200]!r}"


def play_update(stage: Stage) -> None:
    """The same model in another archive takes the place of what serves, and goes again."""
    warm_up(stage)
    stack = EndpointStack(stage)
    _, before = stack.running()
    with Callers(stage) as callers:
        stage.say("updating the endpoint under load")
        status = stack.update(packed_otherwise(stack.served()))
    expect("UPDATE_COMPLETE", status, f"the status of {stack.name}")
    endpoint, after = stack.running()
    expect("InService", endpoint, "the status of the endpoint")
    if after == before:
        raise Differs("the endpoint runs another configuration", f"{before}, as before")
    callers.expect_none_lost()
    stage.say("returning to what was deployed, under load")
    with Callers(stage) as again:
        stack.restore()
    again.expect_none_lost()


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


def play_capacity_change(stage: Stage) -> None:
    """A configuration without instances is offered to an endpoint that has some."""
    if not isinstance(stage.settings.capacity, InstanceCapacity):
        msg = "the endpoint is serverless already"
        raise NotRun(msg)
    sagemaker, name = stage.client("sagemaker"), stage.outputs("inference")["EndpointName"]
    running = sagemaker.describe_endpoint(EndpointName=name)["EndpointConfigName"]
    _make_serverless_config(stage, sagemaker, running)
    stage.at_end(f"the capacity of {name}", _return_to, stage, sagemaker, name, running)
    try:
        sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=stage.name)
    except ClientError as error:
        expect("ValidationException", error.response["Error"]["Code"], "the refusal")
    else:
        raise Differs("SageMaker refuses to take the instances from an endpoint", "the update has begun")


def _make_serverless_config(stage: Stage, sagemaker: Any, running: str) -> None:
    """A serverless configuration of the model that is served; its copy has no network isolation, which is refused."""
    (variant,) = sagemaker.describe_endpoint_config(EndpointConfigName=running)["ProductionVariants"]
    model = sagemaker.describe_model(ModelName=variant["ModelName"])
    container = {key: model["PrimaryContainer"][key] for key in ("Image", "ModelDataUrl")}
    sagemaker.create_model(ModelName=stage.name, ExecutionRoleArn=model["ExecutionRoleArn"], PrimaryContainer=container)
    stage.at_end(f"the model {stage.name}", sagemaker.delete_model, ModelName=stage.name)
    serverless = {
        "VariantName": variant["VariantName"],
        "ModelName": stage.name,
        "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 1},
    }
    sagemaker.create_endpoint_config(EndpointConfigName=stage.name, ProductionVariants=[serverless])
    stage.at_end(f"the configuration {stage.name}", sagemaker.delete_endpoint_config, EndpointConfigName=stage.name)


def _return_to(stage: Stage, sagemaker: Any, name: str, config: str) -> None:
    def is_settled() -> bool:
        return bool(sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"] == "InService")

    stage.until(is_settled, f"{name} is in service", seconds=1800)
    if sagemaker.describe_endpoint(EndpointName=name)["EndpointConfigName"] != config:
        sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=config)
        stage.until(is_settled, f"{name} is in service", seconds=1800)


NEEDS = ("storage", "inference", "api")
STORIES = (
    Story(
        slug="update-under-load",
        sentence="an update of the endpoint and the way back lose no request",
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
    Story(
        slug="capacity-change",
        sentence="SageMaker refuses to make an endpoint with instances serverless",
        needs=("inference",),
        seconds=4000,
        usd=0.10,
        changes="a model and a configuration; if it is not refused, the endpoint is serverless for a while",
        disturbs=True,
        play=play_capacity_change,
    ),
)
