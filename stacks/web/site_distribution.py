"""CloudFront in front of the site's bucket: HTTPS only, and headers that restrict the page to what it needs."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from constructs import Construct

HSTS_DAYS = 365


class SiteDistribution(Construct):
    """The distribution.

    Parameters
    ----------
    bucket
        The files of the site, which only the distribution can read.
    services
        Origins of the services that the page calls, as sources of a content security policy.
    """

    def __init__(self, scope: Construct, construct_id: str, *, bucket: s3.IBucket, services: Sequence[str]) -> None:
        super().__init__(scope, construct_id)
        self.distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment="Digits: the web page",
            default_root_object="index.html",
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            price_class=cloudfront.PriceClass.PRICE_CLASS_100,
            default_behavior=cloudfront.BehaviorOptions(
                origin=origins.S3BucketOrigin.with_origin_access_control(bucket),
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD,
                cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
                compress=True,
                response_headers_policy=self._headers(services),
            ),
        )

    @property
    def url(self) -> str:
        """Address of the site, which is also its origin: without a slash at its end."""
        return f"https://{self.distribution.distribution_domain_name}"

    def _headers(self, services: Sequence[str]) -> cloudfront.ResponseHeadersPolicy:
        return cloudfront.ResponseHeadersPolicy(
            self,
            "Headers",
            comment="Digits: what the web page may do",
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                    content_security_policy=content_security_policy(services), override=True
                ),
                content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
                frame_options=cloudfront.ResponseHeadersFrameOptions(
                    frame_option=cloudfront.HeadersFrameOption.DENY, override=True
                ),
                referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                    referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=True
                ),
                strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=cdk.Duration.days(HSTS_DAYS), include_subdomains=True, override=True
                ),
            ),
            custom_headers_behavior=cloudfront.ResponseCustomHeadersBehavior(
                custom_headers=[
                    _header("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
                    _header("Cross-Origin-Opener-Policy", "same-origin"),
                    _header("Cross-Origin-Resource-Policy", "same-origin"),
                ]
            ),
        )


def services_of(region: str) -> list[str]:
    """The services of AWS that the page calls.

    Their full names are not known when the site is made. No code but the site's own can run, so what is called is what
    the page calls.
    """
    return [
        f"https://*.execute-api.{region}.amazonaws.com",
        f"https://*.s3.{region}.amazonaws.com",
        f"https://cognito-idp.{region}.amazonaws.com",
        f"https://*.appsync-api.{region}.amazonaws.com",
        f"wss://*.appsync-realtime-api.{region}.amazonaws.com",
    ]


EMULATED_SERVICES = ("http://localhost:*", "ws://localhost:*", "http://127.0.0.1:*")
"""The same, where the emulator stands in for AWS."""


def content_security_policy(services: Sequence[str]) -> str:
    """The policy: code and styles from the site alone, calls to these services alone, nothing in a frame."""
    parts = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' blob: data:",
        "manifest-src": "'self'",
        "connect-src": " ".join(["'self'", *services]),
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in parts.items())


def _header(name: str, value: str) -> cloudfront.ResponseCustomHeader:
    return cloudfront.ResponseCustomHeader(header=name, value=value, override=True)
