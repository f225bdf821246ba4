"""Policies of TLS by the oldest version that they accept, as CloudFront, load balancers and API Gateway name them."""

from __future__ import annotations

import re
from typing import Any

from tools.review.change import Change, Rule, Verdict, access, harmless
from tools.review.shapes import SAME

WEAKER = access("clients may connect with older versions of TLS, or with weaker ciphers")
STRONGER = harmless("only newer versions of TLS or stronger ciphers are accepted; clients of the last years have them")
UNCLEAR = access("whether the other policy accepts older versions of TLS or weaker ciphers is unknown")
BY_NAME = {
    "sslv3": (0, 0),
    "tlsv1": (10, 0),
    "tls_1_0": (10, 0),
    "tls_1_2": (12, 0),
    "elbsecuritypolicy-2016-08": (10, 2016),
    "elbsecuritypolicy-2015-05": (10, 2015),
    "elbsecuritypolicy-tls-1-0-2015-04": (10, 2014),
    "elbsecuritypolicy-fs-2018-06": (10, 2018),
    "elbsecuritypolicy-tls13-1-0-2021-06": (10, 2021),
}
"""Names that do not tell their version like the others: the version, and the year for the order of ciphers."""


def strength(name: Any) -> tuple[int, int] | None:
    """Oldest version that is accepted (10 to 13) and the year of the policy; None when the name does not tell.

    Sources: the tables of supported protocols in CloudFront's, Elastic Load Balancing's and API Gateway's guides.
    """
    word = str(name).lower()
    if word in BY_NAME:
        return BY_NAME[word]
    for pattern in (
        r"tlsv1\.(\d)_(\d{4})",  # CloudFront: TLSv1.2_2021
        r"tlsv1()_(\d{4})",  # CloudFront: TLSv1_2016
        r"elbsecuritypolicy-tls13-1-(\d)-(?:res-|ext\d-)?(?:fips-)?(?:pq-)?(\d{4})-\d\d.*",
        r"elbsecuritypolicy-(?:fs-1-|tls-1-)(\d)-(?:res-|ext-)?(\d{4})-\d\d",
        r"transfersecuritypolicy-()(?:fips-)?(\d{4})-\d\d",  # Transfer Family, in the order of their years
        r"securitypolicy_tls13_(?:1_)?(\d)_(\d{4}).*",  # API Gateway: SecurityPolicy_TLS13_1_3_2025_09
    ):
        if found := re.fullmatch(pattern, word):
            return 10 + int(found[1] or 0), int(found[2])
    return None


def _restriction(before: Any, after: Any) -> int | None:
    """Whether the ciphers of a policy are fewer (1), more (-1) or as before (0); None where the words do not tell."""
    plain = [set(re.sub(r"[\d_.-]+", " ", str(name).lower()).split()) for name in (before, after)]
    extras = [words & {"res", "ext", "fips", "pq", "fs", "pfs"} for words in plain]
    if extras[0] == extras[1]:
        return 0
    more, fewer = extras[1] - extras[0], extras[0] - extras[1]
    return 1 if more == {"res"} and not fewer else -1 if fewer == {"res"} and not more else None


def policy(*, default: str | None = None) -> Rule:
    """For the name of a TLS policy; `default` is what an absent one means."""

    def rule(change: Change) -> Verdict:
        names = [default if value is None else value for value in (change.before, change.after)]
        if names[0] == names[1]:
            return SAME
        before, after = map(strength, names)
        if before is None or after is None:
            return UNCLEAR
        if before[0] != after[0]:
            return STRONGER if after[0] > before[0] else WEAKER
        restriction = _restriction(*names)
        if restriction is None or (before == after and not restriction):
            return UNCLEAR
        return STRONGER if (restriction or 1) * (after >= before) > 0 else WEAKER

    return rule
