"""CloudFront of MiniStack: which distributions there are; that it fetches from its origins over TLS and only reads.

A bucket whose policy refuses plain HTTP would refuse an emulator without AUTH, which looks at no request's transport.
"""

from __future__ import annotations

from typing import Any

from sagemaker_local import settings
from sagemaker_local.ministack.registry import private, replace
from sagemaker_local.ministack.site import Distribution

_METHODS = "ministack.services.cloudfront:_dataplane_allowed_methods"
_READS = ("GET", "HEAD")
_FETCH = "ministack.services.s3:serve_cloudfront_origin_fetch"


def install() -> None:
    """Let CloudFront fetch from buckets over TLS, and take GET and HEAD where nothing else is said."""
    fetch, pin = private(_FETCH), private("ministack.core.iam_evaluator:pin_request_origin")

    def serve_cloudfront_origin_fetch(*arguments: Any, **named: Any) -> Any:
        pin(settings.HOST, True)
        return fetch(*arguments, **named)

    allowed = private(_METHODS)
    replace(_FETCH, serve_cloudfront_origin_fetch)
    replace(_METHODS, lambda behavior: allowed(behavior) or _READS)


def distributions() -> list[Distribution]:
    """The distributions that are enabled, the one that was changed last first."""
    every = list(private("ministack.services.cloudfront:_distributions").values())
    found = [
        Distribution(identifier=each["Id"], domain=each["DomainName"], changed=each["LastModifiedTime"])
        for each in reversed(every)
        if each["enabled"]
    ]
    return sorted(found, key=lambda each: each.changed, reverse=True)
