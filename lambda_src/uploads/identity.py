"""The caller's id: the same in all of their requests, and valid as a segment of a channel's name. Pure.

For a person of the user pool it is the claim `sub`; for a service the unique id of its IAM principal, without the name
of a role's session, which changes. The handler of the AppSync channel compares with the same ids.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gateway.problems import INTERNAL_ERROR, ProblemError

# A segment of a channel: https://docs.aws.amazon.com/appsync/latest/eventapi/channel-namespaces.html
_SEGMENT = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,48}[A-Za-z0-9])?"


def owner_of(context: Mapping[str, Any]) -> str:
    """Find the caller's id.

    Parameters
    ----------
    context
        API Gateway's `requestContext`, after the caller was authenticated.

    Raises
    ------
    ProblemError
        `internal-error` if the request was let through without a caller: the API is not set up as it must be.
    """
    claims = _member(_member(context, "authorizer"), "claims")
    principal = _member(context, "identity").get("user")
    found = claims.get("sub") or (principal.partition(":")[0] if isinstance(principal, str) else None)
    if not isinstance(found, str) or not re.fullmatch(_SEGMENT, found):
        raise ProblemError(INTERNAL_ERROR, INTERNAL_ERROR.remedy, cause=f"the caller has no usable id: {found!r}")
    return found


def _member(members: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = members.get(name)
    return value if isinstance(value, Mapping) else {}
