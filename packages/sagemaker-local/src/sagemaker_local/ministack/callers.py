"""Whom the emulator answers: programs of this machine and its own web pages, not the pages of others in a browser here.

A web page can send requests to 127.0.0.1, and with a name of its own that resolves to it (DNS rebinding) even read the
answers. Browsers reveal it: in `Host`, in `Origin`, in `Sec-Fetch-Site`; programs do not pretend to be one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# The virtual hosts of S3, API Gateway and CloudFront too: nobody else can let those names lead here.
_HOST = re.compile(
    r"(localhost|127\.0\.0\.1|\[::1\]|[\w.-]+\.(localhost|amazonaws\.com|cloudfront\.net))(:\d+)?", re.IGNORECASE
)
_ORIGIN = re.compile(r"https?://(localhost|127\.0\.0\.1)(:\d+)?")


def refusal(headers: Iterable[tuple[bytes, bytes]], *, navigates: bool = False) -> str | None:
    """Why a request with these headers is not answered; `None` if it is.

    Parameters
    ----------
    headers
        Of the request.
    navigates
        Whether a person may come here by a link of another site, as to a page, which that site cannot read.
    """
    fields: dict[str, list[str]] = {"host": [], "origin": [], "sec-fetch-site": [], "sec-fetch-mode": []}
    for name, value in headers:
        fields.get(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    hosts, origins = fields["host"], fields["origin"]
    if not hosts or not all(map(_HOST.fullmatch, hosts)):
        return f"the Host {', '.join(hosts)!r} is not this machine: use localhost or 127.0.0.1"
    if not all(map(_ORIGIN.fullmatch, origins)):
        return f"a web page of {', '.join(origins)!r} may not use the emulator, only one of http://localhost may"
    is_link = navigates and fields["sec-fetch-mode"] == ["navigate"]
    if not origins and "cross-site" in fields["sec-fetch-site"] and not is_link:
        return "a web page of another site may not use the emulator, only one of http://localhost may"
    return None
