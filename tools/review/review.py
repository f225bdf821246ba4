"""The review of two sets of templates: every change with its class, in how many environments, and the rights."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tools.review import conditions, mappings
from tools.review.change import DANGEROUS, Change, Risk, Template, cost
from tools.review.classify import EMPTY, classify
from tools.review.cost.comparison import CostComparison, compare_cost
from tools.review.cost.items import resources_of
from tools.review.differences import compare_templates
from tools.review.findings import Finding
from tools.review.iam import AccessChange
from tools.review.model import ModelComparison, compare_models, parse_model
from tools.review.sections import compare_sections, outputs_read
from tools.review.templates import SUFFIX, TemplateError, read_environments

Environments = Mapping[str, Mapping[str, Template]]
"""Templates by environment (`""` for the only one) and stack."""


@dataclass(frozen=True, kw_only=True)
class ReviewedChange:
    """A change as it is told: once for all the environments in which it is the same.

    Attributes
    ----------
    environments
        Where it is found; empty when there is only one environment, without a name.
    stack
        Name of the stack; where it is the name of an environment that makes the difference, `*` stands for that.
    type
        Resource type; for a change outside the resources, the section of the template, such as `Outputs`.
    before, after
        JSON values of the first of the environments.
    """

    environments: tuple[str, ...]
    stack: str
    logical_id: str
    type: str
    property: str | None
    action: str
    risk: Risk
    why: str
    before: Any
    after: Any


@dataclass(frozen=True, kw_only=True)
class Review:
    """Everything that is said of the difference of two sets of templates.

    Attributes
    ----------
    changes
        The worst first.
    access
        Rights that are gained and lost, with the environments.
    costs
        By environment, both sums and what differs; only environments whose cost differs.
    model
        Both cards when the promoted model differs, otherwise None.
    texts
        By environment and stack, what `cdk diff` shows; only stacks that differ.
    stacks
        How many stacks were compared.
    """

    changes: tuple[ReviewedChange, ...]
    access: tuple[tuple[tuple[str, ...], AccessChange], ...]
    texts: Mapping[tuple[str, str], str]
    stacks: int
    costs: Mapping[str, CostComparison] = field(default_factory=dict)
    model: ModelComparison | None = None

    @property
    def is_model_refused(self) -> bool:
        """Whether the card of the promoted model cannot be true."""
        return self.model is not None and self.model.refused

    @property
    def worst(self) -> Risk:
        """The most severe class; harmless when nothing differs."""
        return max((change.risk for change in self.changes), key=lambda risk: risk.severity, default=Risk.HARMLESS)

    @property
    def dangers(self) -> tuple[ReviewedChange, ...]:
        """The changes that fail a review unless somebody accepts them."""
        return self.of(DANGEROUS)

    def of(self, risks: Iterable[Risk]) -> tuple[ReviewedChange, ...]:
        """The changes of some classes."""
        wanted = set(risks)
        return tuple(change for change in self.changes if change.risk in wanted)


def review_folders(base: Path, head: Path, *, manifest: Path) -> Review:
    """Compare two folders of templates, the cost of each environment, and the promoted models.

    Parameters
    ----------
    base, head
        Cloud assemblies, folders of bare templates, or folders of such a folder for each environment.
    manifest
        Where the manifest of a promoted model is below each of them, if there is one.

    Raises
    ------
    TemplateError
        If a folder or template cannot be read, or neither folder has one.
    DifferenceError
        If the engine of the CDK CLI does not run or understand a template.
    """
    old, new = read_environments(base), read_environments(head)
    if not any(old.values()) and not any(new.values()):
        msg = f"neither {base} nor {head} has a template; expected NAME{SUFFIX} files in one of them at least"
        raise TemplateError(msg)
    costs = {name: compare_cost(old.get(name, {}), new.get(name, {})) for name in dict.fromkeys([*new, *old])}
    return replace(
        review(old, new),
        costs={name: comparison for name, comparison in costs.items() if comparison.differs},
        model=compare_models(_model(base / manifest), _model(head / manifest), today=datetime.now(UTC).date()),
    )


def _model(path: Path) -> Any:
    return parse_model(path.read_bytes()) if path.is_file() else None


def review(base: Environments, head: Environments) -> Review:
    """Compare the templates of every environment.

    Raises
    ------
    DifferenceError
        If the engine of the CDK CLI does not run or understand a template.
    """
    pairs = [
        (environment, stack, old.get(stack, EMPTY), new.get(stack, EMPTY))
        for environment in dict.fromkeys([*head, *base])
        for old, new in [(base.get(environment, {}), head.get(environment, {}))]
        for stack in dict.fromkeys([*new, *old])
    ]
    different = [(*pair[:2], *_told_apart(*pair[2:])) for pair in pairs if pair[2] != pair[3]]
    differences = compare_templates([(old, new) for _, _, old, new in different])
    findings: list[tuple[str, Finding]] = []
    rights: list[tuple[str, AccessChange]] = []
    texts = {}
    read = {environment: outputs_read(stacks.values()) for environment, stacks in base.items()}
    still_read = {environment: outputs_read(stacks.values()) for environment, stacks in head.items()}
    for (environment, stack, old, new), difference in zip(different, differences, strict=True):
        found, access = classify(stack, old, new, difference.resources)
        sections = compare_sections(
            stack,
            old,
            new,
            read=read.get(environment, {}).get(stack, ()),
            still_read=still_read.get(environment, {}).get(stack, ()),
        )
        gone = [_gone(stack)] if _is_gone(stack, base.get(environment, {}), head.get(environment, {})) else []
        findings += [(environment, finding) for finding in [*gone, *found, *sections]]
        rights += [(environment, change) for change in access.changes]
        texts[environment, stack] = difference.text
    return Review(changes=_told_once(findings), access=_rights_once(rights), texts=texts, stacks=len(pairs))


def _told_apart(base: Template, head: Template) -> tuple[Template, Template]:
    """Both templates, so that what a mapping or condition changes is seen where it takes effect."""
    old, new = mappings.told_apart(base, head)
    return conditions.told_apart(old, new), new


def _is_gone(stack: str, base: Mapping[str, Template], head: Mapping[str, Template]) -> bool:
    """Whether a stack is in the base alone. Nested ones, which no name tells apart, go with the stack around them."""
    kinds = {each["Type"] for template in base.values() for each in resources_of(template).values()}
    return stack not in head and "AWS::CloudFormation::Stack" not in kinds


def _gone(stack: str) -> Finding:
    """Say what becomes of a stack that the application has no more."""
    change = Change(
        stack=stack, logical_id=stack, type="Stack", property=None, action="remove", before=None, after=None
    )
    why = "no deployment changes or deletes it: it stays and costs until somebody deletes it, and so do its resources"
    return Finding(change=change, verdict=cost(why))


def _told_once(findings: Iterable[tuple[str, Finding]]) -> tuple[ReviewedChange, ...]:
    told: dict[str, ReviewedChange] = {}
    for environment, finding in findings:
        change, verdict = finding.change, finding.verdict
        stack = without_environment(change.stack, environment)
        key = json.dumps(
            [stack, change.logical_id, change.type, change.property, change.action, *vars(verdict).values()]
        )
        if key in told:
            known = told[key]
            told[key] = replace(
                known, environments=tuple(dict.fromkeys((*known.environments, environment))), stack=stack
            )
        else:
            told[key] = ReviewedChange(
                environments=(environment,) if environment else (),
                stack=change.stack,
                logical_id=change.logical_id,
                type=change.type,
                property=change.property,
                action=change.action,
                risk=verdict.risk,
                why=verdict.why,
                before=change.before,
                after=change.after,
            )
    return tuple(sorted(told.values(), key=lambda change: -change.risk.severity))


def _rights_once(rights: Iterable[tuple[str, AccessChange]]) -> tuple[tuple[tuple[str, ...], AccessChange], ...]:
    told: dict[AccessChange, tuple[str, ...]] = {}
    for environment, change in rights:
        key = replace(change, stack=without_environment(change.stack, environment))
        told[key] = (*told.get(key, ()), *([environment] if environment else []))
    return tuple((environments, change) for change, environments in told.items())


def without_environment(stack: str, environment: str) -> str:
    """The name of a stack with `*` in the place of its environment: `digits-*-storage`."""
    return "-".join("*" if word == environment else word for word in stack.split("-")) if environment else stack
