"""CloudFront distributions: who may read what, by which versions of TLS, from which origins, and what is recorded."""

from __future__ import annotations

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
from tools.review.members import fields, members
from tools.review.rules import tls
from tools.review.rules.cloudfront_behaviors import BEHAVIOR, ELSEWHERE, ORIGIN
from tools.review.shapes import SAME, always, each_type, listed, number, ordered, present, switch, under
from tools.review.values import is_function, properties

CLOUDFRONT = "AWS::CloudFront::"
CONFIG = "DistributionConfig"


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
    config = properties(change.head).get(CONFIG)
    default = config.get("DefaultCacheBehavior") if isinstance(config, dict) else None
    guarded = isinstance(default, dict) and any(default.get(name) for name in ("TrustedKeyGroups", "TrustedSigners"))
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
    if is_function(value) or not isinstance(value, dict) or is_function(value.get("GeoRestriction")):
        return None
    restriction = value.get("GeoRestriction", value)
    if not isinstance(restriction, dict) or not isinstance(restriction.get("Locations", []), list):
        return None
    return str(restriction.get("RestrictionType", "none")), set(map(str, restriction.get("Locations", [])))


def _certificate(change: Change) -> Verdict:
    before, after = change.before or {}, change.after or {}
    if any(is_function(it) or not isinstance(it, dict) for it in (before, after)):
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
        **under(f"{CONFIG}.DefaultCacheBehavior", BEHAVIOR),
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
    f"{CLOUDFRONT}DistributionTenant": {
        "Enabled": switch(
            on=access("everybody can reach what it serves"), off=interruption("nobody is served any more"), default=True
        ),
        "Domains": listed(
            added=harmless("answers to one more name"),
            removed=interruption("viewers who come by this name are refused"),
        ),
        **{
            name: always(access("viewers of the tenant are served by other rules"))
            for name in (
                "Customizations",
                "Parameters",
                "DistributionId",
                "ConnectionGroupId",
                "ManagedCertificateRequest",
            )
        },
    },
    f"{CLOUDFRONT}ConnectionGroup": {
        "Enabled": switch(
            on=access("everybody can reach what it serves"), off=interruption("nobody is served any more"), default=True
        ),
        "Ipv6Enabled": always(harmless("viewers reach the same by IPv4")),
        "AnycastIpListId": always(interruption("viewers reach it at other addresses")),
    },
    f"{CLOUDFRONT}StreamingDistribution": {
        "StreamingDistributionConfig": always(interruption("viewers are served in another way, or not at all"))
    },
}
ADDED: dict[str, Rule] = {
    **each_type(
        CLOUDFRONT,
        "Distribution StreamingDistribution DistributionTenant",
        access("everybody can reach what it serves"),
    ),
}
REMOVED: dict[str, Rule] = each_type(
    CLOUDFRONT,
    "Distribution StreamingDistribution DistributionTenant ConnectionGroup",
    interruption("viewers are no longer served, and its name is gone for good"),
)
REPLACED: dict[str, Rule] = each_type(
    CLOUDFRONT,
    "Distribution StreamingDistribution DistributionTenant ConnectionGroup",
    interruption("viewers have to come by another name"),
)
