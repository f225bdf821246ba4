"""Firewalls: WAF, Shield, Network Firewall, DNS Firewall and Firewall Manager."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.review.change import Change, PropertyRules, Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.members import members
from tools.review.shapes import SAME, always, each_type, listed, switch

WAF = "AWS::WAFv2::"
NETWORK = "AWS::NetworkFirewall::"
DNS = "AWS::Route53Resolver::"
LESS = access("the firewall lets more through, or something else")
STOPS = ("Block", "Captcha", "Challenge")


def _action(rule: Any) -> str:
    """What a rule does: the word of its action, or `None`/`Count` for the override of a group's actions."""
    if not isinstance(rule, dict):
        return "?"
    found = rule.get("Action") or rule.get("OverrideAction") or {}
    word = next(iter(found), "?") if isinstance(found, dict) else "?"
    return "Group" if rule.get("OverrideAction") and word == "None" else word


def _rule_added(change: Change) -> Verdict:
    if _action(change.after) == "Allow":
        return access("requests that fit the new rule pass, before other rules look at them")
    if _action(change.after) == "Count":
        return harmless("requests that fit the new rule are only counted")
    return harmless("requests that fit the new rule are stopped as well")


def _rule_removed(change: Change) -> Verdict:
    if _action(change.before) == "Allow":
        return interruption("requests that a rule let pass may be stopped")
    if _action(change.before) == "Count":
        return harmless("requests that fit the rule were only counted")
    return access("requests that a rule stopped are let through")


def _limit(rule: Mapping[str, Any]) -> float:
    """The limit of a rule that counts requests; infinite for others."""
    found = ((rule.get("Statement") or {}).get("RateBasedStatement") or {}).get("Limit")
    return float(found) if isinstance(found, int) else float("inf")


def _rule_changed(change: Change) -> Verdict:
    before, after = _action(change.before), _action(change.after)
    rest = [
        {k: v for k, v in it.items() if k not in ("Action", "OverrideAction", "VisibilityConfig")}
        for it in (change.before, change.after)
    ]
    if before != after and after in (*STOPS, "Group") and rest[0] == rest[1]:
        return harmless("requests that fit the rule are stopped, no longer only counted or let pass")
    if before == after and rest[0] == rest[1]:
        return harmless("only what is measured of the rule, or how it answers, changes")
    if before == after and _limit(change.after) < _limit(change.before):
        return interruption("callers who send many requests are stopped sooner")
    return access("a rule stops fewer requests, or others")


RULES = members("Name", added=_rule_added, removed=_rule_removed, changed=_rule_changed, reordered=SAME, unclear=LESS)


def _default(change: Change) -> Verdict:
    if isinstance(change.after, dict) and "Block" in change.after:
        if isinstance(change.before, dict) and "Block" in change.before:
            return harmless("requests that fit no rule are refused with another answer")
        return interruption("requests that fit no rule are stopped")
    return access("requests that fit no rule are let through")


