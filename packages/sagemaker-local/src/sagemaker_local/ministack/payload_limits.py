"""Bodies that API Gateway and Lambda do not take: above 10 MB, and above 6 MB once they are in the event of a function.

Both answers are AWS's own: no gateway response changes them, so they carry no CORS headers and no problem document.
MiniStack has no limits. Quotas: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html and
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html; the words are those of a public report,
https://github.com/naturalclar/lgtm-generator (issue 10, 2021), and nobody has seen them here.
"""

from __future__ import annotations

import json
from typing import Any

from sagemaker_local.ministack.registry import private, replace

_GATEWAY = "ministack.services.apigateway_v1"
_EXECUTE_API = "ministack.app:_handle_execute_api_request"
BODY_BYTES_MAX = 10 * 1024 * 1024
EVENT_BYTES_MAX = 6 * 1024 * 1024

Answer = tuple[int, dict[str, str], bytes]


class EventTooLongError(Exception):
    """The event of a function is larger than Lambda takes; pictures grow by a third in it (base64)."""


def install() -> None:
    """Refuse what is too large, before the function is called."""
    _limit_bodies()
    _limit_events()


def too_large() -> Answer:
    """What API Gateway answers to a body above its quota."""
    text = f"HTTP content length exceeded {BODY_BYTES_MAX} bytes."
    return 413, {"Content-Type": "text/plain"}, text.encode()


def too_long() -> Answer:
    """What API Gateway answers when Lambda does not take the event."""
    return 413, {"Content-Type": "application/json"}, b'{"message":"Request Too Long"}'


def _limit_bodies() -> None:
    handle, parse = private(_EXECUTE_API), private("ministack.app:_parse_execute_api_url")

    async def handle_execute_api_request(
        host: str, path: str, method: str, headers: dict[str, str], body: bytes, *rest: Any, **named: Any
    ) -> Any:
        if len(body) > BODY_BYTES_MAX and parse(host, path) is not None:
            return too_large()
        return await handle(host, path, method, headers, body, *rest, **named)

    replace(_EXECUTE_API, handle_execute_api_request)


def _limit_events() -> None:
    build, invoke = private(f"{_GATEWAY}:_build_lambda_event_v1"), private(f"{_GATEWAY}:_invoke_lambda_proxy_v1")

    def build_event(*positional: Any, **named: Any) -> Any:
        event = build(*positional, **named)
        if len(json.dumps(event)) > EVENT_BYTES_MAX:
            raise EventTooLongError
        return event

    async def invoke_lambda_proxy(*arguments: Any, **named: Any) -> Any:
        try:
            return await invoke(*arguments, **named)
        except EventTooLongError:
            return too_long()

    replace(f"{_GATEWAY}:_build_lambda_event_v1", build_event)
    replace(f"{_GATEWAY}:_invoke_lambda_proxy_v1", invoke_lambda_proxy)
