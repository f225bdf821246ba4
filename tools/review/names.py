"""What the name of a property says where no rule of its type speaks: CloudFormation's types name equal things alike.

The first pattern that is found in the last name of the path decides, otherwise in the name before it, and so on.
Names are compared in lower case, without brackets. What no pattern knows is left to CloudFormation's schema.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from tools.review.change import Change, Rule, Verdict, access, cost, data_loss, harmless, interruption, unknown
from tools.review.shapes import always, number, present, switch

_LESS_SEEN = access("less of what happens is written down")
_MORE_SEEN = cost("more of what happens is written down, and kept")
_OTHER_RIGHTS = access("it works with the rights of another role")
_OTHER_NETWORK = access("it stands elsewhere in the network, where others may reach it, or it others")
_WHO = access("who may call, or what is asked of them, changes")

_STATE = switch(
    on=harmless("it is switched on, and worked without before"),
    off=interruption("it is switched off"),
    default=True,
)

NAMES: tuple[tuple[str, Rule], ...] = (
    (
        r"^(description|comment|comments|displayname|notes|label|labels|title|summary|\w*description|documentation\w*)$",
        always(harmless("only a description")),
    ),
    (r"^(\w*tags|tagset)$", always(harmless("tags; nothing here decides by them"))),
    (
        r"deletionprotection|terminationprotection|deleteprotection|preventdestroy",
        switch(on=harmless("it is protected against removal"), off=data_loss("its protection against removal is gone")),
    ),
    (
        r"^(block|restrict|ignore|deny|prevent)\w*(public|access)",
        switch(on=harmless("a guard is switched on"), off=access("a guard against public access is gone")),
    ),
    (
        r"public(ly)?(accessible|access|ip|read|write)?|internetfacing|internetaccess",
        switch(on=access("it can be reached from the internet"), off=interruption("it cannot be reached from outside")),
    ),
    (
        r"pointintime|versioning|backupenabled|backuppolicy|autosnapshot|automaticbackup|recoveryenabled",
        switch(on=cost("older states are kept"), off=data_loss("older states are not kept any more")),
    ),
    (
        r"(backup|snapshot)retention|retention(period|indays|days|hours|inhours)?$|retainperiod|^retain",
        number(
            up=cost("it is kept longer"), down=data_loss("it is kept for a shorter time, what is older goes"), default=0
        ),
    ),
    (r"expir(y|ation)|timetolive|^ttl$|maxage", always(data_loss("how long it is kept changes"))),
    (
        r"redrive|deadletter|dlq|onfailure",
        present(
            added=harmless("what fails is kept"),
            removed=data_loss("what fails is not kept any more"),
            changed=data_loss("what fails goes elsewhere"),
        ),
    ),
    (
        r"(maxreceivecount|maximumretryattempts|retryattempts|retries|maxretries)$",
        number(up=harmless("it is tried more often"), down=data_loss("it is given up sooner"), default=math.inf),
    ),
    (
        r"^(kms\w*|\w*kmskey\w*|\w*encryptionkey\w*|masterkey\w*)$",
        present(
            added=harmless("it is encrypted with a key of one's own"),
            removed=access("the key of one's own is dropped"),
            changed=access("another key decides who can read it"),
        ),
    ),
    (
        r"encrypt|sseenabled|^sse",
        switch(on=harmless("it is encrypted"), off=access("it is not encrypted any more, or otherwise")),
    ),
    (
        r"(tls|ssl)|minimumprotocol|securitypolicy|ciphers?$|certificate",
        always(access("how connections are protected changes")),
    ),
    (r"password|secretstring|authtoken|masteruser", always(access("how one signs in changes"))),
    (r"polic(y|ies)(document|text|json)?$|statements?$", always(access("a policy changes whose meaning is not known"))),
    (
        r"auth|identityprovider|principal|trust|permission|grant|^accesscontrol|whitelist|allowlist|ipset|cidr|cors",
        always(_WHO),
    ),
    (
        r"allow(ed)?(ip|account|group|user|origin|header|method)|exposeheaders",
        always(_WHO),
    ),
    (r"(role|rolearn|executionrole\w*|servicerole\w*|instanceprofile\w*)$", always(_OTHER_RIGHTS)),
    (r"securitygroup|subnet|vpcconfig|vpcid|networkisolation|networkmode", always(_OTHER_NETWORK)),
    (
        r"privileged|rootaccess|^root|runasroot|readonlyrootfilesystem|isolation",
        always(access("what it may do on its machine changes")),
    ),
    (
        r"^(monitoring|tracing\w*|xray\w*|insights\w*|\w*metricsenabled|datatrace\w*|performanceinsights\w*)$",
        always(harmless("what is measured changes; what is served does not")),
    ),
    (r"logg?(ing|config|s|level|delivery|publishing)|audit|trail", switch(on=_MORE_SEEN, off=_LESS_SEEN)),
    (
        r"multiaz|replica|redundan|failover|availabilityzones?$|standby",
        switch(on=cost("there are more copies"), off=interruption("a copy that takes over is gone")),
    ),
    (
        r"(capacity|count|size|units|concurrency|executions|instances|throughput|iops|storage|shards|workers)$",
        number(up=cost("it may grow"), down=interruption("there is less of it: what it carried before may fail")),
    ),
    (
        r"(ratelimit|burstlimit|throttl\w*|quota|limit)$",
        number(
            up=cost("more requests are let through"), down=interruption("requests are refused sooner"), default=math.inf
        ),
    ),
    (
        r"timeout|deadline|maxduration",
        number(up=harmless("it may take longer"), down=interruption("what takes longer than that fails now")),
    ),
    (
        r"(engine|runtime|kubernetes|platform|broker|schema)version$|^version$|^runtime$",
        always(interruption("it is upgraded or put back to another version")),
    ),
    (r"(instance|node|machine|db)(type|class|size)$", always(cost("it runs on other machines"))),
    (r"^(enabled?|isenabled|state|status|active|desiredstate)$", _STATE),
    (r"schedule|cron|^rate$|interval", always(cost("it runs at other times"))),
    (
        r"^(\w*name|alias\w*|\w*identifier|\w*endpoint|\w*url|\w*uri|host|port|path|domain\w*)$",
        always(interruption("who uses it by its old name or address does not find it")),
    ),
)


def by_name(change: Change) -> Verdict | None:
    """What the name of the property says; None when it says nothing."""
    words = re.sub(r"\[[^\]]*\]", "", change.property or "").lower().split(".")
    for word in reversed(words):
        for pattern, rule in NAMES:
            if re.search(pattern, word):
                return rule(change) or unknown("no rule knows what this part of the value does")
    return None


_DIGEST = re.compile(r"\b(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})\b")


def only_digests(change: Change) -> bool:
    """Whether two values differ in digests of files only, as the assets of the CDK do."""
    before, after = change.before, change.after
    if before is None or after is None:
        return False
    return without_digests(before) == without_digests(after)


def without_digests(value: Any) -> str:
    """A value as text, without the digests of files in it."""
    return _DIGEST.sub("", json.dumps(value, sort_keys=True))


ORDERED = frozenset({"stages", "steps", "cachebehaviors", "commands", "command", "entrypoint", "definition"})
"""Lists, by the last name of their path, whose order says what comes first."""


SETS = re.compile(r"(ids|subnets|groups|groupset|arns|headers|methods|origins|regions|zones|aliases|scopes|names)$")
"""Lists of plain values, by the last name of their path, whose order means nothing in any type."""


def only_order(change: Change) -> bool:
    """Whether two lists have the same items in another order, which means nothing to most types."""
    return _same_items(change) and _last(change) not in ORDERED


def only_order_of_set(change: Change) -> bool:
    """Whether two lists of plain values that are sets by their name differ in nothing but the order."""
    return SETS.search(_last(change)) is not None and _same_items(change)


def _last(change: Change) -> str:
    return re.sub(r"\[[^\]]*\]", "", change.property or "").rpartition(".")[2].lower()


def _same_items(change: Change) -> bool:
    before, after = change.before, change.after
    if not isinstance(before, list) or not isinstance(after, list):
        return False
    old, new = (sorted(json.dumps(item, sort_keys=True) for item in items) for items in (before, after))
    return old == new
