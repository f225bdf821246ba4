"""Which web pages may call the API: those of the site, and no others (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol).

It permits pages to read responses; it does not authenticate, and only affects browsers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.events import CORRELATION_HEADER, Request, Response

REQUEST_HEADERS = ("Authorization", "Content-Type", CORRELATION_HEADER)
"""Request headers that a page may set beside the safelisted ones."""

READABLE_HEADERS = ("Retry-After", CORRELATION_HEADER)
"""Response headers that a page may read beside the safelisted ones."""

MAX_AGE_SECONDS = 7200
"""How long a browser may cache a preflight response; Chromium's own limit."""


@dataclass(frozen=True, kw_only=True)
class Origins:
    """The origins of the site, such as `https://d111.cloudfront.net`; one `*` stands for any port."""

    patterns: tuple[str, ...] = ()

    @classmethod
    def from_text(cls, text: str) -> Origins:
        """Read origins with spaces between them."""
        return cls(patterns=tuple(text.split()))

    def headers(self, request: Request) -> dict[str, str]:
        """Give the headers that let the page which sent this request read the response; none for any other page."""
        origin = request.headers.get("origin", "")
        if not self.patterns:
            return {}
        vary = {"Vary": "Origin"}
        if not self._allows(origin):
            return vary
        return {
            **vary,
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": ", ".join(READABLE_HEADERS),
        }

    def preflight(self, request: Request, methods: Iterable[str]) -> Response:
        """Answer the preflight request of a browser (method OPTIONS)."""
        allowed = self.headers(request)
        if "Access-Control-Allow-Origin" in allowed:
            allowed |= {
                "Access-Control-Allow-Methods": ", ".join(methods),
                "Access-Control-Allow-Headers": ", ".join(REQUEST_HEADERS),
                "Access-Control-Max-Age": str(MAX_AGE_SECONDS),
            }
        return Response(status=204, document=None, headers=allowed)

    def _allows(self, origin: str) -> bool:
        return any(re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), origin) for pattern in self.patterns)


def with_headers(response: Response, headers: Mapping[str, str]) -> Response:
    """Give the same response with further headers."""
    return Response(
        status=response.status,
        document=response.document,
        content_type=response.content_type,
        headers={**response.headers, **headers},
    )
