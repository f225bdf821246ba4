"""What CloudFront does with requests of a path and where it asks for answers: behaviors and origins."""

from __future__ import annotations

from collections.abc import Mapping

from tools.review.change import Change, Rule, Verdict, access, cost, harmless, interruption
from tools.review.members import members
from tools.review.shapes import SAME, always, listed, number, ordered, present, switch

NO_CACHE = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
"""CloudFront's own policy `CachingDisabled`."""
OPEN_CORS = (
    "60669652-455b-4ae9-85a4-c4c02393f86c",
    "5cc3b908-e619-4b99-88e5-2cf7f45965bd",
    "e61eb60c-9c35-4d20-a928-2b84e02af89c",
    "eaab4381-ed33-4a86-88ca-d9558dc6cd63",
)
"""CloudFront's own header policies that let scripts of every site read answers."""
ELSEWHERE = interruption("requests are answered by something else, or in another way")


def _cache_policy(change: Change) -> Verdict:
    if change.after == NO_CACHE:
        return cost("nothing is kept at the edge, so that each request reaches the origin and is paid for there")
    return access("what is kept at the edge, and who is given the same answer, is decided differently")


def _header_policy(change: Change) -> Verdict:
    if not change.after:
        return access("answers lose the headers that protect browsers")
    if change.after in OPEN_CORS:
        return access("scripts of every site may read the answers")
    if not change.before:
        return harmless("answers get more headers, which the policy tells")
    return access("answers carry other headers than those that protect browsers now")


def _methods(change: Change) -> Verdict | None:
    before, after = (["GET", "HEAD"] if value is None else value for value in (change.before, change.after))
    old, new = (set(map(str, value)) if isinstance(value, list) else set() for value in (before, after))
    if old < new == {*old, "OPTIONS"}:
        return harmless("browsers may ask what is allowed")
    return listed(
        added=access("requests that change something may reach the origin"),
        removed=interruption("requests by a method that was allowed are refused"),
        default=["GET", "HEAD"],
    )(change)


def _signers(change: Change) -> Verdict:
    before, after = change.before or [], change.after or []
    if not after:
        return access("everybody may read without a signed address")
    if not before:
        return harmless("only those with a signed address may read")
    rule = listed(
        added=access("addresses that are signed with one more key are accepted"),
        removed=interruption("addresses that are signed with a key that is left out are refused"),
    )
    return rule(change) or SAME


FUNCTIONS = always(interruption("other code runs for each request, or a guard among it no longer does"))
BEHAVIOR: Mapping[str, Rule] = {
    "ViewerProtocolPolicy": ordered(
        ["allow-all", "redirect-to-https", "https-only"],
        up=harmless("viewers are sent to HTTPS, or have to use it"),
        down=access("viewers may send and read without encryption"),
    ),
    "AllowedMethods": _methods,
    "CachedMethods": always(harmless("answers to questions of what is allowed are kept, or no longer")),
    "CachePolicyId": _cache_policy,
    "OriginRequestPolicyId": always(interruption("the origin is told other headers, cookies or parameters")),
    "ResponseHeadersPolicyId": _header_policy,
    "TargetOriginId": always(ELSEWHERE),
    "Compress": switch(
        on=harmless("answers are compressed"), off=cost("answers are sent uncompressed: more bytes are paid for")
    ),
    "TrustedKeyGroups": _signers,
    "TrustedSigners": _signers,
    "FunctionAssociations": FUNCTIONS,
    "LambdaFunctionAssociations": FUNCTIONS,
    "FieldLevelEncryptionId": present(
        added=harmless("fields are encrypted at the edge"),
        removed=access("fields are no longer encrypted at the edge"),
        changed=access("fields are encrypted differently"),
    ),
    "RealtimeLogConfigArn": present(
        added=cost("each recorded request is paid for"),
        removed=access("requests are no longer recorded as they come"),
        changed=access("requests are recorded elsewhere"),
    ),
    "ForwardedValues": always(
        access("what is kept at the edge, and who is given the same answer, is decided differently")
    ),
    "SmoothStreaming": always(interruption("media are served differently")),
    "DefaultTTL": number(
        up=harmless("answers are kept longer"), down=cost("answers are fetched more often"), default=86400
    ),
    "MinTTL": number(up=harmless("answers are kept longer"), down=cost("answers are fetched more often"), default=0),
    "MaxTTL": number(
        up=harmless("answers are kept longer"), down=cost("answers are fetched more often"), default=31536000
    ),
    "GrpcConfig": always(interruption("calls by gRPC are accepted, or no longer")),
}
ORIGIN: Mapping[str, Rule] = {
    "DomainName": always(ELSEWHERE),
    "OriginPath": always(ELSEWHERE),
    "OriginAccessControlId": present(
        added=harmless("requests to the origin are signed"),
        removed=interruption("requests to the origin are not signed any more, so that a private one refuses them"),
        changed=interruption("requests to the origin are signed differently"),
    ),
    "S3OriginConfig.OriginAccessIdentity": present(
        added=harmless("requests to the bucket carry an identity"),
        removed=interruption("requests to the bucket carry no identity any more, so that a private one refuses them"),
        changed=lambda change: interruption("requests to the bucket carry another identity") if change.after else SAME,
    ),
    "CustomOriginConfig.OriginProtocolPolicy": ordered(
        ["http-only", "match-viewer", "https-only"],
        up=harmless("requests to the origin are encrypted"),
        down=access("requests to the origin may go unencrypted"),
    ),
    "CustomOriginConfig.OriginSSLProtocols": listed(
        added=access("the origin may be asked by one more version of TLS, an older one perhaps"),
        removed=harmless("the origin is asked by fewer versions of TLS"),
        default=["TLSv1", "SSLv3"],
    ),
    "OriginCustomHeaders": members(
        "HeaderName",
        added=harmless("the origin is told one more header"),
        removed=interruption("the origin no longer gets a header, by which it may know the distribution"),
        changed=interruption("the origin gets another header, by which it may know the distribution"),
    ),
    "OriginShield": present(
        added=cost("requests that pass one more cache are paid for"), removed=harmless("one cache less is passed")
    ),
    "OriginShield.Enabled": switch(
        on=cost("requests that pass one more cache are paid for"), off=harmless("one cache less is passed")
    ),
    **{
        f"{place}{name}": number(
            up=harmless("the origin has longer to answer"), down=interruption("answers that take longer are cut off")
        )
        for place in ("", "CustomOriginConfig.", "VpcOriginConfig.", "S3OriginConfig.")
        for name in ("ConnectionTimeout", "ConnectionAttempts", "OriginReadTimeout", "ResponseCompletionTimeout")
    },
    **{
        f"{place}.OriginKeepaliveTimeout": always(harmless("connections are only renewed more or less often"))
        for place in ("CustomOriginConfig", "VpcOriginConfig")
    },
}
