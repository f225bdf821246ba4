"""Elastic Load Balancing: listeners, rules, target groups and attributes of application, network and classic ones."""

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
from tools.review.members import attributes, fields, members
from tools.review.rules import tls
from tools.review.rules.load_balancer_attributes import ACCESS_LOGS, ALB_ATTRIBUTES, HEALTH, TARGET_ATTRIBUTES
from tools.review.shapes import always, each_type, listed, ordered, present, switch
from tools.review.values import properties

ELB = "AWS::ElasticLoadBalancingV2::"
CLASSIC = "AWS::ElasticLoadBalancing::LoadBalancer"
GUARDS = ("authenticate-cognito", "authenticate-oidc", "jwt-validation")
ELSEWHERE = interruption("requests are answered by something else, or in another way")
CERTIFICATE = interruption("callers are shown another certificate; those who do not trust it, or its name, are refused")


def _guards(actions: Any) -> list[Any]:
    return [it for it in actions or [] if isinstance(it, dict) and it.get("Type") in GUARDS]


def _actions(change: Change) -> Verdict:
    if not all(isinstance(value, list | None) for value in (change.before, change.after)):
        return ELSEWHERE
    before, after = _guards(change.before), _guards(change.after)
    rest = [[it for it in value or [] if it not in _guards(value)] for value in (change.before, change.after)]
    verdicts = [_sign_in(before, after)] if before != after else []
    verdicts += [_forward(*rest)] if _steps(rest[0]) != _steps(rest[1]) else []
    return worst(*verdicts) if verdicts else harmless("the same actions as before")


def _steps(actions: list[Any]) -> list[Any]:
    """The actions one after the other, without the numbers that order them."""
    known = [it if isinstance(it, dict) else {"": it} for it in actions]
    if all(isinstance(it.get("Order", 0), int) for it in known):
        known.sort(key=lambda it: int(it.get("Order", 0)))
    return [{name: value for name, value in it.items() if name != "Order"} for it in known]


def _sign_in(before: list[Any], after: list[Any]) -> Verdict:
    if not after:
        return access("requests no longer need a sign-in")
    if not before:
        return harmless("requests need a sign-in that they did not need before")
    return access("who may sign in is decided differently")


def _forward(before: list[Any], after: list[Any]) -> Verdict:
    def https(actions: list[Any]) -> bool:
        return any(
            (it.get("RedirectConfig") or {}).get("Protocol") == "HTTPS" for it in actions if isinstance(it, dict)
        )

    if https(before) and not https(after):
        return access("callers are no longer sent to HTTPS")
    if https(after) and not https(before):
        return harmless("callers are sent to HTTPS")
    return ELSEWHERE


def _groups(change: Change) -> Verdict:
    if change.after:
        return listed(
            added=access("another group says as well who may connect"),
            removed=interruption("whom that group let in may no longer connect"),
        )(change) or access("other groups say who may connect")
    return access("no group of this template says any more who may connect")


def _opened(change: Change) -> Verdict:
    attributes_of = properties(change.head)
    if str(attributes_of.get("Scheme", "internet-facing")) == "internal":
        return cost("a load balancer costs money each hour")
    return access("a load balancer that the internet can reach, which costs money each hour")


def _listener_added(change: Change) -> Verdict:
    if str(properties(change.head).get("Protocol", "")).upper() in ("HTTP", "TCP", "UDP", "TCP_UDP"):
        redirect = _forward([], properties(change.head).get("DefaultActions") or [])
        return (
            harmless("only sends callers to HTTPS")
            if redirect.risk == "harmless"
            else access("callers may connect to one more port, without TLS")
        )
    return access("callers may connect to one more port")


def _rule_added(_: Change) -> Verdict:
    return access("requests that another rule decided on before may go elsewhere, past a sign-in perhaps")


