"""What is seen of functions and containers from outside: the answer when one fails, and their logs."""

from __future__ import annotations

from typing import Any

from tools.accept.answers import expect_problem
from tools.accept.channel import Listener, channel_body, signed
from tools.accept.stage import Stage
from tools.accept.stories.predictions import warm_up
from tools.accept.story import NotRun, Story, expect
from tools.api_client import Answer

LOG_SECONDS = 300
SETTLED_SECONDS = 120
NOWHERE = "prediction.nowhere.handler"
"""A handler that no bundle has."""
FOREIGN_CHANNEL = "/predictions/nobody/none"
"""A channel of a caller that does not exist."""


def play_function_fails(stage: Stage) -> None:
    """A function that cannot start, and one that Lambda does not call."""
    lambdas, name = stage.client("lambda"), _prediction_function(stage)
    handler = lambdas.get_function_configuration(FunctionName=name)["Handler"]
    stage.at_end(f"the handler of {name}", _set_handler, stage, lambdas, name, handler)
    _set_handler(stage, lambdas, name, NOWHERE)
    expect_problem(_failing(stage), 502, "internal-error", "GET /model of a function that fails")
    _set_handler(stage, lambdas, name, handler)
    stage.until(lambda: stage.api.model().status == 200, "GET /model is answered again", seconds=SETTLED_SECONDS)
    _limit(stage, lambdas, name)
    expect_problem(_failing(stage), 500, "internal-error", "GET /model of a function that Lambda does not call")


def _failing(stage: Stage) -> Answer:
    """The first answer that is not that of the function as it was."""
    return stage.until(
        lambda: answer if (answer := stage.api.model()).status != 200 else None,
        "the function fails",
        seconds=SETTLED_SECONDS,
    )


def _prediction_function(stage: Stage) -> str:
    found = stage.physical_ids("api", "AWS::Lambda::Function")
    (name,) = (physical for logical, physical in found.items() if logical.startswith("Prediction"))
    return name


def _set_handler(stage: Stage, lambdas: Any, name: str, handler: str) -> None:
    lambdas.update_function_configuration(FunctionName=name, Handler=handler)

    def is_done() -> bool:
        return bool(lambdas.get_function_configuration(FunctionName=name).get("LastUpdateStatus") != "InProgress")

    stage.until(is_done, f"the handler of {name} is {handler}", seconds=SETTLED_SECONDS)


def _limit(stage: Stage, lambdas: Any, name: str) -> None:
    """Let Lambda call the function no more, until the story ends."""
    before = lambdas.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions")
    if before is None:
        stage.at_end(f"the concurrency 0 of {name}", lambdas.delete_function_concurrency, FunctionName=name)
    else:
        stage.at_end(
            f"the concurrency 0 of {name}",
            lambdas.put_function_concurrency,
            FunctionName=name,
            ReservedConcurrentExecutions=before,
        )
    lambdas.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)


def play_endpoint_logs(stage: Stage) -> None:
    """The container has written into the group that the stack made."""
    warm_up(stage)
    _expect_lines(stage, f"/aws/sagemaker/Endpoints/{stage.outputs('inference')['EndpointName']}")


def play_push_logs(stage: Stage) -> None:
    """AppSync writes errors only, so one is provoked: the handler refuses the channel of somebody else."""
    if stage.deployment.is_emulated:
        msg = "the emulator writes no logs of AppSync"
        raise NotRun(msg)
    with Listener(stage, signed(stage, "{}")) as listener:
        told = listener.subscribe(FOREIGN_CHANNEL, signed(stage, channel_body(FOREIGN_CHANNEL)))
        expect("subscribe_error", told, f"a subscription to {FOREIGN_CHANNEL}")
    (group,) = (
        name for name in stage.physical_ids("upload", "AWS::Logs::LogGroup").values() if name.startswith("/aws/appsync")
    )
    _expect_lines(stage, group)


def _expect_lines(stage: Stage, group: str) -> None:
    logs = stage.client("logs")

    def lines() -> bool:
        return bool(logs.filter_log_events(logGroupName=group, limit=1)["events"])

    stage.until(lines, f"a line in the log group {group}", seconds=LOG_SECONDS)


STORIES = (
    Story(
        slug="endpoint-logs",
        sentence="the model's container writes into the log group that the stack has made",
        needs=("storage", "inference", "api"),
        seconds=600,
        play=play_endpoint_logs,
    ),
    Story(
        slug="push-logs",
        sentence="AppSync writes into the log group that the stack has made",
        needs=("upload",),
        seconds=600,
        play=play_push_logs,
    ),
    Story(
        slug="function-fails",
        sentence="a function that fails is answered with 502, one that Lambda does not call with 500, as problems",
        needs=("api",),
        seconds=600,
        changes="the handler and the concurrency of a function: for some seconds nobody is answered",
        disturbs=True,
        play=play_function_fails,
    ),
)
