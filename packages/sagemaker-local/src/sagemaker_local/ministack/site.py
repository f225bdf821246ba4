"""The second port of the emulator: what is deployed to CloudFront, for a browser that cannot choose a Host.

A request gets the Host of a distribution and goes to the emulated CloudFront, which answers it from its origin with the
headers of its policies. `/` is the distribution that was changed last; `/_distribution/ID/` is the one of that id.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sagemaker_local.asgi import Json, Receive, Send, respond
from sagemaker_local.ministack import callers

_CHOSEN = re.compile(r"/_distribution/([A-Za-z0-9]+)(/.*|$)", re.DOTALL)
# What the emulator itself decides of a request: where it goes, that it came over TLS, that nothing is compressed.
_OWN_HEADERS = frozenset({b"host", b"x-forwarded-proto", b"accept-encoding"})
_NOTHING = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>No site yet</title>
<h1>No site yet</h1>
<p>{reason}</p>
<p>This port of the emulator serves CloudFront distributions. <code>sagemaker-local status</code>
lists the distributions.</p>
</html>
"""


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """A distribution of CloudFront: its id, its domain name, and when it was changed, in ISO format."""

    identifier: str
    domain: str
    changed: str


class Site:
    """The ASGI application of the second port.

    Parameters
    ----------
    services
        The application in which CloudFront answers to the domain names of its distributions.
    distributions
        Gives those there are, the first choice first.
    """

    def __init__(self, services: Any, distributions: Callable[[], list[Distribution]]) -> None:
        self._services, self._distributions = services, distributions

    async def __call__(self, scope: Json, receive: Receive, send: Send) -> None:
        """Answer one ASGI request."""
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close"})
            return
        if (reason := callers.refusal(scope["headers"], navigates=True)) is not None:
            await _say(send, 403, reason)
            return
        chosen = _CHOSEN.fullmatch(scope["path"])
        wanted = chosen[1] if chosen else None
        found = next((each for each in self._distributions() if wanted in (None, each.identifier)), None)
        if found is None:
            reason = f"There is no enabled distribution {wanted}." if wanted else "No distribution is deployed."
            await _say(send, 404, reason)
            return
        prefix = len(f"/_distribution/{wanted}") if wanted else 0
        await self._services(_for(scope, found, prefix), receive, send)


def _for(scope: Json, distribution: Distribution, prefix: int) -> Json:
    """The request as CloudFront would get it: to its own name, over TLS, for the path behind the prefix."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    headers = [(name, value) for name, value in scope["headers"] if name.lower() not in _OWN_HEADERS]
    own = [(b"host", distribution.domain.encode()), (b"x-forwarded-proto", b"https")]
    return {
        **scope,
        "path": scope["path"][prefix:] or "/",
        "raw_path": raw[prefix:] or b"/",
        "headers": [*headers, *own],
    }


async def _say(send: Send, status: int, reason: str) -> None:
    body = _NOTHING.format(reason=html.escape(reason)).encode()
    await respond(send, status, {"content-type": "text/html; charset=utf-8", "cache-control": "no-store"}, body)
