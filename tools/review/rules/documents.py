"""Values of parameters that are JSON documents: what their readers start work with, told by the names of the parts."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from tools.review.change import Change, Rule, Verdict, access, cost, harmless, interruption, worst
from tools.review.rules.definitions import definition_differences, parse_definition
from tools.review.rules.sagemaker_capacity import instance_type
from tools.review.shapes import number, present, switch

_OTHER = "whoever reads the parameter gets another value, which the old readers may not know"
_PARTS: tuple[tuple[str, Rule], ...] = (
    (r"instance_?type$", instance_type),
    (
        r"count$|_gb$|gigabytes$|volume|max_(run|wait)|(run|wait)_seconds",
        number(up=cost("work may take more of it, and is paid for"), down=interruption("work gets less of it")),
    ),
    (r"^(use_?)?spot", switch(on=harmless("spare machines are cheaper"), off=cost("machines are paid for in full"))),
    (
        r"isolation|encrypt|private",
        switch(on=harmless("work starts with a guard more"), off=access("work starts without this guard")),
    ),
    (
        r"kms|key_?(arn|id)$",
        present(
            added=harmless("work is encrypted with a key of one's own"),
            removed=access("work is no longer encrypted with a key of one's own"),
            changed=access("work is encrypted with another key"),
        ),
    ),
    (
        r"role|security_?groups?|subnets?",
        present(
            added=access("work starts with other rights, or elsewhere in the network"),
            removed=access("work starts with other rights, or elsewhere in the network"),
            changed=access("work starts with other rights, or elsewhere in the network"),
        ),
    ),
)


def parameter_value(change: Change) -> Verdict:
    """Judge the value of a parameter: part by part when it is a JSON document on both sides."""
    before, after = (_document(value) for value in (change.before, change.after))
    if before is None or after is None:
        return interruption(_OTHER)
    verdicts = [
        _part(_named(found.path), replace(change, before=found.before, after=found.after))
        for found in definition_differences(before, after)
    ]
    return worst(*verdicts) if verdicts else harmless("the document says the same, written otherwise")


def _document(value: Any) -> dict[str, Any] | None:
    document = parse_definition(value)
    return document if isinstance(document, dict) and document.keys().isdisjoint({"Ref", "Fn::GetAtt"}) else None


def _named(path: tuple[str, ...]) -> str:
    """The last name of a path that is not the position of an item."""
    return next((name for name in reversed(path) if not name.isdigit()), "")


def _part(name: str, change: Change) -> Verdict:
    for pattern, rule in _PARTS:
        if re.search(pattern, name, re.IGNORECASE):
            verdict = rule(change) or interruption(_OTHER)
            return replace(verdict, why=f"{name}: {verdict.why}")
    if change.before is None:
        return harmless(f"{name}: a part more, which old readers pass over")
    return interruption(f"{name}: {_OTHER}")
