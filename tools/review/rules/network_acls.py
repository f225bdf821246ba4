"""Network ACLs: entries that let traffic of subnets through or stop it, compared by meaning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.review.change import Change, PropertyRules, Rule, Verdict, access, harmless, interruption
from tools.review.reach import Opening, beyond, openings
from tools.review.rules.network_lifecycle import unless_new
from tools.review.shapes import always
from tools.review.values import properties

ACL = "AWS::EC2::NetworkAcl"
ENTRY = "AWS::EC2::NetworkAclEntry"
ASSOCIATION = "AWS::EC2::SubnetNetworkAclAssociation"
LESS = interruption("traffic that the subnet's ACL let through is stopped")
MORE = access("traffic that the subnet's ACL stopped is let through")


def _allows(entry: Mapping[str, Any]) -> bool:
    return str(entry.get("RuleAction", "")).lower() == "allow"


def _openings(entry: Mapping[str, Any]) -> list[Opening]:
    ports = entry.get("PortRange") if isinstance(entry.get("PortRange"), dict) else {}
    return openings(
        [
            {
                "IpProtocol": entry.get("Protocol"),
                "FromPort": (ports or {}).get("From"),
                "ToPort": (ports or {}).get("To"),
                "CidrIp": entry.get("CidrBlock"),
                "CidrIpv6": entry.get("Ipv6CidrBlock"),
            }
        ]
    )


def _changed(change: Change) -> Verdict:
    before, after = properties(change.base), properties(change.head)
    if before.get("RuleNumber") != after.get("RuleNumber") or before.get("Egress") != after.get("Egress"):
        return interruption("the entry stands elsewhere among the others, so that another one may decide before it")
    if _allows(before) != _allows(after):
        return MORE if _allows(after) else LESS
    old, new = _openings(before), _openings(after)
    more, less = (LESS, MORE) if not _allows(after) else (MORE, LESS)
    if beyond(old, new):
        return less if not beyond(new, old) else LESS
    return more if beyond(new, old) else harmless("the entry stands for the same traffic as before")


def _added(change: Change) -> Verdict:
    verdict = MORE if _allows(properties(change.head)) else LESS
    return (
        unless_new("NetworkAclId", verdict, new="an entry of a new ACL, which no subnet used before")(change) or verdict
    )


PROPERTIES: PropertyRules = {
    ENTRY: dict.fromkeys(("CidrBlock", "Ipv6CidrBlock", "PortRange", "Protocol", "RuleAction", "Icmp"), _changed),
}
ADDED: dict[str, Rule] = {
    ACL: always(harmless("a new ACL, which no subnet uses yet")),
    ENTRY: _added,
    ASSOCIATION: always(interruption("the ACL of a subnet changes, and with it what is let through")),
}
REMOVED: dict[str, Rule] = {
    ACL: always(access("the subnet falls back to the default ACL, which lets everything through")),
    ENTRY: lambda change: LESS if _allows(properties(change.base)) else MORE,
    ASSOCIATION: always(access("the subnet falls back to the default ACL, which lets everything through")),
}
REPLACED: dict[str, Rule] = {
    ACL: always(interruption("a new ACL takes the place of the old one")),
    ENTRY: _changed,
    ASSOCIATION: always(interruption("the ACL of a subnet changes, and with it what is let through")),
}
