"""Names and certificates: Route 53, Certificate Manager, private authorities, Global Accelerator, service discovery."""

from __future__ import annotations

from typing import Any

from tools.review.change import Change, PropertyRules, Rule, Verdict, access, cost, harmless, interruption
from tools.review.members import fields, members
from tools.review.shapes import SAME, always, each_type, listed, number, present, switch
from tools.review.values import properties

R53 = "AWS::Route53::"
ELSEWHERE = interruption("who asks for the name is led elsewhere, or gets no answer")


def _weight(change: Change) -> Verdict:
    if str(change.after) == "0":
        return interruption("nobody is led here any more")
    if all(str(value).isdigit() for value in (change.before, change.after)):
        return harmless("callers are only spread differently")
    return ELSEWHERE


def _records(change: Change) -> Verdict:
    resource = change.before if isinstance(change.before, dict) and "Type" in change.before else properties(change.base)
    if str(resource.get("Type", properties(change.head).get("Type"))) == "CAA":
        return access("other authorities may issue certificates for the name")
    return _more(change)


def _more(change: Change) -> Verdict:
    before, after = change.before, change.after
    if isinstance(before, list) and isinstance(after, list) and sorted(map(str, before)) == sorted(map(str, after)):
        return SAME
    return ELSEWHERE


RECORD: dict[str, Rule] = {
    "ResourceRecords": _records,
    "TTL": always(harmless("answers are only kept for longer or less long")),
    "Comment": always(harmless("only the comment changes")),
    "Weight": _weight,
    "HealthCheckId": present(
        added=harmless("callers are no longer led to what does not answer"),
        removed=interruption("callers are led to what does not answer as well"),
        changed=interruption("another check decides where callers are led"),
    ),
    "AliasTarget.EvaluateTargetHealth": switch(
        on=harmless("callers are no longer led to what does not answer"),
        off=interruption("callers are led to what does not answer as well"),
    ),
    **dict.fromkeys(
        (
            "AliasTarget",
            "Type",
            "Region",
            "GeoLocation",
            "Failover",
            "MultiValueAnswer",
            "SetIdentifier",
            "CidrRoutingConfig",
        ),
        always(ELSEWHERE),
    ),
}
ALIAS = fields({"EvaluateTargetHealth": RECORD["AliasTarget.EvaluateTargetHealth"]}, other=ELSEWHERE)
RECORD["AliasTarget"] = ALIAS


def _record_gone(change: Change) -> Verdict:
    if str(properties(change.base).get("Type")) == "CAA":
        return access("every authority may issue certificates for the name")
    return interruption("who asks for the name gets no answer")


def _record_added(change: Change) -> Verdict:
    found = properties(change.head)
    if str(found.get("Type")) == "NS":
        return access("others decide on the names below this one")
    if any(found.get(name) is not None for name in ("Weight", "Region", "Failover", "GeoLocation", "MultiValueAnswer")):
        return interruption("some who ask for the name are led elsewhere")
    return harmless("a name that had no answer in this template has one")


def _issued(change: Change) -> Verdict:
    names = [_names(resource) for resource in (change.base, change.head)]
    if names[0] - names[1]:
        return interruption("a new certificate takes its place, which does not cover all of the names")
    return interruption("a new certificate takes its place; until its names are proven nothing goes on")


def _names(resource: Any) -> set[str]:
    found = properties(resource)
    return {str(it) for it in [found.get("DomainName"), *(found.get("SubjectAlternativeNames") or [])]}


