"""What CloudFront distributions refer to: policies of headers and caches, access to origins, keys and functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tools.review.change import (
    Change,
    PropertyRules,
    Rule,
    Verdict,
    access,
    cost,
    data_loss,
    harmless,
    interruption,
    unknown,
)
from tools.review.cors import EXPOSED, HEADERS, METHODS, ORIGINS
from tools.review.members import fields, members
from tools.review.shapes import SAME, always, each_type, listed, number, ordered, present, switch
from tools.review.values import is_function

CLOUDFRONT = "AWS::CloudFront::"
POLICY = "ResponseHeadersPolicyConfig"
SECURITY = f"{POLICY}.SecurityHeadersConfig"
UNRESTRICTED = frozenset({"frame-ancestors", "form-action", "base-uri", "sandbox", "report-uri", "report-to"})
"""Directives that do not fall back to `default-src`: absent, they restrict nothing."""
UNKEPT = access("browsers are no longer told to keep the rule")


def content_security_policy(change: Change) -> Verdict:
    """Whether a page may load or send more than before, by the directives of two policies."""
    if not isinstance(change.before, str) or not isinstance(change.after, str):
        return access("pages may load or send more than before")
    before, after = _directives(change.before), _directives(change.after)
    for name in before.keys() | after.keys():
        allowed, wanted = _sources(before, name), _sources(after, name)
        if allowed is not None and (wanted is None or _more(wanted, allowed)):
            return access(f"pages may load or send more than before, by {name}")
    return SAME if before == after else harmless("pages may load and send less than before")


def _more(wanted: set[str], allowed: set[str]) -> bool:
    """Whether a source is wanted that is not allowed; `*` allows every host, but neither schemes nor inline code."""
    rest = wanted - allowed
    return any("*" not in allowed or source.startswith("'unsafe") or source.endswith(":") for source in rest)


def _directives(policy: str) -> dict[str, set[str]]:
    parts = [part.split() for part in policy.split(";") if part.strip()]
    return {part[0].lower(): {source for source in part[1:] if source != "'none'"} for part in parts}


def _sources(directives: Mapping[str, set[str]], name: str) -> set[str] | None:
    if name in directives or name in UNRESTRICTED:
        return directives.get(name)
    return directives.get("default-src")


def guard_header(name: str) -> dict[str, Rule]:
    """For a security header: present or not, and whether it overrides what the origin says."""
    return {
        f"{SECURITY}.{name}": present(
            added=harmless("browsers are told one more rule that protects viewers"),
            removed=access("browsers are no longer told a rule that protects viewers"),
        ),
        f"{SECURITY}.{name}.Override": switch(
            on=harmless("the rule holds whatever the origin says"),
            off=access("an answer of the origin may say otherwise"),
        ),
    }


def _custom_header(change: Change) -> Verdict:
    item = change.after or change.before or {}
    name = str(item.get("Header", "")).lower()
    if name.startswith("access-control-"):
        return access("scripts of other sites may read answers, or others than before")
    if not change.before:
        return harmless("answers carry one more header")
    if name == "permissions-policy" and _forbids_more(change):
        return harmless("pages may use fewer features of the browser")
    return access(f"answers no longer carry the header {name} as before, by which browsers may be told a rule")


def _forbids_more(change: Change) -> bool:
    """Whether a Permissions-Policy keeps its directives and closes features besides: `camera=(), usb=()`."""
    sides = [item.get("Value") if isinstance(item, dict) else None for item in (change.before, change.after)]
    if not all(isinstance(side, str) for side in sides):
        return False
    before, after = ({part.strip() for part in str(side).split(",")} for side in sides)
    return before <= after and all(part.endswith("=()") for part in after - before)


REFERRER = [
    "unsafe-url",
    "no-referrer-when-downgrade",
    "origin-when-cross-origin",
    "origin",
    "strict-origin-when-cross-origin",
    "strict-origin",
    "same-origin",
    "no-referrer",
]
CACHE = access("what is kept at the edge, and who is given the same answer, is decided differently")
KEPT = number(up=harmless("answers are kept longer"), down=cost("answers are fetched more often"))
PROPERTIES: PropertyRules = {
    f"{CLOUDFRONT}ResponseHeadersPolicy": {
        SECURITY: present(
            added=harmless("browsers are told rules that protect viewers"),
            removed=access("browsers are no longer told the rules that protect viewers"),
        ),
        **guard_header("ContentSecurityPolicy"),
        **guard_header("ContentTypeOptions"),
        **guard_header("FrameOptions"),
        **guard_header("ReferrerPolicy"),
        **guard_header("StrictTransportSecurity"),
        **guard_header("XSSProtection"),
        f"{SECURITY}.ContentSecurityPolicy.ContentSecurityPolicy": content_security_policy,
        f"{SECURITY}.FrameOptions.FrameOption": ordered(
            ["SAMEORIGIN", "DENY"],
            up=harmless("no site may show the pages in a frame"),
            down=access("pages of the same site may show these in a frame"),
        ),
        f"{SECURITY}.ReferrerPolicy.ReferrerPolicy": ordered(
            REFERRER,
            up=harmless("other sites are told less of where viewers come from"),
            down=access("other sites are told more of where viewers come from"),
        ),
        f"{SECURITY}.StrictTransportSecurity.AccessControlMaxAgeSec": number(
            up=harmless("browsers keep to HTTPS for longer"), down=access("browsers keep to HTTPS for less long")
        ),
        f"{SECURITY}.StrictTransportSecurity.IncludeSubdomains": switch(
            on=harmless("holds for more names"), off=UNKEPT
        ),
        f"{SECURITY}.StrictTransportSecurity.Preload": switch(on=harmless("holds from the first visit"), off=UNKEPT),
        f"{SECURITY}.XSSProtection.Protection": switch(on=harmless("browsers filter"), off=UNKEPT),
        f"{SECURITY}.XSSProtection.ModeBlock": switch(on=harmless("browsers block"), off=UNKEPT),
        f"{SECURITY}.XSSProtection.ReportUri": always(harmless("only where browsers report to")),
        f"{POLICY}.CorsConfig": present(
            added=access("scripts of other sites may read answers"),
            removed=interruption("scripts of other sites may no longer read answers"),
        ),
        f"{POLICY}.CorsConfig.AccessControlAllowOrigins": ORIGINS,
        f"{POLICY}.CorsConfig.AccessControlAllowMethods": METHODS,
        f"{POLICY}.CorsConfig.AccessControlAllowHeaders": HEADERS,
        f"{POLICY}.CorsConfig.AccessControlExposeHeaders": EXPOSED,
        f"{POLICY}.CorsConfig.AccessControlAllowCredentials": switch(
            on=access("scripts of other sites may ask with the viewer's cookies"),
            off=interruption("scripts of other sites may no longer ask with the viewer's cookies"),
        ),
        f"{POLICY}.CorsConfig.AccessControlMaxAgeSec": always(harmless("browsers only ask more or less often")),
        f"{POLICY}.CorsConfig.OriginOverride": always(
            access("either the origin or CloudFront tells who may read answers")
        ),
        f"{POLICY}.CustomHeadersConfig": lambda change: members(
            "Header", added=_custom_header, removed=_custom_header, changed=_custom_header
        )(_inside(change, "Items")),
        f"{POLICY}.RemoveHeadersConfig": lambda change: members(
            "Header",
            added=harmless("answers tell less of the origin"),
            removed=access("answers tell a header of the origin that was kept back"),
            changed=harmless("the same headers are kept back"),
        )(_inside(change, "Items")),
        f"{POLICY}.ServerTimingHeadersConfig": always(harmless("answers only tell how long they took")),
        f"{POLICY}.Name": always(harmless("only the name of the policy changes")),
        f"{POLICY}.Comment": always(harmless("only the comment changes")),
    },
    f"{CLOUDFRONT}OriginAccessControl": {
        "OriginAccessControlConfig.SigningBehavior": ordered(
            ["never", "no-override", "always"],
            up=harmless("more requests to the origin are signed"),
            down=interruption("requests to the origin are not signed any more, so that a private one refuses them"),
        ),
        "OriginAccessControlConfig.OriginAccessControlOriginType": always(
            interruption("requests are signed differently")
        ),
        "OriginAccessControlConfig.SigningProtocol": always(interruption("requests are signed differently")),
        "OriginAccessControlConfig.Name": always(harmless("only the name changes")),
        "OriginAccessControlConfig.Description": always(harmless("only the description changes")),
    },
    f"{CLOUDFRONT}CachePolicy": {
        "CachePolicyConfig": fields(
            {
                "DefaultTTL": KEPT,
                "MinTTL": KEPT,
                "MaxTTL": KEPT,
                "Name": always(harmless("only the name of the policy changes")),
                "Comment": always(harmless("only the comment changes")),
                "ParametersInCacheKeyAndForwardedToOrigin.EnableAcceptEncodingBrotli": always(
                    harmless("answers are only compressed differently")
                ),
                "ParametersInCacheKeyAndForwardedToOrigin.EnableAcceptEncodingGzip": always(
                    harmless("answers are only compressed differently")
                ),
            },
            other=CACHE,
        )
    },
    f"{CLOUDFRONT}OriginRequestPolicy": {
        "OriginRequestPolicyConfig.Name": always(harmless("only the name of the policy changes")),
        "OriginRequestPolicyConfig.Comment": always(harmless("only the comment changes")),
        **{
            f"OriginRequestPolicyConfig.{name}": always(
                interruption("the origin is told others, and may answer differently")
            )
            for name in ("HeadersConfig", "CookiesConfig", "QueryStringsConfig")
        },
    },
    f"{CLOUDFRONT}KeyGroup": {
        "KeyGroupConfig.Items": listed(
            added=access("addresses that are signed with one more key are accepted"),
            removed=interruption("addresses that are signed with a key that is left out are refused"),
        )
    },
    f"{CLOUDFRONT}PublicKey": {
        "PublicKeyConfig.EncodedKey": always(access("addresses signed with another key are accepted"))
    },
    f"{CLOUDFRONT}Function": {
        "FunctionCode": always(unknown("code that runs for each request changes: read it, a guard may be among it")),
        "AutoPublish": always(harmless("only whether new code is used at once")),
        "FunctionConfig.Runtime": ordered(
            ["cloudfront-js-1.0", "cloudfront-js-2.0"],
            up=harmless("the code runs in a newer version of CloudFront's runtime"),
            down=interruption("the code runs in an older version, which lacks what it may need"),
        ),
        "FunctionConfig.KeyValueStoreAssociations": always(interruption("the code reads other values, or none")),
        "FunctionConfig.Comment": always(harmless("only the comment changes")),
    },
    f"{CLOUDFRONT}RealtimeLogConfig": {
        "SamplingRate": number(
            up=cost("more requests are recorded and paid for"), down=access("fewer requests are recorded")
        ),
        "Fields": listed(
            added=access("more of each request is recorded"), removed=access("less of each request is recorded")
        ),
        "EndPoints": always(access("requests are recorded elsewhere")),
    },
    f"{CLOUDFRONT}MonitoringSubscription": {
        "MonitoringSubscription": always(access("fewer or more metrics for alarms"))
    },
    f"{CLOUDFRONT}TrustStore": {
        "CaCertificatesBundleSource": always(access("other certificates of viewers are accepted"))
    },
    f"{CLOUDFRONT}CloudFrontOriginAccessIdentity": {
        "CloudFrontOriginAccessIdentityConfig": always(harmless("only the comment changes"))
    },
    f"{CLOUDFRONT}ConnectionFunction": {
        "ConnectionFunctionCode": always(access("connections are checked by other code: read it")),
        "ConnectionFunctionConfig": always(access("connections are checked by other code or values")),
    },
    f"{CLOUDFRONT}FieldLevelEncryptionProfile": {
        "FieldLevelEncryptionProfileConfig": always(access("other fields are encrypted, or with another key"))
    },
    f"{CLOUDFRONT}VpcOrigin": {"VpcOriginEndpointConfig": always(interruption("the origin is reached differently"))},
    f"{CLOUDFRONT}ContinuousDeploymentPolicy": {
        "ContinuousDeploymentPolicyConfig": always(
            interruption("other requests are answered by the staging distribution")
        )
    },
}
UNUSED = (
    "ResponseHeadersPolicy OriginAccessControl CachePolicy OriginRequestPolicy KeyGroup PublicKey Function TrustStore"
)
UNUSED += " KeyValueStore RealtimeLogConfig CloudFrontOriginAccessIdentity ContinuousDeploymentPolicy VpcOrigin"
UNUSED += " FieldLevelEncryptionProfile MonitoringSubscription ConnectionFunction ConnectionGroup"
GUARDS = "ResponseHeadersPolicy TrustStore RealtimeLogConfig MonitoringSubscription ConnectionFunction"
GUARDS += " FieldLevelEncryptionProfile"
SERVES = (
    "OriginAccessControl CachePolicy OriginRequestPolicy KeyGroup PublicKey Function CloudFrontOriginAccessIdentity"
)
SERVES += " ContinuousDeploymentPolicy VpcOrigin AnycastIpList"
ADDED: dict[str, Rule] = {
    **each_type(CLOUDFRONT, UNUSED, harmless("nothing changes until a distribution names it")),
    **each_type(CLOUDFRONT, "AnycastIpList", cost("addresses of its own cost 3,000 USD a month")),
}
REMOVED: dict[str, Rule] = {
    **each_type(CLOUDFRONT, GUARDS, access("distributions that named it lose what it guarded or recorded")),
    **each_type(CLOUDFRONT, SERVES, interruption("distributions that named it serve differently, or not at all")),
    **each_type(CLOUDFRONT, "KeyValueStore", data_loss("the values in the store go")),
}
REPLACED: dict[str, Rule] = {
    **each_type(CLOUDFRONT, GUARDS, access("a new one takes its place, and guards or records only where it is named")),
    **each_type(
        CLOUDFRONT, SERVES, interruption("a new one takes its place, and what knows the old one by its id fails")
    ),
    **each_type(
        CLOUDFRONT, "KeyValueStore", data_loss("the values in the store go: a new one is empty or as first imported")
    ),
}


def _inside(change: Change, name: str) -> Change:
    values = [
        value.get(name) if isinstance(value, dict) and not is_function(value) else value
        for value in (change.before, change.after)
    ]
    return replace(change, before=values[0], after=values[1])
