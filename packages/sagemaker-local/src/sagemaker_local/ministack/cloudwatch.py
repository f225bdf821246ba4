"""Other services of MiniStack that the daemon uses itself: CloudWatch Logs and CloudWatch, for what processes write."""

from __future__ import annotations

import json

from sagemaker_local.ministack.registry import private
from sagemaker_local.sagemaker.jobs import training_metrics
from sagemaker_local.sagemaker.jobs.training_runner import LOG_GROUP
from sagemaker_local.sagemaker.records import Scope


async def write_log(where: Scope, group: str, stream: str, lines: list[tuple[int, str]]) -> None:
    """Write lines (milliseconds since the epoch, text) to CloudWatch Logs, making group and stream if needed."""
    handler = private("ministack.app:SERVICE_HANDLERS")["logs"]
    events = [{"timestamp": when, "message": line} for when, line in lines]
    names = {"logGroupName": group, "logStreamName": stream}
    requests = (
        ("CreateLogGroup", {"logGroupName": group}),
        ("CreateLogStream", names),
        ("PutLogEvents", {**names, "logEvents": events}),
    )
    with private("ministack.core.responses:request_scope")(where.account, where.region):
        for operation, request in requests:
            headers = {"x-amz-target": f"Logs_20140328.{operation}", "content-type": "application/x-amz-json-1.1"}
            await handler("POST", "/", headers, json.dumps(request).encode(), {})
    if group == LOG_GROUP:
        await _write_metrics(where, stream.partition("/")[0], lines)


async def _write_metrics(where: Scope, job: str, lines: list[tuple[int, str]]) -> None:
    """Write the metrics that lines of a training job show to CloudWatch, with its name as their dimension."""
    data = [
        {
            "MetricName": name,
            "Dimensions": [{"Name": "TrainingJobName", "Value": job}],
            "Timestamp": metric.seen,
            "Value": metric.value,
        }
        for when, line in lines
        for name, metric in training_metrics.found_in(line, when / 1000).items()
    ]
    if data:
        handler = private("ministack.app:SERVICE_HANDLERS")["monitoring"]
        headers = {
            "x-amz-target": "GraniteServiceVersion20100801.PutMetricData",
            "content-type": "application/x-amz-json-1.0",
        }
        body = json.dumps({"Namespace": LOG_GROUP, "MetricData": data}).encode()
        with private("ministack.core.responses:request_scope")(where.account, where.region):
            await handler("POST", "/", headers, body, {})
