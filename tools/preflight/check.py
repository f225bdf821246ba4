"""One thing that a deployment needs, whether it is there, and what to do where it is not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

Client = Callable[[str], Any]
"""Gives a client of botocore by the name of a service."""

REFUSED = ("AccessDenied", "Unauthorized", "NotAuthorized", "Forbidden", "403")
"""In the codes with which services refuse a caller who lacks a permission."""


class State(Enum):
    """What is known of it."""

    OK = "ok"
    WANTING = "wanting"
    NOT_KNOWN = "not known"


@dataclass(frozen=True, kw_only=True)
class Check:
    """The answer to one question.

    Attributes
    ----------
    subject
        What was asked about, in a word or two.
    item
        Which one of them, such as the name of a quota; empty where there is one only.
    state
        Whether it is there.
    found
        What was found, in a sentence.
    do
        What to do about it; empty where it is there.
    blocks
        Whether the deployment itself would fail, and not only something later.
    permission
        The permission that the caller lacks, such as `servicequotas:ListServiceQuotas`; empty where that is not why.
    """

    subject: str
    state: State
    found: str
    item: str = ""
    do: str = ""
    blocks: bool = False
    permission: str = ""


def ok(subject: str, found: str, *, item: str = "") -> Check:
    """It is there."""
    return Check(subject=subject, state=State.OK, found=found, item=item)


def wanting(subject: str, found: str, do: str, *, item: str = "", blocks: bool = False) -> Check:
    """Something would fail."""
    return Check(subject=subject, state=State.WANTING, found=found, do=do, item=item, blocks=blocks)


def not_known(subject: str, found: str, do: str = "", *, item: str = "", permission: str = "") -> Check:
    """It could not be checked."""
    return Check(subject=subject, state=State.NOT_KNOWN, found=found, do=do, item=item, permission=permission)


def asked(subject: str, permission: str, ask: Callable[[], Iterator[Check]], *, item: str = "") -> Iterator[Check]:
    """Ask AWS; where it does not answer, say so instead of failing.

    Parameters
    ----------
    subject, item
        What it is about, for the case that nothing is answered.
    permission
        What the question takes; a refusal that names another is believed.
    ask
        Asks, and yields what it finds.
    """
    try:
        yield from ask()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if any(word in code for word in REFUSED):
            named = re.search(r"not authorized to perform:? ([a-z0-9-]+:\w+)", str(error))
            lacking = named[1] if named else permission
            yield not_known(subject, f"no permission ({code})", f"allow {lacking}", item=item, permission=lacking)
        else:
            message = error.response["Error"].get("Message", "")
            told = f"{error.operation_name} failed with {code}" + (f" ({message.rstrip('.')})" if message else "")
            yield not_known(subject, told, item=item)
    except BotoCoreError as error:
        yield not_known(subject, f"AWS could not be reached: {error}", item=item)
