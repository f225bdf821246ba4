"""A class and a sentence for what one policy property (or one resource) gains and loses."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tools.review.change import Template, Verdict, access, harmless, interruption, worst
from tools.review.iam import principals, words
from tools.review.iam.callers import ANYTHING, callers, still_admitted
from tools.review.iam.statements import Grant, Kind, Scope
from tools.review.iam.values import Reader, logical_ids

LOGGING = frozenset(
    {
        "logs:createloggroup",
        "logs:createlogstream",
        "logs:describelogstreams",
        "logs:putlogevents",
        "xray:getsamplingrules",
        "xray:getsamplingtargets",
        "xray:puttelemetryrecords",
        "xray:puttracesegments",
    }
)
"""What every function may do: write its logs and traces."""

LOGGING_POLICIES = (
    ":iam::aws:policy/service-role/awslambdabasicexecutionrole",
    ":iam::aws:policy/service-role/amazonapigatewaypushtocloudwatchlogs",
    ":iam::aws:policy/awsxraydaemonwriteaccess",
    ":iam::aws:policy/awsxraywriteonlyaccess",
    ":iam::aws:policy/service-role/awsappsyncpushtocloudwatchlogs",
)
"""Managed policies of AWS that allow no more than that, in lower case."""

WATCHERS = frozenset(
    {
        "budgets.amazonaws.com",
        "cloudtrail.amazonaws.com",
        "cloudwatch.amazonaws.com",
        "config.amazonaws.com",
        "costalerts.amazonaws.com",
        "delivery.logs.amazonaws.com",
        "guardduty.amazonaws.com",
        "logging.s3.amazonaws.com",
    }
)
"""Services that serve nobody but tell: when they lose their rights, alarms or logs stop."""

_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
_DIGEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


@dataclass(frozen=True)
class Sides:
    """The two templates, what each allows, and the difference."""

    base: Template
    head: Template
    base_reader: Reader
    head_reader: Reader
    old: Sequence[Grant]
    new: Sequence[Grant]
    gained: Sequence[Grant]
    lost: Sequence[Grant]
    renamed: dict[str, str] = field(default_factory=dict)

    @property
    def before(self) -> frozenset[str]:
        """Logical ids of the base, under the names of the head."""
        return frozenset(self.renamed.get(name, name) for name in self.base.get("Resources", {}))

    @property
    def after(self) -> frozenset[str]:
        """Logical ids of the head."""
        return frozenset(self.head.get("Resources", {}))


def judge(sides: Sides, gained: Sequence[Grant], lost: Sequence[Grant]) -> Verdict:
    """The verdict on one policy that gains and loses rights.

    When somebody outside of the stack gains rights, that is told although a service loses its own as well.
    """
    opened = _opened(sides, gained, lost)
    shut = _shut(sides, gained, lost)
    outside = any(principals.is_outside(grant.principal) and not grant.denies for grant in gained)
    if opened.risk.severity and shut.risk.severity:
        first, second = (opened, shut) if outside else (worst(opened, shut), min(opened, shut, key=_severity))
        return Verdict(first.risk, f"{first.why}; {second.why}" if first.why != second.why else first.why)
    if opened.risk.severity or shut.risk.severity:
        return worst(opened, shut)
    if gained and any(not grant.denies for grant in gained):
        return opened
    return shut if lost or gained else harmless("the same rights, written otherwise")


def _severity(verdict: Verdict) -> int:
    return verdict.risk.severity


def _opened(sides: Sides, gained: Sequence[Grant], lost: Sequence[Grant]) -> Verdict:
    """What is said of more rights: grants gained and denials lost."""
    grants = [grant for grant in gained if not grant.denies]
    denials = [grant for grant in lost if grant.denies and _guards_something(sides, grant)]
    dangerous = [grant for grant in grants if not _expected(sides, grant)]
    swapped, dangerous = _swapped(dangerous, sides.lost)
    undenied_swapped, denials = _swapped(denials, sides.gained)
    if dangerous and denials:
        return access(f"{words.gained(dangerous)}; {words.undenied(denials)}")
    if dangerous:
        return access(words.gained(dangerous) + _full(dangerous))
    if denials:
        return access(words.undenied(denials))
    if swapped or undenied_swapped:
        return harmless("the same rights, on content with another digest")
    return harmless(_reason(grants)) if grants else harmless("nobody may do more")


def _reason(grants: Sequence[Grant]) -> str:
    if all(is_logging(grant) for grant in grants):
        return f"{words.gained(grants)}: only writing logs and traces"
    if any(grant.scope.kind is Kind.TRUST for grant in grants):
        return f"{words.gained(grants)}: the role is new, and its rights are told where they stand"
    return f"{words.gained(grants)}: both are new in this change"


def _full(grants: Iterable[Grant]) -> str:
    broad = any(
        grant.action == "*" or re.search(r"fullaccess|administrator|poweruser", str(grant.action)) for grant in grants
    )
    return ", which is full access" if broad else ""


def _shut(sides: Sides, gained: Sequence[Grant], lost: Sequence[Grant]) -> Verdict:
    """What is said of fewer rights: grants lost and denials gained."""
    rights = [grant for grant in lost if not grant.denies]
    denials = [grant for grant in gained if grant.denies]
    barred = [grant for grant in denials if _bars(sides, grant)]
    stopped = [grant for grant in rights if _stops(sides, grant)]
    serving = [grant for grant in stopped if not _watches(grant)]
    if barred:
        return interruption(words.denied(barred))
    if serving:
        return interruption(f"{words.lost(serving)}, on which something relies")
    if stopped:
        return access(f"{words.lost(stopped)}, so that alarms or logs no longer arrive")
    if rights:
        return harmless(f"less is allowed: {words.lost(rights)}")
    if denials:
        return harmless(f"less is allowed: {words.denied(denials)}")
    return harmless("what the denial was for goes with it" if lost else "nobody may do less")


def _bars(sides: Sides, grant: Grant) -> bool:
    """Whether a denial leaves a thing that was there, or an identity, without any use."""
    everything = re.fullmatch(r"([a-z0-9-]+:)?\*", str(grant.action))
    everybody = grant.principal == principals.EVERYBODY or grant.scope.kind is Kind.IDENTITY
    where = grant.resource in ("*", grant.scope.of) or grant.scope.kind is Kind.RESOURCE
    return bool(everything and everybody and where and not grant.condition and _existed(sides, grant.scope))


def _watches(grant: Grant) -> bool:
    return str(grant.principal) in WATCHERS


def is_logging(grant: Grant) -> bool:
    """Whether a grant is only for writing logs (to named groups) or traces."""
    action = str(grant.action)
    if action.endswith(LOGGING_POLICIES):
        return True
    return (
        action in LOGGING
        and (action.startswith("xray:") or grant.resource != "*")
        and grant.scope.kind is Kind.IDENTITY
    )


def _expected(sides: Sides, grant: Grant) -> bool:
    """Whether a new right opens nothing that is told nowhere else."""
    if is_logging(grant) or (grant.scope.kind is Kind.GUARD and not _existed(sides, grant.scope)):
        return True
    if principals.is_service(grant.principal):
        if grant.scope.kind is Kind.TRUST:
            return not _existed(sides, grant.scope)
        return _wiring(sides, grant)
    return _key_default(sides, grant)


def _wiring(sides: Sides, grant: Grant) -> bool:
    """A service may act for a resource of this template that is new, too."""
    if grant.scope.kind is not Kind.RESOURCE or str(grant.action).endswith("*"):
        return False
    now = callers(grant, sides.head, sides.head_reader)
    if any(not caller.startswith("${") for caller in now):
        return False
    ids = frozenset().union(*(logical_ids(caller.split("/")[0]) for caller in now)) if now else frozenset()
    before = callers(grant, sides.base, sides.base_reader)
    return not now & before and (bool(ids) or _test_stage(grant))


def _test_stage(grant: Grant) -> bool:
    values = [value for test in grant.condition if test.key == "aws:sourcearn" for value in test.values]
    return bool(values) and all("/test-invoke-stage/" in value for value in values)


def _key_default(sides: Sides, grant: Grant) -> bool:
    """The account itself may use a new key, as it may every key without a policy."""
    if _existed(sides, grant.scope) or not principals.is_account(grant.principal) or grant.action != "kms:*":
        return False
    own = Counter(_ACCOUNT.findall(json.dumps(sides.base))).most_common(1)
    return any(account in str(grant.principal) for account in ("${AWS::AccountId}", *(name for name, _ in own)))


def _existed(sides: Sides, scope: Scope) -> bool:
    ids = logical_ids(scope.of)
    return not ids or bool(ids & sides.before)


def _remains(sides: Sides, scope: Scope) -> bool:
    ids = logical_ids(scope.of)
    return not ids or bool(ids & sides.after)


def _guards_something(sides: Sides, grant: Grant) -> bool:
    return _remains(sides, grant.scope)


def _swapped(grants: Sequence[Grant], against: Sequence[Grant]) -> tuple[list[Grant], list[Grant]]:
    """Grants that only moved from one content digest to another, and the rest."""
    masked = {_masked(grant) for grant in against if _DIGEST.search(str(grant.resource))}
    moved = [grant for grant in grants if _DIGEST.search(str(grant.resource)) and _masked(grant) in masked]
    return moved, [grant for grant in grants if grant not in moved]


def _masked(grant: Grant) -> tuple[Any, ...]:
    resource = _DIGEST.sub("#", str(grant.resource))
    return (grant.scope, grant.principal, grant.effect, grant.action, resource, grant.condition)


def _stops(sides: Sides, grant: Grant) -> bool:
    """Whether something that stays relies on a lost right."""
    if not _remains(sides, grant.scope):
        return False
    if grant.scope.kind is Kind.TRUST:
        return _trust_stops(sides, grant)
    if grant.scope.kind is Kind.IDENTITY:
        return _identity_stops(sides, grant)
    if grant.scope.kind is Kind.RESOURCE and (principals.is_service(grant.principal) or _is_origin_identity(grant)):
        alive = callers(grant, sides.head, sides.head_reader)
        if any(still_admitted(caller, grant, sides.new) for caller in alive if caller == ANYTHING):
            return False
        return any(not still_admitted(caller, grant, sides.new) for caller in alive)
    return False


def _is_origin_identity(grant: Grant) -> bool:
    return "cloudfront:user/" in str(grant.principal) or str(grant.principal).startswith("CanonicalUser:")


def _trust_stops(sides: Sides, grant: Grant) -> bool:
    """A service that is no longer trusted at all, or a role whom nobody of before may become."""
    trust = [other for other in sides.new if other.scope == grant.scope and not other.denies]
    if any(_trusts(other, grant) for other in trust):
        return False
    if not principals.is_service(grant.principal):
        return not any(_trusts(other, old) for old in sides.old if old.scope == grant.scope for other in trust)
    service = str(grant.principal).partition(".")[0]
    before, after = (_users(template, name) for template, name in _templates(sides, grant.scope))
    return not (before[service] and not after[service]) if service in before else True


def _trusts(other: Grant, old: Grant) -> bool:
    return other.principal in ("*", old.principal)


def _templates(sides: Sides, scope: Scope) -> list[tuple[Template, frozenset[str]]]:
    ids = logical_ids(scope.of)
    back = {new: old for old, new in sides.renamed.items()}
    return [(sides.base, frozenset(back.get(name, name) for name in ids)), (sides.head, ids)]


def _users(template: Template, ids: frozenset[str]) -> dict[str, list[str]]:
    """Resources that name an identity, by the service that their type belongs to."""
    found: dict[str, list[str]] = {}
    for name, resource in template.get("Resources", {}).items():
        kind = resource.get("Type", "")
        if name not in ids and not kind.startswith("AWS::IAM::") and refers(resource, ids):
            found.setdefault(kind.split("::")[1].lower() if "::" in kind else kind, []).append(name)
    return found


def refers(value: Any, ids: Iterable[str]) -> bool:
    """Whether a value refers to one of the logical ids, in whatever way."""
    text = json.dumps(value)
    return any(re.search(rf'"{name}[".]|\$\{{{name}[.}}]', text) for name in ids)


def _identity_stops(sides: Sides, grant: Grant) -> bool:
    """An identity that is used and loses all of its rights."""
    mine = [other for other in sides.new if other.scope == grant.scope and not other.denies]
    if is_logging(grant) or any(not is_logging(other) for other in mine):
        return False
    return any(_users(template, ids) for template, ids in _templates(sides, grant.scope)[1:])