ADDRESSES = always(access("a set of addresses changes, on which rules decide who is let through or stopped"))
PROTECTED = switch(
    on=harmless("cannot be deleted or changed by mistake"), off=data_loss("is no longer protected against deletion")
)
CHANGES = switch(on=harmless("cannot be changed by mistake"), off=access("is no longer protected against changes"))
PROPERTIES: PropertyRules = {
    f"{WAF}WebACL": {
        "DefaultAction": _default,
        "Rules": RULES,
        "VisibilityConfig": always(harmless("only what is measured and sampled of requests")),
        "CustomResponseBodies": always(harmless("only the text of refusals")),
        "CaptchaConfig": always(harmless("only how long a solved puzzle is good for")),
        "ChallengeConfig": always(harmless("only how long a passed check is good for")),
        "AssociationConfig": always(access("more or less of the body of requests is looked at")),
        "TokenDomains": always(access("tokens of other sites are accepted")),
        "DataProtectionConfig": always(access("what of requests stays out of the logs changes")),
        "OnSourceDDoSProtectionConfig": always(access("how floods of requests are answered changes")),
        "Description": always(harmless("only the description changes")),
    },
    f"{WAF}RuleGroup": {
        "Rules": RULES,
        "Capacity": always(harmless("only how much the group may hold")),
        "VisibilityConfig": always(harmless("only what is measured and sampled of requests")),
        "CustomResponseBodies": always(harmless("only the text of refusals")),
        "Description": always(harmless("only the description changes")),
    },
    f"{WAF}IPSet": {
        "Addresses": ADDRESSES,
        "IPAddressVersion": ADDRESSES,
        "Description": always(harmless("only the description changes")),
    },
    f"{WAF}RegexPatternSet": {
        "RegularExpressionList": always(LESS),
        "Description": always(harmless("only the description changes")),
    },
    f"{WAF}WebACLAssociation": {},
    f"{WAF}LoggingConfiguration": {
        "LogDestinationConfigs": always(access("requests are recorded elsewhere")),
        "RedactedFields": members(
            added=harmless("more of requests stays out of the logs"),
            removed=access("more of requests is written to the logs"),
            changed=access("other parts of requests are written to the logs"),
        ),
        "LoggingFilter": always(access("other requests are recorded, or fewer")),
    },
    "AWS::Shield::Protection": {
        "HealthCheckArns": listed(added=harmless("attacks are seen sooner"), removed=access("attacks are seen later")),
        "ApplicationLayerAutomaticResponseConfiguration": always(access("how attacks are answered changes")),
    },
    "AWS::Shield::ProactiveEngagement": {
        "ProactiveEngagementStatus": switch(
            on=harmless("AWS calls in an attack"), off=access("AWS does not call in an attack")
        ),
        "EmergencyContactList": always(access("others are called in an attack")),
    },
    "AWS::Shield::ProtectionGroup": {
        name: always(access("attacks on other resources are seen together"))
        for name in ("Aggregation", "Pattern", "Members", "ResourceType")
    },
    "AWS::Shield::DRTAccess": {
        "RoleArn": always(access("AWS's response team may do something else")),
        "LogBucketList": always(access("AWS's response team may read other logs")),
    },
    f"{NETWORK}Firewall": {
        "DeleteProtection": PROTECTED,
        "SubnetChangeProtection": CHANGES,
        "FirewallPolicyChangeProtection": CHANGES,
        "AvailabilityZoneChangeProtection": CHANGES,
        "FirewallPolicyArn": always(LESS),
        "SubnetMappings": members(
            "SubnetId",
            added=cost("a firewall costs money each hour in each zone"),
            removed=interruption("a zone loses its firewall, and the way through it"),
            changed=interruption("a zone is reached by another version of IP"),
        ),
        "EnabledAnalysisTypes": listed(added=harmless("more is counted"), removed=access("less is counted")),
        "Description": always(harmless("only the description changes")),
    },
    f"{NETWORK}FirewallPolicy": {
        "FirewallPolicy": always(LESS),
        "Description": always(harmless("only the description changes")),
    },
    f"{NETWORK}RuleGroup": {
        "RuleGroup": always(LESS),
        "Description": always(harmless("only the description changes")),
        "SummaryConfiguration": always(harmless("only what is shown of the rules")),
    },
    f"{NETWORK}LoggingConfiguration": {
        "LoggingConfiguration": always(access("traffic is recorded elsewhere, or less of it"))
    },
    f"{NETWORK}TLSInspectionConfiguration": {
        "TLSInspectionConfiguration": always(access("other traffic is looked into"))
    },
    f"{DNS}FirewallDomainList": {
        "Domains": listed(
            added=access("rules on this list decide on one more name, which may be let through"),
            removed=access("rules on this list no longer decide on a name, which may be let through"),
        ),
        "DomainFileUrl": always(LESS),
    },
    f"{DNS}FirewallRuleGroup": {"FirewallRules": always(LESS)},
    f"{DNS}FirewallRuleGroupAssociation": {
        "MutationProtection": CHANGES,
        "Priority": always(access("other rules decide before these")),
        "FirewallRuleGroupId": always(LESS),
        "Name": always(harmless("only the name changes")),
    },
    "AWS::FMS::Policy": {
        "RemediationEnabled": switch(
            on=harmless("what does not keep to the policy is put right"),
            off=access("what does not keep to the policy stays as it is"),
        ),
        "PolicyDescription": always(harmless("only the description changes")),
        **{
            name: always(access("the policy asks for something else, or of other resources and accounts"))
            for name in (
                "SecurityServicePolicyData",
                "ResourceTags",
                "ExcludeResourceTags",
                "ResourceType",
                "ResourceTypeList",
                "ResourceSetIds",
                "IncludeMap",
                "ExcludeMap",
                "ResourcesCleanUp",
                "ResourceTagLogicalOperator",
            )
        },
    },
}
GUARDS: Mapping[str, str] = {
    WAF: "WebACL WebACLAssociation RuleGroup IPSet RegexPatternSet LoggingConfiguration",
    "AWS::WAF::": "WebACL Rule IPSet ByteMatchSet SizeConstraintSet SqlInjectionMatchSet XssMatchSet",
    "AWS::WAFRegional::": "WebACL WebACLAssociation Rule RateBasedRule IPSet ByteMatchSet GeoMatchSet RegexPatternSet "
    "SizeConstraintSet SqlInjectionMatchSet XssMatchSet",
    "AWS::Shield::": "Protection ProtectionGroup ProactiveEngagement DRTAccess",
    NETWORK: "Firewall FirewallPolicy RuleGroup LoggingConfiguration TLSInspectionConfiguration VpcEndpointAssociation",
    DNS: "FirewallDomainList FirewallRuleGroup FirewallRuleGroupAssociation",
    "AWS::FMS::": "Policy NotificationChannel ResourceSet ApplicationsList ProtocolsList",
}
ANEW = access("a new one takes its place, and stops what it does only where it is named")
ADDED: dict[str, Rule] = {
    kind: rule
    for prefix, names in GUARDS.items()
    for kind, rule in each_type(prefix, names, harmless("a firewall looks at more than before")).items()
} | {
    **each_type(WAF, "WebACL", cost("a web ACL and each of its rules costs money each month")),
    **each_type(NETWORK, "Firewall VpcEndpointAssociation", cost("a firewall costs money each hour in each zone")),
    **each_type("AWS::Shield::", "DRTAccess", access("AWS's response team may read logs and change rules")),
}
REMOVED: dict[str, Rule] = {
    kind: rule
    for prefix, names in GUARDS.items()
    for kind, rule in each_type(prefix, names, access("no longer stops, or records, what it did")).items()
}
REPLACED: dict[str, Rule] = {
    kind: rule for prefix, names in GUARDS.items() for kind, rule in each_type(prefix, names, ANEW).items()
}
