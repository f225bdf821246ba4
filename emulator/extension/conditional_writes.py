"""Tells IAM that an upload says If-None-Match: the condition key `s3:if-none-match`, which MiniStack does not know.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
"""

from __future__ import annotations

from typing import Any

from emulator.registry import private, replace

_CONTEXT = "ministack.core.iam_actions:s3_service_context"


def install() -> None:
    """Add the key to what policies are evaluated with."""
    known = private(_CONTEXT)

    def s3_service_context(
        action: str, query: dict[str, Any] | None, path: str = "", headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        context: dict[str, Any] = known(action, query, path, headers)
        wanted = (headers or {}).get("if-none-match")
        return {**context, "s3:if-none-match": wanted} if wanted and action == "s3:PutObject" else context

    replace(_CONTEXT, s3_service_context)
