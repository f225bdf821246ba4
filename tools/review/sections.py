"""What differs in a template outside its resources: outputs, parameters, conditions and the rest."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from tools.review.change import Change, Risk, Template, Verdict, access, harmless, interruption, unknown
from tools.review.findings import Finding
from tools.review.renames import rename, renamed_ids
from tools.review.templates import LOOP

_GIVEN = ("AssetParameters", "referenceto")
"""Beginnings of parameters to which the CDK itself, or the stack around a nested one, gives a value."""

_SEEN_IN_RESOURCES = "what it decides is told at the resources"


def compare_sections(
    stack: str,
    base: Template,
    head: Template,
    *,
    read: Collection[str] = (),
    still_read: Collection[str] | None = None,
) -> Iterator[Finding]:
    """Classify the changes of outputs, parameters, conditions, mappings and the other sections.

    Parameters
    ----------
    read
        Names of the outputs that other stacks read with `Fn::GetStackOutput`.
    still_read
        Those that they read after the change; None where that is not known.
    """
    if base.get("Outputs"):
        base = {**base, "Outputs": rename(base["Outputs"], renamed_ids(base, head))}
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
                if old.get(name) == new.get(name):
                    continue
                of_name = _special(section, name) or judge
                if section == "Outputs" and name in read and name in old:
                    of_name = _read_output if still_read is None or name in still_read else _forgotten_output
                elif section == "Outputs" and _is_secret(new.get(name), head) > _is_secret(old.get(name), base):
                    of_name = _shown
                yield _finding(stack, section, name, old.get(name), new.get(name), of_name)


def _special(section: str, name: str) -> Callable[[Any, Any], Verdict] | None:
    """The rule of entries that are told by their names, not by their section."""
    if name.startswith(LOOP):
        return _loop
    return _asset if section == "Parameters" and name.startswith(_GIVEN) else None


def outputs_read(templates: Iterable[Template]) -> dict[str, frozenset[str]]:
    """Names of outputs that templates read with `Fn::GetStackOutput`, by the name of the stack that has them."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    waiting: list[Any] = list(templates)
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            waiting += value.values()
            asked = value.get("Fn::GetStackOutput")
            if isinstance(asked, dict) and isinstance(asked.get("StackName"), str):
                found[asked["StackName"]].add(str(asked.get("OutputName")))
    return {stack: frozenset(names) for stack, names in found.items()}


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


_SECRET = re.compile(r"\{\{resolve:(secretsmanager|ssm-secure):|\"(SecretAccessKey|ClientSecret)\"")
"""Values of outputs that are secret: dynamic references, and attributes of access keys and clients."""


def _is_secret(output: Any, template: Template) -> bool:
    """Whether an output shows what is secret, also a parameter that is hidden otherwise."""
    text = json.dumps(output)
    hidden = [
        name
        for name, parameter in (template.get("Parameters") or {}).items()
        if isinstance(parameter, dict) and str(parameter.get("NoEcho")).lower() == "true"
    ]
    return bool(_SECRET.search(text)) or any(f'"{name}"' in text or f"${{{name}}}" in text for name in hidden)


def _shown(_before: Any, _after: Any) -> Verdict:
    return access("it shows a secret to everybody who may describe the stack")


def _output(before: Any, after: Any) -> Verdict:
    old, new = ((value or {}).get("Export") for value in (before, after))
    if old and old != new:
        return interruption("other stacks may import it by this name; CloudFormation refuses the change while one does")
    if old and (before or {}).get("Value") != (after or {}).get("Value"):
        return interruption("CloudFormation refuses to change the value while another stack imports it")
    return harmless("no other stack imports it; it is shown after a deployment")


def _read_output(before: Any, after: Any) -> Verdict:
    if after is None:
        return interruption("another stack reads it, and can no longer be deployed")
    if (before or {}).get("Value") != after.get("Value"):
        return interruption("another stack reads it, and gets another value with its next deployment")
    return _output(before, after)


def _forgotten_output(before: Any, after: Any) -> Verdict:
    found = _output(before, after)
    return found if found.risk is not Risk.HARMLESS else harmless("what read it reads it no more, or goes as well")


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


def _loop(_before: Any, _after: Any) -> Verdict:
    return unknown("what a loop or a macro makes is not looked into")


def _seen(_before: Any, _after: Any) -> Verdict:
    return harmless(_SEEN_IN_RESOURCES)


def _text(_before: Any, _after: Any) -> Verdict:
    return harmless("a text for people and programs; CloudFormation does not act on it")


def _condition(before: Any, _after: Any) -> Verdict:
    if before is None:
        return harmless(_SEEN_IN_RESOURCES)
    return unknown("what depends on it comes or goes with the deployment; it is unknown here")


def _rule(before: Any, after: Any) -> Verdict:
    if before is None:
        return harmless("a deployment is checked before it starts")
    if "BootstrapVersion" in json.dumps(before) and (after is None or "BootstrapVersion" in json.dumps(after)):
        return harmless("the CDK only asks whether its bootstrap stack is new enough")
    if after is not None and _asserted(before) == _asserted(after):
        return harmless("only the words of the check change")
    return access("what a deployment is checked for before it starts changes")


def _asserted(rule: Any) -> Any:
    if isinstance(rule, list):
        return [_asserted(item) for item in rule]
    if isinstance(rule, dict):
        return {name: _asserted(value) for name, value in rule.items() if name != "AssertDescription"}
    return rule


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
