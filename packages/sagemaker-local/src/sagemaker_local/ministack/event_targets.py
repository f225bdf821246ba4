"""SageMaker pipelines as targets of EventBridge rules and of EventBridge Scheduler.

MiniStack accepts them and delivers nothing. Rules, schedules and Scheduler all dispatch through one function, which is
replaced here. An execution is started with the rights of the target's role, which must trust the service that does it.
MiniStack looks at its schedules every ten seconds; here it is every second, as nobody wants to wait for a schedule.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from sagemaker_local.ministack.registry import private, replace, scope
from sagemaker_local.ministack.roles import Roles
from sagemaker_local.sagemaker.errors import ServiceError
from sagemaker_local.sagemaker.pipelines import triggers
from sagemaker_local.sagemaker.records import Scope
from sagemaker_local.sagemaker.role_calls import RoleCalls
from sagemaker_local.sagemaker.shapes import Json

logger = logging.getLogger(__name__)

_INVOKE = "ministack.services.eventbridge:_invoke_target"
_INTERVALS = (
    "ministack.services.eventbridge:_SCHEDULER_TICK_INTERVAL",
    "ministack.services.scheduler:_SCHEDULE_TICK_INTERVAL",
)
_LOOK_SECONDS = 1
_SERVICES = {
    "scheduler": ("scheduler.amazonaws.com", "SchedulerService"),
    "events": ("events.amazonaws.com", "EventBridge"),
}


def install(calls: Callable[[Roles], RoleCalls], loop: asyncio.AbstractEventLoop) -> None:
    """Deliver to pipelines too.

    Parameters
    ----------
    calls
        Makes what acts with the rights of roles.
    loop
        Where executions run.
    """
    invoke = private(_INVOKE)
    view_of = private("ministack.services.eventbridge:_pattern_event_view")
    by_service = {name: calls(Roles(*facts)) for name, facts in _SERVICES.items()}

    def invoke_target(target: Json, event: Json, rule: Json, view: Any = None) -> None:
        if not triggers.is_pipeline(target.get("Arn", "")):
            invoke(target, event, rule, view)
            return
        service = str(rule.get("Arn", "")).split(":")[2:3]
        role_calls = by_service["scheduler" if service == ["scheduler"] else "events"]
        delivered = (view or view_of(event)).event_with_detail()
        asyncio.run_coroutine_threadsafe(_start(role_calls, scope(), target, delivered), loop)

    replace(_INVOKE, invoke_target)
    for name in _INTERVALS:
        replace(name, _LOOK_SECONDS)


async def _start(calls: RoleCalls, where: Scope, target: Json, event: Json) -> None:
    try:
        request = triggers.start_request(target, event)
        answer = await calls.call(where, target.get("RoleArn", ""), "StartPipelineExecution", request)
    except (ServiceError, ValueError) as error:  # as in the service, only the log shows it
        logger.warning("event target %s: not delivered: %s", target["Arn"], error)
        return
    logger.info("event target %s: started %s", target["Arn"], answer["PipelineExecutionArn"])
