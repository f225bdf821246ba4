"""Which of two instance types is the dearer: by the table of prices, otherwise by the name of the size.

Light enough for rules to import: it reads the table of prices when it is first asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tools.review.change import Change, Rule, Verdict, worst
from tools.review.cost.prices import price_of

SERVICES = {
    "AWS::SageMaker": "sagemaker",
    "AWS::RDS::DBInstance": "rds",
    "AWS::RDS::DBCluster": "rds",
    "AWS::ElastiCache": "elasticache",
    "AWS::OpenSearchService": "opensearch",
    "AWS::Elasticsearch": "opensearch",
    "AWS::Redshift": "redshift",
    "AWS::MSK": "msk",
    "AWS::EC2": "ec2",
    "AWS::AutoScaling": "ec2",
    "AWS::EKS": "ec2",
}
"""Beginnings of resource types, and the service of the table that has the prices of their machines."""

SMALL_SIZES = ("nano", "micro", "small", "medium", "large", "xlarge")
_SIZE = re.compile(r"^(\d*)(nano|micro|small|medium|large|xlarge|metal)(?:-(\d+)xl)?$")
_METAL = 10_000.0


def instance_price(service: str, instance_type: str) -> float | None:
    """US dollars an hour of a machine on demand, None when no price is known.

    Parameters
    ----------
    service
        A service of the table: `sagemaker`, `ec2`, `rds`, `aurora`, `elasticache`, `opensearch`, `redshift`, `msk`.
    instance_type
        Such as `ml.m5.large`, `db.t3.medium` or `m5.large.search`.
    """
    price = price_of(service, instance_type)
    return price.usd if price else None


def size_of(instance_type: str) -> float | None:
    """A figure that grows with the size that an instance type's name tells, None when it tells none.

    `nano` < `micro` < `small` < `medium` < `large` < `xlarge` < `2xlarge` < ... < `metal`
    """
    for part in reversed(instance_type.lower().split(".")):
        match = _SIZE.match(part)
        if match:
            times, word, metal = match.groups()
            if word == "metal":
                return float(len(SMALL_SIZES)) - 1 + float(metal) if metal else _METAL
            return SMALL_SIZES.index(word) + (float(times) - 1 if times else 0.0)
    return None


def dearer(service: str, before: Any, after: Any) -> bool | None:
    """Whether the second of two instance types costs more an hour than the first.

    Returns
    -------
    bool or None
        None when that is unknown: a type is not written out, or neither prices nor sizes of one family are known.
        Equal prices are not dearer.
    """
    if not isinstance(before, str) or not isinstance(after, str):
        return None
    for candidate in _candidates(service):
        old, new = candidate(before), candidate(after)
        if old is not None and new is not None:
            return new > old
    old, new = size_of(before), size_of(after)
    if old is None or new is None or old == new or _family(before) != _family(after):
        return None
    return new > old


def more_expensive(change: Change) -> bool | None:
    """Whether a change of an instance type makes the machine dearer, None when that is unknown."""
    return dearer(_service(change.type), change.before, change.after)


def instance_type(*, up: Verdict, down: Verdict) -> Rule:
    """For types of machines.

    Parameters
    ----------
    up, down
        What is said when the new type costs more an hour, or no more.
    """

    def rule(change: Change) -> Verdict:
        up_or_down = more_expensive(change)
        if up_or_down is None:
            return worst(up, down)
        return up if up_or_down else down

    return rule


def _family(name: str) -> list[str]:
    return [part for part in name.lower().split(".") if not _SIZE.match(part)]


def _service(resource_type: str) -> str:
    return next((service for begin, service in SERVICES.items() if resource_type.startswith(begin)), "ec2")


def _candidates(service: str) -> list[Callable[[str], float | None]]:
    """Ways to a price, the best first: its own table, Aurora's for databases, then that of the bare EC2 type."""
    return [
        lambda name: instance_price(service, name),
        lambda name: instance_price("aurora", name),
        lambda name: instance_price("ec2", re.sub(r"^(ml|db|cache|kafka)\.|\.search$", "", name)),
    ]
