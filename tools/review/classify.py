"""From what differs in a stack to a class and a sentence for each change.

For a property: the rule of its type, otherwise what its name says. When CloudFormation replaces the resource for it,
the worse of that and of what the replacement means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from tools.review import iam, names, resources, rules
from tools.review.change import Change, Risk, Template, Verdict, harmless, interruption, unknown, worst
from tools.review.conditions import asked_otherwise
from tools.review.differences import MAY_REPLACE, WILL_REPLACE, ResourceDifference
from tools.review.findings import Finding, merged, told_apart
from tools.review.judging import asked, depends, general, has_own_name, heard, only_grants, replacement, rule_path
from tools.review.openings import WATCHES, opens
from tools.review.renames import rename, renamed_ids
from tools.review.rules.sagemaker_serving import PROMOTION, hosts_promoted_model
from tools.review.templates import LOOP
from tools.review.walk import Part, branches, parts

SAM = "AWS::Serverless::"
"""Types that a transform turns into others, of which the engine of the CLI cannot know what replaces them."""

EMPTY: Template = {"Resources": {}}


def classify(
    stack: str, base: Template, head: Template, differences: Mapping[str, ResourceDifference]
) -> tuple[list[Finding], iam.Access]:
    """Classify every change of the resources of a stack.

    Parameters
    ----------
    base, head
        The resolved templates; empty ones for a stack that does not exist.
    differences
        What the engine of the CDK CLI says of the resources that differ.

    Returns
    -------
    list
        The changes with their verdicts, in the order of the templates.
    Access
        The rights that are gained and lost.
    """
    ids = renamed_ids(base, head)
    renamed_base = _renamed(base, ids)
    access = iam.compare_access(renamed_base, head, stack)
    found = _Stack(stack, renamed_base, head, differences, ids, access).findings()
    return [each for finding in found for each in told_apart(finding)], access


def _renamed(base: Template, ids: Mapping[str, str]) -> Template:
    """The base under the new ids, so that what names a renamed resource is compared with its new name."""
    if not ids:
        return base
    entries = rename(base.get("Resources", {}), ids)
    return {**base, "Resources": {ids.get(name, name): resource for name, resource in entries.items()}}


@dataclass(frozen=True)
class _Stack:
    name: str
    base: Template
    head: Template
    differences: Mapping[str, ResourceDifference]
    ids: Mapping[str, str]
    access: iam.Access

    @cached_property
    def asked_otherwise(self) -> frozenset[str]:
        """Conditions that ask something else than before."""
        return asked_otherwise(self.base, self.head)

    def findings(self) -> Iterator[Finding]:
        old, new = self.base.get("Resources", {}), self.head.get("Resources", {})
        for logical_id in dict.fromkeys([*new, *old]):
            yield from self._resource(logical_id, old.get(logical_id), new.get(logical_id))

    def _resource(self, logical_id: str, old: Any, new: Any) -> Iterator[Finding]:
        if logical_id.startswith(LOOP):
            if old != new:
                yield self._unreadable(logical_id, old, new)
            return
        if old is None:
            yield from self._added(self._change(logical_id, None, new, action="add", after=new))
        elif new is None:
            yield from self._removed(self._change(logical_id, old, None, action="remove", before=old))
        elif old["Type"] != new["Type"]:
            yield from self._removed(self._change(logical_id, old, None, action="remove", before=old))
            yield from self._added(self._change(logical_id, None, new, action="add", after=new))
        else:
            if logical_id in self.ids.values():
                yield self._moved(self._change(logical_id, old, new, action="replace", before=old, after=new))
            yield from self._properties(logical_id, old, new)
            yield from self._attributes(logical_id, old, new)

    def _change(self, logical_id: str, old: Any, new: Any, **values: Any) -> Change:
        return Change(
            stack=self.name,
            logical_id=logical_id,
            type=(old or new)["Type"],
            property=values.pop("property", None),
            base=old,
            head=new,
            base_template=self.base,
            head_template=self.head,
            **values,
        )

    def _unreadable(self, logical_id: str, old: Any, new: Any) -> Finding:
        change = Change(
            stack=self.name,
            logical_id=logical_id,
            type="::".join(logical_id.split("::")[:2]),
            property=None,
            action="add" if old is None else "remove" if new is None else "modify",
            before=old,
            after=new,
        )
        return Finding(change=change, verdict=unknown("what a loop or a macro makes is not looked into"))

    # --- whole resources ---------------------------------------------------------------------------------------

    def _added(self, change: Change) -> Iterator[Finding]:
        verdict = asked(rules.ADDED, change) or resources.added(change)
        verdict = worst(verdict, *self._policy_verdict(change))
        yield Finding(change=change, verdict=verdict)
        for finding in self._walked(change.logical_id, {}, change.head or {}):
            if finding.verdict.risk == Risk.ACCESS and verdict.risk != Risk.ACCESS and opens(finding.change):
                yield finding

    def _removed(self, change: Change) -> Iterator[Finding]:
        policy = self._policy_verdict(change)
        rule = asked(rules.REMOVED, change)
        if policy and rule is None:
            yield Finding(change=change, verdict=policy[0])
        else:
            yield Finding(change=change, verdict=worst(rule or resources.removed(change), *policy))

    def _moved(self, change: Change) -> Finding:
        """A resource with another logical id, told under the old one: that is what is taken away."""
        old_id = next(old for old, new in self.ids.items() if new == change.logical_id)
        now = f"it is called {change.logical_id} now"
        told = replace(change, logical_id=old_id)
        if only_grants(change.type):
            return Finding(change=told, verdict=harmless(f"{now}, and says the same"))
        if change.type in WATCHES:
            verdict = harmless("it is replaced by one with the same condition and recipients")
        else:
            verdict = replacement(change)
        if has_own_name(change.head or {}):
            verdict = worst(interruption("the new one cannot be made while the old one has the name"), verdict)
        if verdict.risk == Risk.HARMLESS:
            return Finding(change=told, verdict=harmless(f"{now} and is the same: {verdict.why}"))
        return Finding(change=told, verdict=replace(verdict, why=f"{now}: {verdict.why}"))

    def _policy_verdict(self, change: Change) -> list[Verdict]:
        verdict = self.access.verdicts.get((change.logical_id, None))
        return [verdict] if verdict else []

    # --- properties --------------------------------------------------------------------------------------------

    def _properties(self, logical_id: str, old: Any, new: Any) -> Iterator[Finding]:
        impacts = self.differences[logical_id].properties if logical_id in self.differences else {}
        if new["Type"].startswith(SAM):
            impacts = {name: impact for name, impact in impacts.items() if name.endswith("Name")}
        before, after = old.get("Properties", {}), new.get("Properties", {})
        findings = list(self._walked(logical_id, old, new))
        for finding in findings:
            yield from self._with_replacement(finding, impacts)
        yield from self._elsewhere(logical_id, old, new, findings)
        for name, impact in impacts.items():
            if before.get(name) == after.get(name):
                yield from self._follows(logical_id, old, new, name, impact)

    def _walked(self, logical_id: str, old: Any, new: Any) -> Iterator[Finding]:
        before, after = old.get("Properties", {}), new.get("Properties", {})
        for name in dict.fromkeys([*before, *after]):
            if before.get(name) == after.get(name):
                continue
            part = Part(path=name, rule_path=name, before=before.get(name), after=after.get(name))
            yield from merged(list(self._judged(logical_id, old, new, part)), part)

    def _judged(self, logical_id: str, old: Any, new: Any, part: Part) -> Iterator[Finding]:
        for branch in branches(part):
            change = self._change(
                logical_id,
                old or None,
                new or None,
                property=branch.path,
                action="add" if branch.before is None else "remove" if branch.after is None else "modify",
                before=branch.before,
                after=branch.after,
            )
            verdict = self._ruled(change, branch)
            if verdict is not None:
                yield Finding(change=change, verdict=verdict)
                continue
            inner = parts(branch)
            for part_of_it in inner:
                yield from self._judged(logical_id, old, new, part_of_it)
            if not inner:
                yield Finding(change=change, verdict=general(change))

    def _ruled(self, change: Change, part: Part) -> Verdict | None:
        verdict = self.access.verdicts.get((change.logical_id, part.rule_path))
        if verdict is not None:
            return verdict
        if iam.is_policy(change.type, part.rule_path):
            return harmless("the same rights, written otherwise")
        if change.type == "AWS::IAM::Role" and change.property == "Path" and hosts_promoted_model(change):
            return harmless(PROMOTION)
        if names.only_order_of_set(change):
            return harmless("the same items in another order")
        rule = rules.property_rule(change.type, part.rule_path)
        return heard(rule, change) if rule else None

    def _elsewhere(self, logical_id: str, old: Any, new: Any, findings: list[Finding]) -> Iterator[Finding]:
        """Rights that change through a property that reads the same: a condition, or what its policy is attached to."""
        told = {(finding.change.property or "").partition("[")[0] for finding in findings}
        for (name, path), verdict in self.access.verdicts.items():
            if name == logical_id and path is not None and verdict.risk != Risk.HARMLESS and path not in told:
                value = new.get("Properties", {}).get(path)
                change = self._change(logical_id, old, new, property=path, action="modify", before=value, after=value)
                yield Finding(change=change, verdict=verdict)

    def _with_replacement(self, finding: Finding, impacts: Mapping[str, str]) -> Iterator[Finding]:
        """The finding, and what the replacement of the resource means when that is a danger of another kind."""
        change = finding.change
        impact = impacts.get((change.property or "").partition(".")[0].partition("[")[0])
        known = finding.verdict.risk != Risk.UNKNOWN and rules.property_rule(change.type, rule_path(change)) is not None
        if impact != WILL_REPLACE and (impact != MAY_REPLACE or known):
            yield finding
            return
        change = replace(change, action="replace")
        if only_grants(change.type):
            yield Finding(change=change, verdict=finding.verdict)
            return
        whole = replace(change, property=None, before=change.base, after=change.head)
        means = replacement(whole)
        if means.risk == Risk.HARMLESS and finding.verdict.risk == Risk.UNKNOWN:
            yield Finding(change=change, verdict=means)
        else:
            yield Finding(change=change, verdict=worst(means, finding.verdict))

    def _follows(self, logical_id: str, old: Any, new: Any, name: str, impact: str) -> Iterator[Finding]:
        """A property that reads the same and names a resource that is replaced."""
        value = new.get("Properties", {}).get(name)
        change = self._change(logical_id, old, new, property=name, action="modify", before=value, after=value)
        finding = Finding(change=change, verdict=harmless("it names a resource that is replaced, and follows it"))
        yield from self._with_replacement(finding, {name: impact})

    # --- attributes --------------------------------------------------------------------------------------------

    def _attributes(self, logical_id: str, old: Any, new: Any) -> Iterator[Finding]:
        for name in dict.fromkeys([*old, *new]):
            before, after = old.get(name), new.get(name)
            if name in ("Type", "Properties") or before == after:
                continue
            change = self._change(
                logical_id,
                old,
                new,
                property=name,
                action="add" if before is None else "remove" if after is None else "modify",
                before=before,
                after=after,
            )
            yield Finding(
                change=change, verdict=depends(change) if name == "Condition" else resources.attribute(change)
            )
        name = old.get("Condition")
        if not isinstance(name, str) or name != new.get("Condition"):
            return
        before, after = (template.get("Conditions", {}).get(name) for template in (self.base, self.head))
        if before != after or name in self.asked_otherwise:
            change = self._change(
                logical_id, old, new, property="Condition", action="modify", before=before, after=after
            )
            yield Finding(change=change, verdict=depends(change))
