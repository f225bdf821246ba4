"""Makers of rules for what holds data: what its removal, its replacement and its usual settings mean.

The sentences take the name of what is held ("the table", "its messages"), so that all stores speak alike. Nothing
here knows a resource type; the tables in `tools/review/rules` do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.review.change import Change, Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.shapes import always, each, listed, number, present, switch

KEPT = frozenset({"Retain", "RetainExceptOnCreate"})
"""Deletion policies that leave the resource where it is."""


def removed(what: str, *, by_default: str = "Delete") -> Rule:
    """For the removal of what holds data: always a loss for the stack, with what its deletion policy makes of it.

    Parameters
    ----------
    what
        What goes, at the beginning of a sentence: "the table and its items".
    by_default
        CloudFormation's deletion policy for this type where the template names none.
    """

    def rule(change: Change) -> Verdict:
        return data_loss(f"{what} {_fate(change.base, 'DeletionPolicy', by_default)}")

    return rule


def replaced(what: str, *, by_default: str = "Delete") -> Rule:
    """For the replacement of what holds data: a new, empty one takes the place; see `removed` for the parameters."""

    def rule(change: Change) -> Verdict:
        fate = _fate(change.base, "UpdateReplacePolicy", by_default)
        return data_loss(f"a new, empty one takes the place of the old: {what} {fate}")

    return rule


def _fate(resource: Mapping[str, Any] | None, policy: str, by_default: str) -> str:
    chosen = (resource or {}).get(policy, by_default)
    if isinstance(chosen, str) and chosen in KEPT:
        return "stays in the account but leaves the stack, which neither uses nor protects it any more"
    if chosen == "Snapshot":
        return "is deleted after a last snapshot"
    return "is deleted"


def altered(answer: Verdict | Rule) -> Rule:
    """`answer` for a change of a resource that exists; what a new resource begins with lowers no guard."""

    def rule(change: Change) -> Verdict | None:
        if change.base is None and change.head is not None:
            return harmless("a new resource begins with it")
        return answer(change) if callable(answer) else answer

    return rule


def protected(what: str = "the resource", *, default: bool = False) -> Rule:
    """For deletion protection."""
    return switch(
        on=harmless(f"{what} cannot be deleted by mistake any more"),
        off=data_loss(f"{what} can be deleted by anybody with the right to delete, or by a removal from the stack"),
        default=default,
    )


def encrypted(what: str, *, default: bool = False) -> Rule:
    """For encryption at rest, as a switch."""
    return switch(
        on=harmless(f"{what} is encrypted at rest from now on"),
        off=access(f"{what} is no longer encrypted at rest with a key that the account controls"),
        default=default,
    )


def keyed(what: str) -> Rule:
    """For the key that encrypts: its policy decides who can read."""
    return present(
        added=harmless(f"{what} is encrypted with a key whose policy also decides who can read"),
        removed=access(f"{what} is no longer encrypted with a key of the account, whose policy guarded it"),
        changed=access(f"{what} is encrypted with another key: who may use that one can read"),
    )


def kept(what: str, *, default: float | None = None) -> Rule:
    """For a time that data, backups or messages are kept."""
    return number(
        up=cost(f"{what} is kept, and paid for, longer"),
        down=data_loss(f"{what} is deleted earlier than before"),
        default=default,
    )


def sized(what: str, *, default: float | None = None) -> Rule:
    """For capacity that is paid for: machines, shards, units."""
    less = "fewer" if what.split()[0].endswith("s") else "less"
    return number(
        up=cost(f"more {what}, which cost money at rest" if less == "fewer" else f"more {what}, which costs money"),
        down=interruption(f"{less} {what}: load that was carried before can be throttled or refused"),
        default=default,
    )


def grown(what: str) -> Rule:
    """For storage, which AWS lets grow but not shrink."""
    return number(
        up=cost(f"{what} grows, and is paid for"),
        down=data_loss(f"{what} cannot shrink: the update fails, or a new and smaller one takes the place"),
    )


def reachable() -> Rule:
    """For a public address of a database."""
    return switch(
        on=access("it gets an address on the internet"),
        off=harmless("it is reachable from inside the network only, which narrows who can connect"),
    )


def groups(what: str = "it") -> Rule:
    """For security groups."""
    return altered(
        listed(
            added=access(f"the rules of one more security group let traffic in to {what}"),
            removed=interruption(f"callers that came in through a removed security group no longer reach {what}"),
        )
    )


def exported(what: str = "logs") -> Rule:
    """For the list of logs that a database delivers."""
    return listed(
        added=cost(f"more {what} are delivered to CloudWatch Logs and paid for"),
        removed=access(f"{what} that showed what happened are no longer delivered"),
    )


def described(*names: str) -> dict[str, Rule]:
    """Rules for properties that no change of makes dangerous, by name."""
    return each(always(harmless("only tuned, nothing is lost and nobody is locked out")), *names)
