"""What differs in a template outside its resources: outputs, parameters, conditions and the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tools.review.change import Change, Template, Verdict, access, harmless, interruption, unknown
from tools.review.classify import Finding

_GIVEN = ("AssetParameters", "referenceto")
"""Beginnings of parameters to which the CDK itself, or the stack around a nested one, gives a value."""

_SEEN_IN_RESOURCES = "what it decides is told at the resources"


def compare_sections(stack: str, base: Template, head: Template) -> Iterator[Finding]:
    """Classify the changes of outputs, parameters, conditions, mappings and the other sections."""
    for section in dict.fromkeys([*base, *head]):
        before, after = base.get(section), head.get(section)
        if section == "Resources" or before == after:
            continue
        judge = _ENTRIES.get(section)
        if judge is None:
            yield _finding(stack, section, None, before, after, _WHOLE.get(section))
        else:
            old, new = before or {}, after or {}
            for name in dict.fromkeys([*old, *new]):
                if old.get(name) != new.get(name):
                    asked = _asset if section == "Parameters" and name.startswith(_GIVEN) else judge
                    yield _finding(stack, section, name, old.get(name), new.get(name), asked)


def _finding(
    stack: str, section: str, name: str | None, before: Any, after: Any, judge: Callable[[Any, Any], Verdict] | None
) -> Finding:
    change = Change(
        stack=stack,
        logical_id=name or section,
        type=section,
        property=None,
        action="add" if before is None else "remove" if after is None else "modify",
        before=before,
        after=after,
    )
    verdict = judge(before, after) if judge else unknown("no rule knows this section of a template")
    return Finding(change=change, verdict=verdict)


def _output(before: Any, after: Any) -> Verdict:
    old, new = ((value or {}).get("Export") for value in (before, after))
    if old and old != new:
        return interruption("other stacks may import it by this name; CloudFormation refuses the change while one does")
    if old and (before or {}).get("Value") != (after or {}).get("Value"):
        return interruption("CloudFormation refuses to change the value while another stack imports it")
    return harmless("no other stack imports it; it is shown after a deployment")


def _parameter(before: Any, after: Any) -> Verdict:
    old, new = (before or {}), (after or {})
    if str(old.get("NoEcho", "false")).lower() == "true" and str(new.get("NoEcho", "false")).lower() != "true":
        return access("its value was hidden, and everybody who may describe the stack can read it now")
    if after is not None and "Default" not in new and (before is None or "Default" in old):
        return interruption("a deployment fails until somebody gives it a value")
    if "Default" not in old and "Default" not in new and old.get("Type") != new.get("Type"):
        return unknown("what its values mean changes")
    return harmless(_SEEN_IN_RESOURCES)


def _asset(_before: Any, _after: Any) -> Verdict:
    return harmless("the CDK itself gives its value at each deployment")


def _seen(_before: Any, _after: Any) -> Verdict:
    return harmless(_SEEN_IN_RESOURCES)


def _text(_before: Any, _after: Any) -> Verdict:
    return harmless("a text for people and programs; CloudFormation does not act on it")


def _condition(before: Any, _after: Any) -> Verdict:
    if before is None:
        return harmless(_SEEN_IN_RESOURCES)
    return unknown("what depends on it comes or goes with the deployment; it cannot be told here")


def _rule(before: Any, _after: Any) -> Verdict:
    if before is None:
        return harmless("a deployment is checked before it starts")
    return access("what a deployment is checked for before it starts changes")


_ENTRIES: dict[str, Callable[[Any, Any], Verdict]] = {
    "Outputs": _output,
    "Parameters": _parameter,
    "Mappings": _seen,
    "Conditions": _condition,
    "Rules": _rule,
}
_WHOLE: dict[str, Callable[[Any, Any], Verdict]] = {
    "Description": _text,
    "Metadata": _text,
    "AWSTemplateFormatVersion": _text,
}
