"""What policies may ask for on AWS and MiniStack does not know.

An upload that says If-None-Match, one log stream, all alarms, a dashboard, the path of a role, the tags of a
distribution:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
"""

from __future__ import annotations

from typing import Any

from sagemaker_local.json_text import read_json
from sagemaker_local.ministack.registry import private, replace, scope

COLLECTORS = "ministack.services.tagging:_RESOURCE_TAG_COLLECTORS"
"""Gives ARNs and tags, by service, for the condition key `aws:ResourceTag`."""

_CONTEXT = "ministack.core.iam_actions:s3_service_context"
_RESOURCE = "ministack.core.iam_actions:extract_resource_arn"
_ABOUT_A_STREAM = ("CreateLogStream", "DeleteLogStream", "GetLogEvents", "PutLogEvents")
_WITHOUT_STREAM = ("ListTagsForResource", "TagResource", "UntagResource")


def install() -> None:
    """Add the condition key `s3:if-none-match`, the names of log streams, paths of roles, tags of distributions."""
    _tell_conditional_uploads()
    _name_in_full()
    private(COLLECTORS)["cloudfront"] = private("ministack.services.tagging:_collect_cloudfront")


def _tell_conditional_uploads() -> None:
    known = private(_CONTEXT)

    def s3_service_context(
        action: str, query: dict[str, Any] | None, path: str = "", headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        context: dict[str, Any] = known(action, query, path, headers)
        wanted = (headers or {}).get("if-none-match")
        return {**context, "s3:if-none-match": wanted} if wanted and action == "s3:PutObject" else context

    replace(_CONTEXT, s3_service_context)


def _name_in_full() -> None:
    extract, member = private(_RESOURCE), private("ministack.core.iam_actions:_param")
    roles = private("ministack.services.iam:_roles")

    def extract_resource_arn(
        service: str, method: str, path: str, headers: dict[str, str], body: bytes, *rest: Any
    ) -> str:
        arn = str(extract(service, method, path, headers, body, *rest))
        if service == "iam" and ":role/" in arn:
            return str(roles.get(arn.rpartition("/")[2], {}).get("Arn", arn))
        if service == "monitoring" and describes_alarms(path, headers, body):
            return f"arn:aws:cloudwatch:{scope().region}:{scope().account}:alarm:*"
        if service == "monitoring" and (dashboard := member(body, rest[0], "DashboardName")):
            return f"arn:aws:cloudwatch::{scope().account}:dashboard/{dashboard}"
        is_group = service == "logs" and arn != "*"
        return arn + _stream(headers.get("x-amz-target", ""), body) if is_group else arn

    replace(_RESOURCE, extract_resource_arn)


def describes_alarms(path: str, headers: dict[str, str], body: bytes) -> bool:
    """Whether a request of one of CloudWatch's three protocols asks for alarms: for all of them, whatever it names."""
    name = "DescribeAlarms"
    return name in (path.rpartition("/")[2], headers.get("x-amz-target", "").rpartition(".")[2]) or (
        f"Action={name}&".encode() in body + b"&"
    )


def _stream(target: str, body: bytes) -> str:
    """The end of the ARN that is asked about: of one stream, or of none where an action is about a group."""
    action = target.rpartition(".")[2]
    if action not in _ABOUT_A_STREAM:
        return "" if action in _WITHOUT_STREAM else ":log-stream:"
    try:
        return f":log-stream:{read_json(body)['logStreamName']}"
    except (ValueError, KeyError, TypeError):
        return ""
