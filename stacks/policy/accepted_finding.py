"""One finding of the policy rules that stays, with the reason why it is right as it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class AcceptedFinding:
    """One finding that stays.

    Attributes
    ----------
    construct
        Path of the construct below its stack; findings in it are accepted, and nowhere else.
    finding
        Full identifier, as the report of a synthesis gives it.
    reason
        Why it is right as it is.
    """

    stack: str
    construct: str
    finding: str
    reason: str


def traced(stack: str, role: str) -> AcceptedFinding:
    """The finding of a function that is traced."""
    return AcceptedFinding(
        stack=stack,
        construct=role,
        finding="AwsSolutions-IAM5[Resource::*]",
        reason="the two actions that send traces to X-Ray take no resource",
    )
