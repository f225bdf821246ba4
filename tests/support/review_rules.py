"""Asks the rules of the review about single changes, as tables of tests have them."""

import importlib
import pkgutil
from typing import Any

from tools.review import rules
from tools.review.change import Change, Rule, Verdict

Resource = dict[str, Any]


def _tables(name: str) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for module in pkgutil.iter_modules(rules.__path__):
        for kind, said in getattr(importlib.import_module(f"{rules.__name__}.{module.name}"), name, {}).items():
            merged[kind] = {**merged.get(kind, {}), **said} if isinstance(said, dict) else said
    return merged


PROPERTIES = _tables("PROPERTIES")
ADDED = _tables("ADDED")
REMOVED = _tables("REMOVED")
REPLACED = _tables("REPLACED")


def resource(kind: str, **properties: Any) -> Resource:
    return {"Type": kind, "Properties": properties}


def template(**resources: Resource) -> dict[str, Any]:
    return {"Resources": resources}


def change(
    kind: str,
    path: str | None,
    before: Any,
    after: Any,
    *,
    base: Resource | None = None,
    head: Resource | None = None,
    base_template: dict[str, Any] | None = None,
    head_template: dict[str, Any] | None = None,
) -> Change:
    return Change(
        stack="stack",
        logical_id="It",
        type=kind,
        property=path,
        action="modify",
        before=before,
        after=after,
        base=base,
        head=head,
        base_template=base_template or (template(It=base) if base else {}),
        head_template=head_template or (template(It=head) if head else {}),
    )


def property_said(kind: str, path: str, before: Any, after: Any, **around: Any) -> Verdict | None:
    """What the rule of a property says; the resources around hold only this property unless they are given."""
    if "base" not in around and "." not in path:
        around = {
            "base": resource(kind, **({path: before} if before is not None else {})),
            "head": resource(kind, **({path: after} if after is not None else {})),
            **around,
        }
    rule: Rule = PROPERTIES[kind][path]
    return rule(change(kind, path, before, after, **around))


def whole_said(
    rules_of: dict[str, Rule], kind: str, base: Resource | None, head: Resource | None, **templates: Any
) -> Verdict | None:
    """What is said of a resource that is added, removed or replaced."""
    return rules_of[kind](change(kind, None, base, head, base=base, head=head, **templates))
