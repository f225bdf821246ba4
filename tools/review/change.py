"""One change of a template and what is said of it: the words that every part of the review shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any


class Risk(StrEnum):
    """What a change can do, the worst first."""

    DATA_LOSS = "data-loss"
    """Data, models, logs, messages or their protection can go."""
    INTERRUPTION = "interruption"
    """Callers see errors, or nobody works."""
    ACCESS = "access"
    """Somebody may do more, or a guard is lowered."""
    COST = "cost"
    """More money at rest or for each request."""
    UNKNOWN = "unknown"
    """No rule speaks."""
    HARMLESS = "harmless"
    """None of these."""

    @property
    def severity(self) -> int:
        """0 for harmless, more for worse."""
        return _SEVERITY[self]


_SEVERITY = {risk: index for index, risk in enumerate(reversed(Risk))}

DANGEROUS = (Risk.DATA_LOSS, Risk.INTERRUPTION, Risk.ACCESS)
"""What fails a review unless somebody accepts it."""


@dataclass(frozen=True)
class Verdict:
    """A class and one sentence of why, without a full stop, for a person who reads the change beside it.

    Attributes
    ----------
    also
        Dangers of other classes that the same change brings; each is told as a change of its own.
    """

    risk: Risk
    why: str
    also: tuple[Verdict, ...] = ()


def data_loss(why: str) -> Verdict:
    """Data, models, logs, messages or their protection can go."""
    return Verdict(Risk.DATA_LOSS, why)


def interruption(why: str) -> Verdict:
    """Callers see errors, or nobody works."""
    return Verdict(Risk.INTERRUPTION, why)


def access(why: str) -> Verdict:
    """Somebody may do more, or a guard is lowered."""
    return Verdict(Risk.ACCESS, why)


def cost(why: str) -> Verdict:
    """More money at rest or for each request."""
    return Verdict(Risk.COST, why)


def harmless(why: str) -> Verdict:
    """None of the dangers; why not."""
    return Verdict(Risk.HARMLESS, why)


def unknown(why: str) -> Verdict:
    """No rule speaks."""
    return Verdict(Risk.UNKNOWN, why)


def worst(*verdicts: Verdict) -> Verdict:
    """The most severe verdict, the first of equals; the dangers of other classes go with it."""
    first = max(verdicts, key=lambda verdict: verdict.risk.severity)
    others = {
        verdict.risk: replace(verdict, also=())
        for verdict in (inner for outer in reversed(verdicts) for inner in (*outer.also, outer))
        if verdict.risk in DANGEROUS and verdict.risk != first.risk
    }
    return replace(first, also=tuple(others.values()))


Template = Mapping[str, Any]
"""A CloudFormation template whose references to parameters with a default, and to mappings, are resolved."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One difference of one resource.

    Attributes
    ----------
    type
        CloudFormation's resource type; of the base where the resource is removed.
    property
        A path such as `LifecycleConfiguration.Rules[old].Status`: names joined by dots, items of a list by their id,
        name or key in brackets, otherwise by their position. An attribute of the resource itself, such as
        `DeletionPolicy`, stands as it is written in the template. None for the resource as a whole.
    action
        `add`, `modify`, `replace` or `remove`; `replace` when CloudFormation makes a new resource for this change.
    before, after
        JSON values as in the template; None where there is nothing. For a whole resource, the resource.
    base, head
        The whole resource on either side, None where it does not exist.
    base_template, head_template
        The templates around it, for rules that must look at other resources.
    """

    stack: str
    logical_id: str
    type: str
    property: str | None
    action: str
    before: Any = None
    after: Any = None
    base: Mapping[str, Any] | None = None
    head: Mapping[str, Any] | None = None
    base_template: Template = field(default_factory=dict, repr=False)
    head_template: Template = field(default_factory=dict, repr=False)


Rule = Callable[[Change], Verdict | None]
"""What says something of a change; None when it does not speak, and the parts of the value are looked at instead."""

PropertyRules = Mapping[str, Mapping[str, Rule]]
"""Rules by resource type and property path; `[]` stands for any item: `LifecycleConfiguration.Rules[].Status`."""
