"""Principals of statements: one text for each way to write the same one, and words for people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tools.review.iam.actions import Except, Pattern
from tools.review.iam.values import REFERENCE, Reader, owner

EVERYBODY = "*"
_ACCOUNT = re.compile(r"\d{12}|\$\{AWS::AccountId\}")
_ROOT = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}|\$\{AWS::AccountId\}):root")
_SERVICE = re.compile(r"[a-z0-9.$ {}:A-Z-]+\.(amazonaws\.com(\.cn)?|aws\.internal|aws\.dev|alexa-appkit\.amazon\.com)")


def read(reader: Reader, principal: Any) -> Iterator[tuple[str, frozenset[tuple[str, str]]]]:
    """Each principal of a `Principal` block in one form, with the template's conditions on which it depends.

    An account id and its root ARN are the same, and so are `"*"` and `{"AWS": "*"}`. A service is its domain, a role of
    the template its reference; a federated principal says so.
    """
    for block, outer in reader.branches(principal):
        if not isinstance(block, dict) or next(iter(block), "").startswith(("Fn::", "Ref")):
            yield named(reader.text(block)), outer
            continue
        for kind, values in block.items():
            for value, depends in reader.branches(values):
                text = reader.text(value)
                yield (named(text) if kind in ("AWS", "Service") else f"{kind}:{text}"), outer | depends


def named(text: str) -> str:
    """The one form of a principal that is an account, a role, a service or everybody."""
    return f"arn:aws:iam::{text}:root" if _ACCOUNT.fullmatch(text) else owner(text)


def is_service(principal: Pattern) -> bool:
    """Whether it is a service of AWS, such as `lambda.amazonaws.com`."""
    return isinstance(principal, str) and not principal.startswith("Federated:") and bool(_SERVICE.fullmatch(principal))


def is_outside(principal: Pattern) -> bool:
    """Whether it is a person, an account, an identity provider or everybody, not a service or role of the template."""
    return not is_service(principal) and not (isinstance(principal, str) and REFERENCE.fullmatch(principal))


def is_account(principal: Pattern) -> bool:
    """Whether it is a whole account."""
    return isinstance(principal, str) and bool(_ROOT.fullmatch(principal))


def words(principal: Pattern) -> str:
    """A principal for a sentence."""
    if isinstance(principal, Except):
        return "everybody except " + ", ".join(words(name) for name in sorted(principal.names))
    if principal == EVERYBODY:
        return "everybody"
    root = _ROOT.fullmatch(principal)
    if root:
        return "this account" if root[1].startswith("$") else f"account {root[1]}"
    return plain(principal.removeprefix("Federated:"))


def plain(text: str) -> str:
    """A text in which a reference that stands alone is its logical id."""
    match = REFERENCE.fullmatch(text)
    return match[1] if match else text
