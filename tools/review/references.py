"""Rules for values that name another resource, and what they need to know of it."""

from __future__ import annotations

from typing import Any

from tools.review.change import Change, Rule, Template, Verdict, access, data_loss, harmless
from tools.review.values import resource, target_of


def reference(elsewhere: Verdict, *, removed: Verdict | None = None, added: Verdict | None = None) -> Rule:
    """For a value that names another resource.

    Parameters
    ----------
    elsewhere
        What is said when it names something else than before.
    removed, added
        What is said when it names nothing any more, or named nothing.
    """

    def rule(change: Change) -> Verdict:
        if not change.after:
            return removed or elsewhere
        if not change.before:
            return added or elsewhere
        return followed(change) or elsewhere

    return rule


def failures(name: str) -> Rule:
    """For the place where what fails is kept: without it, it is thrown away."""
    return reference(
        access(f"{name} that fail every time, with their content, go to another place than before"),
        removed=data_loss(f"{name} that fail every time are thrown away instead of kept"),
        added=harmless(f"{name} that fail every time are kept for somebody to look at"),
    )


def followed(change: Change) -> Verdict | None:
    """Say that a reference follows a resource that was renamed in the template, when it does.

    That resource stands in the review itself, removed and added; its name here says nothing more.
    """
    old, new = target_of(change.before), target_of(change.after)
    if old is None or new is None:
        return None
    same_kind = _type_of(change.base_template, old) == _type_of(change.head_template, new)
    if old == new or (
        same_kind and not resource(change.head_template, old) and not resource(change.base_template, new)
    ):
        return harmless("it follows the resource that it names, whose own change is told there")
    return None


def is_new(change: Change, value: Any) -> bool:
    """Whether the resource that a value names is a new one of the same change."""
    name = target_of(value)
    return bool(resource(change.head_template, name)) and not resource(change.base_template, name)


def _type_of(template: Template, logical_id: str) -> Any:
    return resource(template, logical_id).get("Type")
