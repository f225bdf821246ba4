"""What a new resource opens: not every rule that speaks of a change means something new.

"The code works with the rights of another role" is true of a function that exists. A new function has one role from
the beginning; what that role may do is told where the role is. So a rule counts for something new only when it has a
direction: when it says another thing of the reverse. What has none counts when the value itself is wide open.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace

from tools.review import iam, names, rules
from tools.review.change import Change, Risk
from tools.review.judging import rule_path

_OWN = re.compile(
    r"(rolearn|role|instanceprofile|jobflowrole|subnetids?|subnets|subnetgroupname|vpcid|vpczoneidentifier"
    r"|securitygroup\w*|vpcconfigs?|destination\w*cidrblock)$"
)
"""Last names of properties that say where something new stands and as whom it works."""

WATCHES = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm", "AWS::CloudWatch::LogAlarm")
"""Types that, when they are new, watch more than before whatever they say."""

_OPEN = re.compile(r'"(\*|0\.0\.0\.0/0|::/0|NONE|PUBLIC|Public|AllUsers)"')


def opens(change: Change) -> bool:
    """Whether a property of a new resource, of which its rule says `access`, lets somebody do more than before."""
    path = rule_path(change)
    if iam.is_policy(change.type, path):
        return True
    if change.type in WATCHES:
        return False
    if _OWN.search(path.rpartition(".")[2].removesuffix("[]").lower()):
        return False
    rule = rules.property_rule(change.type, path) or names.by_name
    reverse = replace(change, before=change.after, after=None, base=change.head, action="remove")
    verdict = rule(reverse)
    if verdict is None or verdict.risk != Risk.ACCESS:
        return True
    return _OPEN.search(json.dumps(change.after)) is not None
