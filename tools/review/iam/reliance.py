"""Rights whose loss stops something: a service that calls, a role that works."""

from __future__ import annotations

import re

from tools.review.iam import principals
from tools.review.iam.callers import ANYTHING, callers, still_admitted
from tools.review.iam.expected import is_logging
from tools.review.iam.sides import Sides
from tools.review.iam.statements import Grant, Kind

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


def stops_something(sides: Sides, grant: Grant) -> bool:
    """Whether something that stays relies on a lost right."""
    if not sides.remains(grant.scope):
        return False
    if grant.scope.kind is Kind.TRUST:
        return _trust_stops(sides, grant)
    if grant.scope.kind is Kind.IDENTITY:
        return _identity_stops(sides, grant)
    if grant.scope.kind is Kind.RESOURCE and grant.action == "kms:*" and principals.is_account(grant.principal):
        return not any(_trusts(other, grant) for other in sides.new if other.scope == grant.scope and not other.denies)
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
    before, after = sides.users(grant.scope)
    return service not in before or service in after


def _trusts(other: Grant, old: Grant) -> bool:
    return other.principal in ("*", old.principal)


def _identity_stops(sides: Sides, grant: Grant) -> bool:
    """An identity that is used and loses all of its rights."""
    mine = [other for other in sides.new if other.scope == grant.scope and not other.denies]
    if is_logging(grant) or any(not is_logging(other) for other in mine):
        return False
    return bool(sides.users(grant.scope)[1])


def bars_everybody(sides: Sides, grant: Grant) -> bool:
    """Whether a denial leaves a thing that was there, or an identity, without any use."""
    everything = re.fullmatch(r"([a-z0-9-]+:)?\*", str(grant.action))
    everybody = grant.principal == principals.EVERYBODY or grant.scope.kind is Kind.IDENTITY
    where = grant.resource in ("*", grant.scope.of) or grant.scope.kind is Kind.RESOURCE
    return bool(everything and everybody and where and not grant.condition and sides.existed(grant.scope))


def only_watches(grant: Grant) -> bool:
    """Whether a service only tells, and serves nobody."""
    return str(grant.principal) in WATCHERS