PROPERTIES: PropertyRules = {
    f"{ELB}LoadBalancer": {
        "LoadBalancerAttributes": attributes(ALB_ATTRIBUTES, other=ELSEWHERE),
        "SecurityGroups": _groups,
        "Subnets": listed(
            added=harmless("one more zone is served"), removed=interruption("the load balancer leaves a zone")
        ),
        "SubnetMappings": always(interruption("the load balancer is reached at other addresses")),
        "IpAddressType": ordered(
            ["ipv4", "dualstack", "dualstack-without-public-ipv4"],
            up=access("clients come in by IPv6, for which other rules of groups hold"),
            down=interruption("clients that have IPv6 only are refused"),
            default="ipv4",
        ),
        "MinimumLoadBalancerCapacity": always(cost("capacity that is kept ready is paid for")),
        "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic": switch(
            on=harmless("groups decide on traffic of endpoints as well"),
            off=access("traffic of endpoints comes in past the security groups"),
            default=True,
        ),
    },
    f"{ELB}Listener": {
        "SslPolicy": tls.policy(default="ELBSecurityPolicy-2016-08"),
        "Protocol": ordered(
            ["HTTP", "TCP", "TLS", "HTTPS"],
            up=interruption("clients that connect as before are refused"),
            down=access("clients connect without TLS"),
        ),
        "Port": always(interruption("clients that connect to the old port are refused")),
        "Certificates": always(CERTIFICATE),
        "DefaultActions": _actions,
        "MutualAuthentication": fields(
            {
                "Mode": ordered(
                    ["off", "passthrough", "verify"],
                    up=harmless("clients have to show a certificate"),
                    down=access("clients no longer have to show a certificate that is checked"),
                    default="off",
                ),
                "IgnoreClientCertificateExpiry": switch(
                    on=access("certificates of clients that have run out are accepted"),
                    off=harmless("certificates of clients that have run out are refused"),
                ),
                "AdvertiseTrustStoreCaNames": always(harmless("clients are only told which certificates are known")),
            },
            other=access("other certificates of clients may be accepted"),
        ),
        "AlpnPolicy": always(interruption("clients agree on another protocol")),
        "ListenerAttributes": always(access("headers that the listener adds, hides or passes on change")),
    },
    f"{ELB}ListenerRule": {
        "Actions": _actions,
        "Conditions": always(ELSEWHERE),
        "Priority": always(interruption("another rule may decide before this one")),
        "Transforms": always(ELSEWHERE),
    },
    f"{ELB}ListenerCertificate": {"Certificates": always(CERTIFICATE)},
    f"{ELB}TargetGroup": {
        **HEALTH,
        "Targets": members(
            "Id",
            "Port",
            added=harmless("one more target takes requests"),
            removed=interruption("a target takes no more requests"),
            changed=interruption("a target is reached differently"),
        ),
        "TargetGroupAttributes": attributes(
            TARGET_ATTRIBUTES, other=harmless("requests are only spread over the targets differently")
        ),
    },
    f"{ELB}TrustStore": {
        name: always(access("other certificates of clients are accepted"))
        for name in ("CaCertificatesBundleS3Bucket", "CaCertificatesBundleS3Key", "CaCertificatesBundleS3ObjectVersion")
    },
    CLASSIC: {
        "AccessLoggingPolicy": present(
            added=harmless("requests are recorded"), removed=access("requests are no longer recorded")
        ),
        "AccessLoggingPolicy.Enabled": ACCESS_LOGS,
        "AccessLoggingPolicy.S3BucketName": always(access("requests are recorded elsewhere")),
        "ConnectionDrainingPolicy": always(interruption("requests may be cut off when a machine leaves")),
        "ConnectionSettings.IdleTimeout": ALB_ATTRIBUTES["idle_timeout.timeout_seconds"],
        "CrossZone": always(harmless("requests are only spread over the zones differently")),
        "HealthCheck": always(interruption("machines are judged differently and may be taken out")),
        "Instances": listed(
            added=harmless("one more machine takes requests"), removed=interruption("a machine takes no more requests")
        ),
        "Listeners": members(
            "LoadBalancerPort",
            added=access("callers may connect to one more port"),
            removed=interruption("callers of a port are refused"),
            changed=fields(
                {
                    "Protocol": ordered(
                        ["TCP", "HTTP", "SSL", "HTTPS"],
                        up=interruption("clients that connect as before are refused"),
                        down=access("clients connect without TLS"),
                    ),
                    "InstanceProtocol": ordered(
                        ["TCP", "HTTP", "SSL", "HTTPS"],
                        up=harmless("traffic to the machines is encrypted"),
                        down=access("traffic to the machines is not encrypted any more"),
                    ),
                    "PolicyNames": always(access("other policies of TLS or of sessions hold")),
                    "SSLCertificateId": always(CERTIFICATE),
                },
                other=interruption("requests reach the machines at another port"),
            ),
        ),
        **{
            name: always(interruption("callers lose the machine that knows their session"))
            for name in ("AppCookieStickinessPolicy", "LBCookieStickinessPolicy")
        },
        "Policies": always(access("policies of TLS or of sessions change")),
        "SecurityGroups": _groups,
        "Subnets": listed(
            added=harmless("one more zone is served"), removed=interruption("the load balancer leaves a zone")
        ),
    },
}
ADDED: dict[str, Rule] = {
    **each_type(ELB, "TargetGroup TrustStore", harmless("nothing is sent there until a listener names it")),
    **each_type(ELB, "ListenerCertificate TrustStoreRevocation", harmless("what holds so far stays as it is")),
    f"{ELB}LoadBalancer": _opened,
    CLASSIC: _opened,
    f"{ELB}Listener": _listener_added,
    f"{ELB}ListenerRule": _rule_added,
}
_SERVES = "LoadBalancer Listener ListenerRule TargetGroup ListenerCertificate TrustStore"
REMOVED: dict[str, Rule] = {
    **each_type(ELB, _SERVES, interruption("requests that came this way are no longer answered")),
    **each_type(ELB, "TrustStoreRevocation", access("certificates of clients that were revoked are accepted again")),
    CLASSIC: always(interruption("requests that came this way are no longer answered")),
}
REPLACED: dict[str, Rule] = {
    **each_type(ELB, _SERVES, interruption("a new one takes its place, under another name and address")),
    **each_type(ELB, "TrustStoreRevocation", access("other certificates of clients are revoked")),
    CLASSIC: always(interruption("a new one takes its place, under another name and address")),
}
