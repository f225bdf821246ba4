"""Compares what two templates of a stack allow, by meaning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tools.review.change import Template, Verdict, access, harmless, interruption, worst
from tools.review.iam import principals, sources, words
from tools.review.iam.access import Access, Direction
from tools.review.iam.collect import Collector, looks_like_policy
from tools.review.iam.difference import beyond
from tools.review.iam.judge import judge
from tools.review.iam.renames import renames
from tools.review.iam.sides import Sides, refers
from tools.review.iam.statements import Grant, Kind

Key = tuple[str, str | None]
_STANDALONE = (
    *sources.IDENTITY,
    *sources.HOLDERS,
    *sources.RELATIONS,
    sources.PERMISSION_SET,
    sources.PERMISSION,
    sources.LAYER_PERMISSION,
    sources.BUS_POLICY,
    *(kind for kind, documents in sources.RESOURCE.items() if any(document.on for document in documents)),
    "AWS::ECR::RegistryPolicy",
    "AWS::IoT::Policy",
    "AWS::XRay::ResourcePolicy",
)
"""Types that are a policy or an identity as a whole, and not a thing that has a policy."""


def compare_access(base: Template, head: Template, stack: str) -> Access:
    """Who may do more and who may do less in the head than in the base.

    Parameters
    ----------
    base, head
        The templates of the same stack; an empty one where the stack does not exist.
    stack
        Its name, for the rows.

    Returns
    -------
    Access
        A verdict for each policy property that differs in any way (also for one whose text is the same and whose
        meaning is not, through a condition of the template, say), and the rows of what is gained and lost. Of a
        resource that comes or goes with its policy there is one only when the policy is dangerous.
    """
    base, head = _sound(base), _sound(head)
    touched = list(_touched(base, head))
    if not touched and base.get("Conditions") == head.get("Conditions"):
        return Access()
    sides = _sides(base, head)
    verdicts: dict[Key, Verdict] = {}
    gained, lost = _by_source(sides.gained), _by_source(sides.lost)
    for name, path in touched:
        verdict = _verdict(sides, name, path, gained, lost)
        # What is said of a thing that comes or goes with its policy is not for us, unless the policy opens it.
        if path is not None or verdict.risk.severity or _is_policy(sides, name):
            verdicts[name, path] = verdict
    _add_untouched(sides, verdicts, gained, lost)
    changes = words.rows(stack, Direction.GAINED, sides.gained) + words.rows(stack, Direction.LOST, sides.lost)
    return Access(verdicts, changes)


def _sound(template: Template) -> Template:
    """The template with only such resources as have a type, each with properties, so that nothing below asks again."""
    resources = template.get("Resources")
    sound: dict[str, Any] = {}
    for name, resource in resources.items() if isinstance(resources, Mapping) else ():
        if isinstance(resource, Mapping) and isinstance(resource.get("Type"), str):
            properties = resource.get("Properties")
            sound[name] = {**resource, "Properties": properties if isinstance(properties, Mapping) else {}}
    conditions = template.get("Conditions")
    return {**template, "Resources": sound, "Conditions": conditions if isinstance(conditions, Mapping) else {}}


def _touched(base: Template, head: Template) -> Iterator[Key]:
    """What differs in a policy, in any way."""
    old, new = base.get("Resources", {}), head.get("Resources", {})
    for name in dict.fromkeys((*old, *new)):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        if before is None or after is None or before.get("Type") != after.get("Type"):
            if any(_bears_policy(resource) for resource in (before, after) if resource):
                yield name, None
            continue
        for path in _paths(before, after):
            if _at(before, path) != _at(after, path):
                yield name, path


def _paths(*resources: Mapping[str, Any]) -> list[str]:
    kind = resources[0].get("Type", "")
    if kind in sources.POLICY_PROPERTIES:
        return list(sources.POLICY_PROPERTIES[kind])
    properties = [resource.get("Properties", {}) for resource in resources]
    return list(dict.fromkeys(path for each in properties for path, value in each.items() if looks_like_policy(value)))


def _bears_policy(resource: Mapping[str, Any]) -> bool:
    return resource.get("Type") in _STANDALONE or any(_at(resource, path) is not None for path in _paths(resource))


def _at(resource: Mapping[str, Any], path: str) -> Any:
    value: Any = resource.get("Properties", {})
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _sides(base: Template, head: Template) -> Sides:
    renamed = renames(base, head)
    back = {new: old for old, new in renamed.items()}
    old = Collector(base, renamed, frozenset(_opened(base, head, back)))
    new = Collector(head, {}, frozenset((renamed.get(name, name), path) for name, path in _opened(head, base, renamed)))
    before, after = list(old.grants()), list(new.grants())
    return Sides(
        base, head, old.reader, new.reader, before, after, beyond(after, before), beyond(before, after), renamed
    )


def _opened(this: Template, other: Template, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Resources without a policy which they have on the other side, where having none means that all is allowed."""
    for name, resource in this.get("Resources", {}).items():
        for document in sources.RESOURCE.get(resource.get("Type", ""), ()):
            there = other.get("Resources", {}).get(names.get(name, name))
            if there and document.open and _at(there, document.path) and not _at(resource, document.path):
                yield name, document.reported


