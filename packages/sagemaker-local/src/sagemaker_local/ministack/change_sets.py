"""Change sets that change nothing but Outputs, as the CDK makes them when a second stack begins to use a first."""

from __future__ import annotations

from typing import Any

from sagemaker_local.ministack.registry import private, replace


class OutputsOnly(list[Any]):
    """No change of a resource, and yet a change set to execute: MiniStack asks for the truth of the list."""

    def __bool__(self) -> bool:
        return True


def install() -> None:
    """A change of nothing but Outputs is a change; MiniStack compares resources alone, and would call it none."""
    changesets = "ministack.services.cloudformation.changesets"
    resolve, compare = private(f"{changesets}:_resolve_props_for_diff"), private(f"{changesets}:_diff_resources")

    def resolve_props_for_diff(template: dict[str, Any], *rest: Any) -> dict[str, Any]:
        return {**resolve(template, *rest), "Outputs": (template or {}).get("Outputs", {})}

    def diff_resources(old: dict[str, Any], new: dict[str, Any], *rest: Any) -> list[Any]:
        changes: list[Any] = compare(old, new, *rest)
        changed = old.get("Outputs", {}) != new.get("Outputs", {})
        return OutputsOnly() if changed and not changes else changes

    replace(f"{changesets}:_resolve_props_for_diff", resolve_props_for_diff)
    replace(f"{changesets}:_diff_resources", diff_resources)
