"""Rules for the lists of CORS: which pages of other sites a browser lets call something, and how.

S3, CloudFront, API Gateway and function URLs have the same four lists under other names.
"""

from __future__ import annotations

from typing import Any

from tools.review.change import Change, Rule, Verdict, access, harmless, interruption, worst
from tools.review.shapes import SAME


def cors_list(*, more: str, less: str) -> Rule:
    """For one list: `*`, or more than before, opens; less shuts out, unless all were let in before."""

    def rule(change: Change) -> Verdict:
        before, after = (_items(value) for value in (change.before, change.after))
        if before is None or after is None:
            return worst(interruption(less), access(more))
        if before and not after:
            return interruption(less)
        if "*" in before:
            return SAME if "*" in after else harmless("only some are let in, where all were before")
        if "*" in after:
            return access(more)
        verdicts = [
            said for said, some in ((access(more), after - before), (interruption(less), before - after)) if some
        ]
        return worst(*verdicts) if verdicts else SAME

    return rule


def _items(value: Any) -> set[str] | None:
    items = value.get("Items") if isinstance(value, dict) and "Items" in value else value
    return set() if items is None else set(map(str, items)) if isinstance(items, list) else None


ORIGINS = cors_list(
    more="pages of more sites may call it and read its answers in a browser",
    less="pages of a site that could so far can no longer call it from a browser",
)
METHODS = cors_list(
    more="pages of other sites may use more methods", less="pages of other sites can no longer use a method"
)
HEADERS = cors_list(
    more="pages of other sites may send more headers", less="pages of other sites can no longer send a header"
)
EXPOSED = cors_list(
    more="pages of other sites may read more headers of the answers",
    less="pages of other sites can no longer read a header of the answers",
)
