"""New rights that open nothing: for logs, between things that are new, a key's default, content of a new digest."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tools.review.change import Template
from tools.review.iam import principals
from tools.review.iam.callers import callers
from tools.review.iam.conditions import Test
from tools.review.iam.sides import Sides
from tools.review.iam.statements import Grant, Kind
from tools.review.iam.values import logical_ids

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

_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
_DIGEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


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


def is_expected(sides: Sides, grant: Grant) -> bool:
    """Whether a new right opens nothing that is told nowhere else."""
    if is_logging(grant) or (grant.scope.kind is Kind.GUARD and not sides.existed(grant.scope)):
        return True
    if principals.is_service(grant.principal):
        if grant.scope.kind is Kind.TRUST:
            return not sides.existed(grant.scope)
        return _wiring(sides, grant)
    return _key_default(sides, grant) or _between_new(sides, grant)


def _between_new(sides: Sides, grant: Grant) -> bool:
    """Whether a new identity may act on what is new as well, by named actions."""
    if grant.scope.kind is not Kind.IDENTITY or sides.existed(grant.scope) or "*" in str(grant.action):
        return False
    ids = logical_ids(str(grant.resource).split("/")[0])
    return bool(ids) and ids <= sides.after and not ids & sides.before


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
    if sides.existed(grant.scope) or not principals.is_account(grant.principal) or grant.action != "kms:*":
        return False
    own = _accounts(sides.base)[:1] if sides.before else [each for each in _accounts(sides.head)[:1] if each[1] > 1]
    return any(account in str(grant.principal) for account in ("${AWS::AccountId}", *(name for name, _ in own)))


def _accounts(template: Template) -> list[tuple[str, int]]:
    """Accounts that a template writes out, the most frequent first."""
    return Counter(_ACCOUNT.findall(json.dumps(template))).most_common()


def swapped_content(grants: Sequence[Grant], against: Sequence[Grant]) -> tuple[list[Grant], list[Grant]]:
    """Grants that only moved from one content digest to another, and the rest."""
    masked = {_masked(grant) for grant in against if _names_content(grant)}
    moved = [grant for grant in grants if _names_content(grant) and _masked(grant) in masked]
    return moved, [grant for grant in grants if grant not in moved]


def _masked(grant: Grant) -> tuple[Any, ...]:
    resource = _DIGEST.sub("#", str(grant.resource))
    tests = frozenset(
        replace(test, values=frozenset(_DIGEST.sub("#", value) for value in test.values)) if _is_prefix(test) else test
        for test in grant.condition
    )
    return (grant.scope, grant.principal, grant.effect, grant.action, resource, tests)


def _names_content(grant: Grant) -> bool:
    """Whether it is for content that a digest names: in the resource, or in the prefix of what may be listed."""
    values = [value for test in grant.condition if _is_prefix(test) for value in test.values]
    return any(_DIGEST.search(text) for text in (str(grant.resource), *values))


def _is_prefix(test: Test) -> bool:
    return test.key == "s3:prefix"
