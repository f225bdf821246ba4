"""What policies may ask for on AWS and MiniStack does not know: an upload that says If-None-Match, and one log stream.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
"""

from __future__ import annotations

from typing import Any

from sagemaker_local.json_text import read_json
from sagemaker_local.ministack.registry import private, replace

_CONTEXT = "ministack.core.iam_actions:s3_service_context"
_RESOURCE = "ministack.core.iam_actions:extract_resource_arn"
_ABOUT_A_STREAM = ("CreateLogStream", "DeleteLogStream", "GetLogEvents", "PutLogEvents")
_WITHOUT_STREAM = ("ListTagsForResource", "TagResource", "UntagResource")


def install() -> None:
    """Add the condition key `s3:if-none-match`, and the names of log streams."""
    _tell_conditional_uploads()
    _name_log_streams()


def _tell_conditional_uploads() -> None:
    known = private(_CONTEXT)

    def s3_service_context(
        action: str, query: dict[str, Any] | None, path: str = "", headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        context: dict[str, Any] = known(action, query, path, headers)
        wanted = (headers or {}).get("if-none-match")
        return {**context, "s3:if-none-match": wanted} if wanted and action == "s3:PutObject" else context

    replace(_CONTEXT, s3_service_context)


def _name_log_streams() -> None:
    extract = private(_RESOURCE)

    def extract_resource_arn(
        service: str, method: str, path: str, headers: dict[str, str], body: bytes, *rest: Any
    ) -> str:
        arn = str(extract(service, method, path, headers, body, *rest))
        is_group = service == "logs" and arn != "*"
        return arn + _stream(headers.get("x-amz-target", ""), body) if is_group else arn

    replace(_RESOURCE, extract_resource_arn)


def _stream(target: str, body: bytes) -> str:
    """The end of the ARN that is asked about: of one stream, or of none where an action is about a group."""
    action = target.rpartition(".")[2]
    if action not in _ABOUT_A_STREAM:
        return "" if action in _WITHOUT_STREAM else ":log-stream:"
    try:
        return f":log-stream:{read_json(body)['logStreamName']}"
    except (ValueError, KeyError, TypeError):
        return ""
