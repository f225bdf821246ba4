"""Other services of MiniStack that the daemon uses itself: CloudWatch Logs, for what endpoints write."""

from __future__ import annotations

import json

from emulator.registry import private
from emulator.sagemaker.records import Scope


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