def _by_source(grants: Iterable[Grant]) -> dict[str, dict[str, list[Grant]]]:
    found: defaultdict[str, defaultdict[str, list[Grant]]] = defaultdict(lambda: defaultdict(list))
    for grant in grants:
        found[grant.source.logical_id][grant.source.path].append(grant)
    return {name: dict(paths) for name, paths in found.items()}


Sources = Mapping[str, Mapping[str, list[Grant]]]


def _of(grants: Sources, name: str, path: str | None, whole: bool) -> list[Grant]:
    mine = grants.get(name, {})
    if path is None or whole:
        return [grant for each in mine.values() for grant in each]
    return mine.get(path, [])


def _verdict(sides: Sides, name: str, path: str | None, gained: Sources, lost: Sources) -> Verdict:
    resource = sides.head.get("Resources", {}).get(name) or sides.base.get("Resources", {}).get(name)
    # A property that names to whom or on what says nothing alone.
    whole = resource.get("Type") in _STANDALONE and resource.get("Type") not in sources.HOLDERS
    verdict = judge(sides, _of(gained, name, path, whole), _of(lost, name, path, whole))
    if path == "Policy" and not verdict.risk.severity and _frees_callers(sides, name, resource):
        return access("callers whom the policy lets in need no permission of their own any more")
    if path is None and not verdict.risk.severity and name in sides.renamed:
        return harmless(f"it is called {sides.renamed[name]} now, with the rights listed there")
    gone = path is None and name not in sides.head.get("Resources", {}) and name not in sides.renamed
    return worst(_removed(sides, name), verdict) if gone and resource.get("Type") in sources.HOLDERS else verdict


def _frees_callers(sides: Sides, name: str, resource: Mapping[str, Any]) -> bool:
    """Whether an API gets a first policy that lets everybody in, while some of its methods asked for a permission.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
    """
    if resource.get("Type") != "AWS::ApiGateway::RestApi":
        return False
    if _at(sides.base.get("Resources", {}).get(name, {}), "Policy"):
        return False
    signed = any(
        method["Type"] == "AWS::ApiGateway::Method"
        and method["Properties"].get("AuthorizationType") == "AWS_IAM"
        and refers(method["Properties"].get("RestApiId"), [name])
        for method in sides.head["Resources"].values()
    )
    mine = [grant for grant in sides.new if grant.source.logical_id == name and not grant.denies]
    return signed and any(grant.principal == "*" or principals.is_outside(grant.principal) for grant in mine)


def _is_policy(sides: Sides, name: str) -> bool:
    resources = (side.get("Resources", {}).get(name) for side in (sides.base, sides.head))
    return all(resource.get("Type") in _STANDALONE for resource in resources if resource)


def _removed(sides: Sides, name: str) -> Verdict:
    """A role, user or group that is removed."""
    resource = sides.base["Resources"][name]
    if refers(sides.head, [name]):
        return interruption(f"{name} is removed and something still names it")
    if resource.get("Properties", {}).get("RoleName") or refers(sides.base.get("Outputs", {}), [name]):
        return interruption(f"{name}, which others may use, is removed")
    outside = [grant for grant in sides.old if grant.scope.kind is Kind.TRUST and grant.source.logical_id == name]
    if any(not principals.is_service(grant.principal) for grant in outside) or resource["Type"] == "AWS::IAM::User":
        return interruption(f"nobody may use {name} any more")
    return harmless(f"nothing of the stack uses {name} any more")


def _add_untouched(sides: Sides, verdicts: dict[Key, Verdict], gained: Sources, lost: Sources) -> None:
    """What changes in policies whose text stays: through a condition, a name, a policy that is attached elsewhere."""
    for name, path in {(name, path) for grants in (gained, lost) for name, paths in grants.items() for path in paths}:
        if (name, path) not in verdicts and (name, None) not in verdicts:
            verdict = judge(sides, _of(gained, name, path, False), _of(lost, name, path, False))
            if verdict.risk.severity:
                verdicts[name, path] = verdict
