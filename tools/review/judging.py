"""What is said of a change: by the rule of its type, otherwise by what its name says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tools.review import iam, names, resources, rules
from tools.review.change import Change, Rule, Verdict, harmless, unknown
from tools.review.rules.sagemaker_serving import PROMOTION, hosts_promoted_model

_NAMES_ALIKE = ("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api", "AWS::AppSync::Api", "AWS::AppSync::GraphQLApi")
"""Types of which several may have the same name."""


def depends(change: Change) -> Verdict:
    """What a condition means on which it depends whether the resource is there."""
    gone = replace(change, property=None, action="remove", before=change.base, after=None, head=None)
    verdict = asked(rules.REMOVED, gone) or resources.removed(gone)
    return Verdict(verdict.risk, f"whether it is there depends on another condition; without it: {verdict.why}")


def asked(table: Mapping[str, Rule], change: Change) -> Verdict | None:
    """What the rule for a whole resource says."""
    rule = rules.whole_rule(table, change.type)
    return heard(rule, change) if rule else None


def heard(rule: Rule, change: Change) -> Verdict | None:
    """What a rule says; in a form of template that nobody thought of, what is said where there is no rule."""
    try:
        return rule(change)
    except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError):
        return None


def replacement(change: Change) -> Verdict:
    """What it means that CloudFormation makes a new resource."""
    if change.type == "AWS::IAM::Role" and hosts_promoted_model(change):
        return harmless(PROMOTION)
    return asked(rules.REPLACED, change) or resources.replaced(change)


def only_grants(resource_type: str) -> bool:
    """Whether resources of a type are nothing but rights, which are compared by what they say."""
    return resource_type in iam.POLICY_PROPERTIES and resource_type.endswith(("Policy", "Permission"))


def rule_path(change: Change) -> str:
    """The path of a property as rules are looked up: `Rules[].Status`."""
    return re.sub(r"\[[^\]]*\]", "[]", change.property or "")


def general(change: Change) -> Verdict:
    """What is said where no rule of the type speaks."""
    if names.only_digests(change):
        return harmless("only the digest of a file differs")
    if names.only_order(change):
        return harmless("the same items in another order")
    return names.by_name(change) or unknown("no rule knows what this property does")


def has_own_name(resource: Mapping[str, Any]) -> bool:
    """Whether a resource has a name chosen in the template, which only one can have at a time."""
    if resource["Type"] in _NAMES_ALIKE:
        return False
    last = resource["Type"].rpartition("::")[2]
    return any(
        name in ("Name", f"{last}Name", f"{last}Identifier") and isinstance(value, str)
        for name, value in resource.get("Properties", {}).items()
    )
