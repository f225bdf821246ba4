"""CloudFront distributions: who may read what, by which versions of TLS, from which origins, and what is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.review.change import (
    Change,
    PropertyRules,
    Rule,
    Verdict,
    access,
    cost,
    harmless,
    interruption,
    worst,
)
from tools.review.members import each, fields, members, prefixed, properties
from tools.review.rules import tls
from tools.review.shapes import SAME, always, listed, number, ordered, present, switch

CLOUDFRONT = "AWS::CloudFront::"
CONFIG = "DistributionConfig"
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
    after, before = change.after, change.before
    if isinstance(after, list) and set(map(str, after)) - set(map(str, before or ["GET", "HEAD"])) == {"OPTIONS"}:
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
        changed=interruption("requests to the bucket carry another identity"),
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


def _origin_changed(change: Change) -> Verdict:
    before, after = change.before, change.after
    identity = [(it.get("S3OriginConfig") or {}).get("OriginAccessIdentity") for it in (before, after)]
    rest = [
        {k: v for k, v in it.items() if k not in ("S3OriginConfig", "OriginAccessControlId")} for it in (before, after)
    ]
    if (
        identity[0]
        and after.get("OriginAccessControlId")
        and not before.get("OriginAccessControlId")
        and rest[0] == rest[1]
    ):
        return harmless(
            "requests to the bucket are signed instead of carrying an identity; its policy has to name both"
        )
    return fields(ORIGIN, other=ELSEWHERE)(change) or SAME


def _behavior_added(change: Change) -> Verdict:
    behaviors = ((properties(change.head).get(CONFIG) or {}).get("DefaultCacheBehavior")) or {}
    guarded = any(behaviors.get(name) for name in ("TrustedKeyGroups", "TrustedSigners"))
    if guarded and not any(change.after.get(name) for name in ("TrustedKeyGroups", "TrustedSigners")):
        return access("paths that needed a signed address no longer need one")
    if change.after.get("ViewerProtocolPolicy") == "allow-all":
        return access("viewers of these paths may send and read without encryption")
    return interruption("paths that another behavior served are served by this one")


def _geography(change: Change) -> Verdict:
    before, after = (_countries(value) for value in (change.before, change.after))
    if before is None or after is None:
        return interruption("viewers of some countries may be refused, or no longer")
    (kind, some), (other, more) = before, after
    if kind == other:
        wider, narrower = (more - some, some - more) if kind == "whitelist" else (some - more, more - some)
    else:
        wider, narrower = _kinds(kind, other)
    if narrower:
        return interruption("viewers of some countries are refused")
    return access("viewers of more countries are let in") if wider else SAME


def _kinds(kind: str, other: str) -> tuple[set[str], set[str]]:
    if other == "none":
        return {"all"}, set()
    return ({"some"}, {"some"}) if kind != "none" else (set(), {"some"})


def _countries(value: Any) -> tuple[str, set[str]] | None:
    if value is None:
        return "none", set()
    restriction = value.get("GeoRestriction", value) if isinstance(value, dict) else None
    if not isinstance(restriction, dict) or not isinstance(restriction.get("Locations", []), list):
        return None
    return str(restriction.get("RestrictionType", "none")), set(map(str, restriction.get("Locations", [])))


def _certificate(change: Change) -> Verdict:
    before, after = change.before or {}, change.after or {}
    if not isinstance(before, dict) or not isinstance(after, dict):
        return interruption("viewers are shown another certificate")
    verdicts = []
    names = ("AcmCertificateArn", "IamCertificateId", "CloudFrontDefaultCertificate")
    if [before.get(name) for name in names] != [after.get(name) for name in names]:
        verdicts.append(interruption("viewers are shown another certificate, which has to cover the names they use"))
    lowest = [it.get("MinimumProtocolVersion", "TLSv1") for it in (before, after)]
    if lowest[0] != lowest[1]:
        part = Change(stack="", logical_id="", type="", property="", action="", before=lowest[0], after=lowest[1])
        verdicts.append(tls.policy()(part) or tls.UNCLEAR)
    support = [it.get("SslSupportMethod", "sni-only") for it in (before, after)]
    if support[0] != support[1]:
        vip = support[1] == "vip"
        verdicts.append(
            cost("addresses of its own cost 600 USD a month")
            if vip
            else interruption("viewers whose software cannot name the host are refused")
        )
    return worst(*verdicts) if verdicts else SAME


PROPERTIES: PropertyRules = {
    f"{CLOUDFRONT}Distribution": {
        f"{CONFIG}.Enabled": switch(
            on=access("everybody can reach what the distribution serves"), off=interruption("nobody is served any more")
        ),
        **prefixed(f"{CONFIG}.DefaultCacheBehavior", BEHAVIOR),
        f"{CONFIG}.CacheBehaviors": members(
            "PathPattern",
            added=_behavior_added,
            removed=interruption("paths of this behavior are served by another one"),
            changed=fields(BEHAVIOR, other=ELSEWHERE),
            reordered=interruption("the first behavior that fits decides, and the order changes"),
        ),
        f"{CONFIG}.Origins": members(
            "Id",
            added=harmless("nothing is asked of a new origin until a behavior names it"),
            removed=interruption("what this origin served is no longer there"),
            changed=_origin_changed,
            unclear=ELSEWHERE,
        ),
        f"{CONFIG}.OriginGroups": present(
            added=harmless("requests that fail go to a second origin"),
            removed=interruption("requests that fail no longer go to a second origin"),
            changed=interruption("requests that fail are tried elsewhere"),
        ),
        f"{CONFIG}.ViewerCertificate": _certificate,
        f"{CONFIG}.Aliases": listed(
            added=harmless("the distribution answers to one more name"),
            removed=interruption("viewers who come by this name are refused"),
        ),
        f"{CONFIG}.WebACLId": present(
            added=harmless("a firewall looks at requests"),
            removed=access("no firewall looks at requests any more"),
            changed=access("another firewall looks at requests"),
        ),
        f"{CONFIG}.Logging": present(
            added=harmless("requests are recorded"), removed=access("requests are no longer recorded")
        ),
        f"{CONFIG}.Logging.Bucket": always(access("requests are recorded elsewhere")),
        f"{CONFIG}.Logging.Prefix": always(harmless("only the prefix of the logs changes")),
        f"{CONFIG}.Logging.IncludeCookies": switch(
            on=access("cookies of viewers are written to the logs"),
            off=harmless("cookies of viewers stay out of the logs"),
        ),
        f"{CONFIG}.PriceClass": ordered(
            ["PriceClass_100", "PriceClass_200", "PriceClass_All"],
            up=cost("viewers are served from dearer places as well"),
            down=harmless("some viewers are served from farther away"),
            default="PriceClass_All",
        ),
        f"{CONFIG}.DefaultRootObject": present(
            added=harmless("the bare name leads to a page"),
            removed=interruption("the bare name leads to no page"),
            changed=interruption("the bare name leads to another page"),
        ),
        f"{CONFIG}.CustomErrorResponses": members(
            "ErrorCode",
            added=harmless("viewers see a page of our own instead of an error"),
            removed=interruption("viewers see the error instead of the page that stood for it"),
            changed=fields(
                {
                    "ErrorCachingMinTTL": number(
                        up=interruption("errors are shown for longer after they are repaired"),
                        down=harmless("errors are shown for less long"),
                        default=10,
                    )
                },
                other=interruption("viewers see another page or status for an error"),
            ),
            unclear=interruption("viewers see other pages for errors"),
        ),
        f"{CONFIG}.Restrictions": _geography,
        f"{CONFIG}.IPV6Enabled": always(harmless("viewers reach the same by IPv4")),
        f"{CONFIG}.HttpVersion": always(harmless("viewers and CloudFront agree on a version that both have")),
        f"{CONFIG}.Staging": always(interruption("the distribution takes requests of viewers, or no longer")),
        f"{CONFIG}.ContinuousDeploymentPolicyId": always(
            interruption("some requests are answered by another distribution, or no longer")
        ),
        f"{CONFIG}.ViewerMtlsConfig": present(
            added=harmless("viewers have to show a certificate"),
            removed=access("viewers no longer have to show a certificate"),
            changed=access("other certificates of viewers are accepted"),
        ),
        f"{CONFIG}.ConnectionFunctionAssociation": always(access("connections are checked by other code, or by none")),
        f"{CONFIG}.AnycastIpListId": always(interruption("viewers reach the distribution at other addresses")),
        f"{CONFIG}.Comment": always(harmless("only the comment changes")),
    },
}
ADDED: dict[str, Rule] = {
    **each(
        CLOUDFRONT,
        "Distribution StreamingDistribution DistributionTenant",
        access("everybody can reach what it serves"),
    ),
}
REMOVED: dict[str, Rule] = each(
    CLOUDFRONT,
    "Distribution StreamingDistribution DistributionTenant ConnectionGroup",
    interruption("viewers are no longer served, and its name is gone for good"),
)
REPLACED: dict[str, Rule] = each(
    CLOUDFRONT,
    "Distribution StreamingDistribution DistributionTenant ConnectionGroup",
    interruption("viewers have to come by another name"),
)
