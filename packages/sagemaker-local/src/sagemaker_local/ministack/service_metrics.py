"""Metrics that services of AWS publish of themselves, and those that lines of logs carry, for alarms and dashboards.

Lambda: Invocations, Errors, Duration and Throttles of every call, whoever made it. API Gateway: Count, 4XXError,
5XXError, Latency, by ApiName and by ApiName and Stage. SQS: the queue's depth and the age of its oldest message, every
five seconds. SageMaker endpoints: Invocations, their errors and ModelLatency, with and without the configuration that
served. More are not there.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
import time
from collections.abc import Mapping
from typing import Any

from sagemaker_local.ministack.embedded_metrics import found_in
from sagemaker_local.ministack.registry import private, replace, scope
from sagemaker_local.sagemaker.fleet import Fleet

_CLOUDWATCH = "ministack.services.cloudwatch"
_LAMBDA = "ministack.services.lambda_svc"
_APPEND = "ministack.services.cloudwatch_logs:_append_log_events"
_EXECUTE_API = "ministack.app:_handle_execute_api_request"
_RUNTIME = "sagemaker-runtime"
_GAUGE_SECONDS = 5.0
_GAUGES_KEPT = 2160
"""Of each gauge: three hours, which the dashboard shows. MiniStack would keep those of two weeks and walk over them."""

Json = dict[str, Any]


def install(fleet: Fleet) -> None:
    """Watch what MiniStack serves.

    Parameters
    ----------
    fleet
        What serves the endpoints; it knows which configuration answers.
    """
    _measure_functions()
    _measure_apis()
    _measure_endpoints(fleet)
    _read_logs()


def _record(namespace: str, dimensions: Mapping[str, str], unit: str, **values: float) -> None:
    for name, value in values.items():
        private(f"{_CLOUDWATCH}:record_metric")(namespace, name.lstrip("_"), value, unit, dict(dimensions))


def _measure_functions() -> None:
    """MiniStack counts calls through the Invoke API only, and throttled ones twice."""
    execute = private(f"{_LAMBDA}:_execute_function")
    mismatch = private(f"{_LAMBDA}:_function_config_scope_mismatch")

    def execute_function(function: Json, event: Any) -> Json:
        config = function.get("config") or function
        if mismatch(config):  # it comes back here in the scope of the function
            return dict(execute(function, event))
        began = time.monotonic()
        result = dict(execute(function, event))
        names = {"FunctionName": str(config.get("FunctionName", "unknown"))}
        if result.get("throttle"):
            _record("AWS/Lambda", names, "Count", Throttles=1)
            return result
        failed = int(bool(result.get("error")))
        _record("AWS/Lambda", names, "Count", Invocations=1, Errors=failed, Throttles=0)
        _record("AWS/Lambda", names, "Milliseconds", Duration=(time.monotonic() - began) * 1000)
        return result

    replace(f"{_LAMBDA}:_execute_function", execute_function)
    replace(f"{_LAMBDA}:_emit_lambda_metrics", lambda *_, **__: None)


def _measure_apis() -> None:
    handle, parse = private(_EXECUTE_API), private("ministack.app:_parse_execute_api_url")

    async def handle_execute_api_request(host: str, path: str, *rest: Any, **named: Any) -> Any:
        began = time.monotonic()
        answer = await handle(host, path, *rest, **named)
        parsed = parse(host, path) if answer is not None else None
        if parsed is not None:
            identifier, stage, _ = parsed
            found = private("ministack.services.apigateway_v1:_rest_apis").get(identifier)
            if found is not None:
                _record_call(found["name"], stage, answer[0], (time.monotonic() - began) * 1000)
        return answer

    replace(_EXECUTE_API, handle_execute_api_request)


def _record_call(name: str, stage: str, status: int, milliseconds: float) -> None:
    counts = {"Count": 1, "_4XXError": int(400 <= status < 500), "_5XXError": int(status >= 500)}
    for dimensions in ({"ApiName": name}, {"ApiName": name, "Stage": stage}):
        _record("AWS/ApiGateway", dimensions, "Count", **counts)
        _record("AWS/ApiGateway", dimensions, "Milliseconds", Latency=milliseconds)


def _measure_endpoints(fleet: Fleet) -> None:
    handlers = private("ministack.app:SERVICE_HANDLERS")
    handle = handlers[_RUNTIME]

    async def handle_invocation(method: str, path: str, headers: Json, body: bytes, query: Json) -> Any:
        began = time.monotonic()
        endpoint = path.split("/")[2]
        config = fleet.config_name(scope(), endpoint)
        answer = await handle(method, path, headers, body, query)
        status = _status_of_model(answer)
        if status:
            headers = {name.lower(): value for name, value in answer[1].items()}
            variant = headers.get("x-amzn-invoked-production-variant", "AllTraffic")
            names = {"EndpointName": endpoint, "VariantName": str(variant)}
            errors = {"Invocation4XXErrors": int(400 <= status < 500), "Invocation5XXErrors": int(status >= 500)}
            failed = int(status >= 400)
            microseconds = (time.monotonic() - began) * 1e6
            for dimensions in (names, {**names, "EndpointConfigName": str(config)}):
                _record("AWS/SageMaker", dimensions, "None", Invocations=1, InvocationModelErrors=failed, **errors)
                _record("AWS/SageMaker", dimensions, "Microseconds", ModelLatency=microseconds)
        return answer

    handlers[_RUNTIME] = handle_invocation


def _status_of_model(answer: Any) -> int:
    """The status that the model answered with, or the service in its place; 0 for requests that reach no endpoint."""
    status, _, body = answer
    if status == 424:
        return int(json.loads(body).get("OriginalStatusCode") or 500)
    return 0 if 400 <= status < 500 else int(status)


def _read_logs() -> None:
    append = private(_APPEND)

    def append_log_events(stream: Json, events: list[Json]) -> None:
        append(stream, events)
        for event in events:
            for datum in found_in(event["message"]):
                point = {"Timestamp": datum.at, "Value": datum.value, "Unit": datum.unit}
                key = (datum.namespace, datum.name, private(f"{_CLOUDWATCH}:_dims_key")(datum.dimensions))
                private(f"{_CLOUDWATCH}:_metric_bucket")(key).append({**point, "Dimensions": dict(datum.dimensions)})

    replace(_APPEND, append_log_events)


async def measure_queues() -> None:
    """Publish the gauges of every queue, until cancelled."""
    while True:
        for (account, region, _), queue in private("ministack.services.sqs:_queues").all_items():
            contextvars.copy_context().run(_gauge, account, region, queue)
        await asyncio.sleep(_GAUGE_SECONDS)


def _gauge(account: str, region: str, queue: Json) -> None:
    now = time.time()
    messages = list(queue["messages"])
    visible = [message for message in messages if message.get("visible_at", 0) <= now]
    delayed = sum(not message.get("receive_count") for message in messages) - sum(
        not message.get("receive_count") for message in visible
    )
    oldest = min((message["sent_at"] for message in messages), default=now)
    names = {"QueueName": queue["name"]}
    with private("ministack.core.responses:request_scope")(account, region):
        gauges = {
            "ApproximateNumberOfMessagesVisible": len(visible),
            "ApproximateNumberOfMessagesNotVisible": len(messages) - len(visible) - delayed,
            "ApproximateNumberOfMessagesDelayed": delayed,
        }
        age = {"ApproximateAgeOfOldestMessage": now - oldest}
        _record("AWS/SQS", names, "Count", **gauges)
        _record("AWS/SQS", names, "Seconds", **age)
        key = private(f"{_CLOUDWATCH}:_dims_key")(names)
        for name in (*gauges, *age):
            del private(f"{_CLOUDWATCH}:_metric_bucket")(("AWS/SQS", name, key))[:-_GAUGES_KEPT]
