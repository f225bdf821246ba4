"""A class and a sentence for what one policy property (or one resource) gains and loses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from tools.review.change import Verdict, access, harmless, interruption, worst
from tools.review.iam import principals, words
from tools.review.iam.expected import is_expected, is_logging, swapped_content
from tools.review.iam.reliance import bars_everybody, only_watches, stops_something
from tools.review.iam.sides import Sides
from tools.review.iam.statements import Grant, Kind


def judge(sides: Sides, gained: Sequence[Grant], lost: Sequence[Grant]) -> Verdict:
    """The verdict on one policy that gains and loses rights.

    When somebody outside of the stack gains rights, that is told although a service loses its own as well.
    """
    opened = _opened(sides, gained, lost)
    shut = _shut(sides, gained, lost)
    outside = any(principals.is_outside(grant.principal) and not grant.denies for grant in gained)
    if opened.risk.severity and shut.risk.severity:
        first, second = (opened, shut) if outside else (worst(opened, shut), min(opened, shut, key=_severity))
        if first.risk != second.risk:
            return replace(first, also=(second,))
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
    denials = [grant for grant in lost if grant.denies and sides.remains(grant.scope)]
    dangerous = [grant for grant in grants if not is_expected(sides, grant)]
    swapped, dangerous = swapped_content(dangerous, sides.lost)
    undenied_swapped, denials = swapped_content(denials, sides.gained)
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
        return f"{words.gained(grants)}: the role is new, and its rights are listed with their policies"
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
    barred = [grant for grant in denials if bars_everybody(sides, grant)]
    stopped = [grant for grant in rights if stops_something(sides, grant)]
    serving = [grant for grant in stopped if not only_watches(grant)]
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