HEALTH = fields(
    {
        "MeasureLatency": always(harmless("only what is measured")),
        "Regions": always(harmless("only from where is asked")),
        "RequestInterval": always(harmless("is only asked more or less often")),
        "FailureThreshold": number(
            up=interruption("callers are led to what does not answer for longer"),
            down=harmless("is seen sooner"),
            default=3,
        ),
    },
    other=interruption("what answers is judged differently, and callers may be led elsewhere"),
)
ACCELERATOR = "AWS::GlobalAccelerator::"
LED = interruption("callers are led elsewhere, or nowhere")
PROPERTIES: PropertyRules = {
    f"{R53}RecordSet": RECORD,
    f"{R53}RecordSetGroup": {
        "RecordSets": members(
            "Name",
            "Type",
            "SetIdentifier",
            added=harmless("a name that had no answer in this template has one"),
            removed=interruption("who asks for the name gets no answer"),
            changed=fields(RECORD, other=ELSEWHERE),
            unclear=ELSEWHERE,
        ),
        "Comment": always(harmless("only the comment changes")),
    },
    f"{R53}HostedZone": {
        "VPCs": listed(
            added=access("one more network sees the names of the zone"),
            removed=interruption("a network no longer sees the names of the zone"),
        ),
        "QueryLoggingConfig": present(
            added=harmless("questions are recorded"),
            removed=access("questions are no longer recorded"),
            changed=access("questions are recorded elsewhere"),
        ),
        "HostedZoneConfig": always(harmless("only the comment changes")),
        "HostedZoneFeatures": always(interruption("names can be changed less quickly when a region fails")),
        "HostedZoneTags": always(harmless("only tags change")),
    },
    f"{R53}HealthCheck": {"HealthCheckConfig": HEALTH, "HealthCheckTags": always(harmless("only tags change"))},
    f"{R53}KeySigningKey": {
        "Status": switch(
            on=harmless("answers are signed"),
            off=interruption("answers are no longer signed; who checks them refuses them"),
        )
    },
    f"{R53}CidrCollection": {"Locations": always(ELSEWHERE)},
    "AWS::Route53Resolver::ResolverRule": {
        name: always(interruption("names are asked for elsewhere"))
        for name in ("ResolverEndpointId", "TargetIps", "DelegationRecord")
    },
    "AWS::Route53Resolver::ResolverEndpoint": {
        "IpAddresses": listed(
            added=cost("each address costs money each hour"),
            removed=interruption("names are answered at fewer addresses"),
        ),
        "Protocols": always(access("questions may be sent unencrypted")),
        "ResolverEndpointType": always(interruption("names are answered by another version of IP")),
    },
    "AWS::CertificateManager::Certificate": {
        "CertificateTransparencyLoggingPreference": switch(
            on=harmless("browsers find the certificate in public logs"),
            off=interruption("browsers refuse a certificate that is in no public log"),
            default=True,
        ),
    },
    "AWS::CertificateManager::Account": {
        "ExpiryEventsConfiguration": always(access("is told later of certificates that run out"))
    },
    "AWS::ACMPCA::CertificateAuthority": {
        "RevocationConfiguration": always(access("whether revoked certificates are made known changes")),
    },
    "AWS::ACMPCA::CertificateAuthorityActivation": {
        "Status": switch(
            on=harmless("certificates are issued"), off=interruption("no certificates are issued any more")
        ),
        "Certificate": always(interruption("certificates are issued under another one")),
        "CertificateChain": always(interruption("certificates are issued under another chain")),
    },
    f"{ACCELERATOR}Accelerator": {
        "Enabled": switch(
            on=access("is open to the internet"), off=interruption("nobody is served any more"), default=True
        ),
        "FlowLogsEnabled": switch(on=harmless("traffic is recorded"), off=access("traffic is no longer recorded")),
        "FlowLogsS3Bucket": always(access("traffic is recorded elsewhere")),
        "FlowLogsS3Prefix": always(harmless("only the prefix of the logs changes")),
        "IpAddressType": always(interruption("callers come in by another version of IP")),
        "IpAddresses": always(interruption("callers reach it at other addresses")),
        "Name": always(harmless("only the name changes")),
    },
    f"{ACCELERATOR}Listener": {
        "PortRanges": listed(
            added=access("callers may connect to more ports"), removed=interruption("callers of a port are refused")
        ),
        "Protocol": always(LED),
        "ClientAffinity": always(interruption("callers lose the target that knows their session")),
    },
    f"{ACCELERATOR}EndpointGroup": {
        "EndpointConfigurations": members(
            "EndpointId",
            added=access("callers are led to one more endpoint"),
            removed=LED,
            changed=fields(
                {"Weight": _weight}, other=access("what endpoints see of callers, and groups check, changes")
            ),
        ),
        "TrafficDialPercentage": number(
            up=harmless("more callers are led here"), down=interruption("fewer callers are led here"), default=100
        ),
        "PortOverrides": always(LED),
        "HealthCheckIntervalSeconds": always(harmless("is only asked more or less often")),
        **{
            name: always(interruption("endpoints that do not answer there are left out"))
            for name in ("HealthCheckPath", "HealthCheckPort", "HealthCheckProtocol", "ThresholdCount")
        },
    },
    "AWS::ServiceDiscovery::Service": {
        name: always(interruption("who asks for the service is led elsewhere, or nowhere"))
        for name in ("DnsConfig", "HealthCheckConfig", "NamespaceId")
    }
    | {"Description": always(harmless("only the description changes"))},
    "AWS::ServiceDiscovery::Instance": {
        "InstanceAttributes": always(interruption("who asks for the service is led elsewhere"))
    },
}
LEADS = f"""
{R53}HostedZone {R53}HealthCheck {R53}CidrCollection {R53}TrafficPolicy {R53}TrafficPolicyInstance {R53}DNSSEC
{R53}KeySigningKey {R53}RecordSetGroup AWS::Route53Resolver::ResolverRule AWS::Route53Resolver::ResolverEndpoint
AWS::Route53Resolver::ResolverRuleAssociation {ACCELERATOR}Accelerator {ACCELERATOR}Listener {ACCELERATOR}EndpointGroup
{ACCELERATOR}CrossAccountAttachment AWS::ServiceDiscovery::Service AWS::ServiceDiscovery::Instance
AWS::ServiceDiscovery::HttpNamespace AWS::ServiceDiscovery::PrivateDnsNamespace
AWS::ServiceDiscovery::PublicDnsNamespace AWS::CertificateManager::Certificate AWS::ACMPCA::CertificateAuthority
AWS::ACMPCA::CertificateAuthorityActivation AWS::ACMPCA::Certificate AWS::ACMPCA::Permission {R53}DelegationSet
"""
WATCHES = f"""
{R53}QueryLoggingConfig AWS::Route53Resolver::ResolverQueryLoggingConfig AWS::CertificateManager::Account
AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation AWS::Route53Resolver::ResolverDNSSECConfig
"""
ADDED: dict[str, Rule] = {
    **each_type("", LEADS, harmless("nobody is led there until a name or a listener says so")),
    **each_type("", WATCHES, harmless("questions are recorded or checked that were not before")),
    **each_type(
        "",
        f"{ACCELERATOR}Accelerator AWS::Route53Resolver::ResolverEndpoint AWS::ACMPCA::CertificateAuthority",
        cost("costs money each hour or month"),
    ),
    **each_type(
        "",
        f"{ACCELERATOR}Listener {ACCELERATOR}CrossAccountAttachment",
        access("callers may connect to more than before"),
    ),
    **each_type("", "AWS::ACMPCA::Permission", access("somebody may issue certificates")),
    **each_type(
        "", "AWS::Route53Resolver::ResolverRuleAssociation", interruption("a network asks elsewhere for names")
    ),
    f"{R53}RecordSet": _record_added,
}
REMOVED: dict[str, Rule] = {
    **each_type("", LEADS, interruption("who asks for it, or is led by it, gets no answer")),
    **each_type("", WATCHES, access("is no longer recorded or checked")),
    f"{R53}RecordSet": _record_gone,
}
REPLACED: dict[str, Rule] = {
    **each_type("", LEADS, interruption("a new one takes its place, and callers of the old one get no answer")),
    **each_type("", WATCHES, access("is recorded or checked elsewhere")),
    f"{R53}RecordSet": _record_gone,
    "AWS::CertificateManager::Certificate": _issued,
}
