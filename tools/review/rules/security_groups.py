"""Security groups and their rules, written in the group or beside it: who reaches what, more or less than before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from tools.review.change import Change, PropertyRules, Rule, Template, Verdict, access, harmless, interruption, worst
from tools.review.reach import ADMINISTRATION, ANYWHERE, WEB, Opening, beyond, openings
from tools.review.shapes import always
from tools.review.values import properties

GROUP = "AWS::EC2::SecurityGroup"
INGRESS = "AWS::EC2::SecurityGroupIngress"
EGRESS = "AWS::EC2::SecurityGroupEgress"
UNCLEAR = access("who may reach what is an expression here, so that more may be open than before")


def compared(before: Iterable[Opening], after: Iterable[Opening], *, inward: bool) -> Verdict:
    """What is said when a group lets through `after` instead of `before`.

    Parameters
    ----------
    inward
        Whether the openings let somebody in (ingress), or what is inside out (egress).
    """
    old, new = list(before), list(after)
    gained, lost = beyond(new, old), beyond(old, new)
    verdicts = [_gained(it, inward=inward) for it in gained] + [_lost(it, new, inward=inward) for it in lost]
    return worst(*verdicts) if verdicts else harmless("the same peers reach the same ports as before")


def _gained(it: Opening, *, inward: bool) -> Verdict:
    return access(f"{it} may connect to what is in this group" if inward else f"what is in this group may reach {it}")


def _lost(it: Opening, left: list[Opening], *, inward: bool) -> Verdict:
    if inward and it.only(ADMINISTRATION):
        return harmless(f"{it} can no longer log in to what is in this group: fewer may, and no callers come this way")
    if any(it.covers(other) for other in left) and not (inward and it.everybody and it.only(WEB)):
        return harmless(f"less is open than to {it}, and what is left was open before")
    if inward:
        return interruption(f"{it} can no longer connect to what is in this group")
    return interruption(f"what is in this group can no longer reach {it}")


def _inline(*, inward: bool) -> Rule:
    def rule(change: Change) -> Verdict:
        if change.base is None and change.head is not None and not inward:
            return harmless("a new group; without rules of its own it would let everything out")
        if not all(_plain(value) for value in (change.before, change.after)):
            return UNCLEAR
        group = {"Fn::GetAtt": [change.logical_id, "GroupId"]}
        before = _of_group(change.base, change.base_template, group, inward=inward)
        after = _of_group(change.head, change.head_template, group, inward=inward)
        return compared(before, after, inward=inward)

    return rule


def _plain(value: Any) -> bool:
    return value is None or (
        isinstance(value, list) and all(isinstance(it, dict) and "Fn::If" not in it for it in value)
    )


def _of_group(resource: Mapping[str, Any] | None, template: Template, group: Any, *, inward: bool) -> list[Opening]:
    """What a group lets through, by its own rules and by those that stand beside it in the template."""
    return openings([*_written(resource, inward=inward), *_beside(template, _key(group), inward=inward)])


def _written(resource: Mapping[str, Any] | None, *, inward: bool) -> list[Mapping[str, Any]]:
    rules = properties(resource).get("SecurityGroupIngress" if inward else "SecurityGroupEgress")
    if rules is None:
        return [] if inward or resource is None else [ANYWHERE, {"CidrIpv6": "::/0", "IpProtocol": "-1"}]
    return [rule for rule in rules if isinstance(rule, dict)] if isinstance(rules, list) else []


def _beside(template: Template, group: str, *, inward: bool) -> list[Mapping[str, Any]]:
    found = (template.get("Resources") or {}).values()
    rules = [properties(it) for it in found if it.get("Type") == (INGRESS if inward else EGRESS)]
    return [rule for rule in rules if _key(rule.get("GroupId")) == group]


def _key(group: Any) -> str:
    """A group's name, the same for `Ref` and for `GetAtt` of its id."""
    if isinstance(group, dict) and len(group) == 1:
        inner = next(iter(group.values()))
        return f"resource {inner[0] if isinstance(inner, list) else str(inner).removesuffix('.GroupId')}"
    return json.dumps(group, sort_keys=True)


def _owner(template: Template, group: str) -> Mapping[str, Any] | None:
    resource = (template.get("Resources") or {}).get(group.removeprefix("resource "))
    return resource if isinstance(resource, dict) and resource.get("Type") == GROUP else None


def _standing(*, inward: bool) -> Rule:
    """For a rule that stands beside its group: added, removed or replaced."""

    def rule(change: Change) -> Verdict:
        group = _key(properties(change.base or change.head).get("GroupId"))
        sides = []
        for resource, template in ((change.base, change.base_template), (change.head, change.head_template)):
            owner = _owner(template, group)
            written = _written(owner, inward=inward) if owner else []
            own = [properties(resource)] if resource else []
            sides.append(openings([*written, *_beside(template, group, inward=inward), *own]))
        if change.head and _key(properties(change.head).get("GroupId")) != group:
            return interruption("the rule leaves one group and opens another")
        if not change.base and _new(change, group):
            return fresh(openings([properties(change.head)]) if inward else [])
        return compared(*sides, inward=inward)

    return rule


def _new(change: Change, group: str) -> bool:
    return _owner(change.head_template, group) is not None and _owner(change.base_template, group) is None


def fresh(found: Iterable[Opening]) -> Verdict:
    """What is said of a group that did not exist before and lets in `found`."""
    public = [it for it in found if it.public]
    if public:
        return access(f"{public[0]} may connect to what is put into this new group")
    return harmless("a new group lets in nothing from outside of the network, and nothing that exists is in it")


def _added(change: Change) -> Verdict:
    rules = properties(change.head).get("SecurityGroupIngress")
    return fresh(openings(_written(change.head, inward=True))) if _plain(rules) else UNCLEAR


PROPERTIES: PropertyRules = {
    GROUP: {
        "SecurityGroupIngress": _inline(inward=True),
        "SecurityGroupEgress": _inline(inward=False),
    },
    INGRESS: {"Description": always(harmless("only the description of the rule changes"))},
    EGRESS: {"Description": always(harmless("only the description of the rule changes"))},
    "AWS::EC2::SecurityGroupVpcAssociation": {},
}
ADDED: dict[str, Rule] = {
    GROUP: _added,
    INGRESS: _standing(inward=True),
    EGRESS: _standing(inward=False),
    "AWS::EC2::SecurityGroupVpcAssociation": always(harmless("the group can be used in one more network")),
}
REMOVED: dict[str, Rule] = {
    GROUP: always(interruption("what is in this group loses its connections, or the group cannot be deleted")),
    INGRESS: _standing(inward=True),
    EGRESS: _standing(inward=False),
    "AWS::EC2::SecurityGroupVpcAssociation": always(interruption("the group can no longer be used in that network")),
}
REPLACED: dict[str, Rule] = {
    GROUP: always(
        interruption("a new group takes its place; rules elsewhere that name the old one no longer let anybody in")
    ),
    INGRESS: _standing(inward=True),
    EGRESS: _standing(inward=False),
    "AWS::EC2::SecurityGroupVpcAssociation": always(interruption("the group can no longer be used in that network")),
}
