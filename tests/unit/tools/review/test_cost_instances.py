"""Which machine is the dearer: by price, by size, or it is unknown."""

from __future__ import annotations

from typing import Any

import pytest

from tools.review.change import Change, Verdict, cost, harmless
from tools.review.cost.instances import dearer, instance_price, instance_type, more_expensive, size_of

UP, DOWN = cost("dearer"), harmless("no dearer")
ENDPOINT = "AWS::SageMaker::EndpointConfig"


def change(before: Any, after: Any, kind: str = ENDPOINT) -> Change:
    return Change(stack="s", logical_id="L", type=kind, property="P", action="modify", before=before, after=after)


@pytest.mark.parametrize(
    ("kind", "before", "after", "up"),
    [
        (ENDPOINT, "ml.m5.large", "ml.p3.16xlarge", True),
        (ENDPOINT, "ml.p3.16xlarge", "ml.m5.large", False),
        (ENDPOINT, "ml.m5.large", "ml.m5.large", False),
        # Not in SageMaker's table: the bare machines are compared.
        (ENDPOINT, "ml.m6i.large", "ml.m6i.4xlarge", True),
        (ENDPOINT, "ml.p5.48xlarge", "ml.m6i.large", False),
        # In no table: the size of the same family tells.
        (ENDPOINT, "ml.z9.large", "ml.z9.2xlarge", True),
        (ENDPOINT, "ml.z9.2xlarge", "ml.z9.large", False),
        (ENDPOINT, "ml.z9.2xlarge", "ml.y9.large", None),
        (ENDPOINT, {"Ref": "Kind"}, "ml.m5.large", None),
        ("AWS::RDS::DBInstance", "db.t3.medium", "db.r5.4xlarge", True),
        ("AWS::RDS::DBInstance", "db.r5.large", "db.t4g.micro", False),
        ("AWS::ElastiCache::ReplicationGroup", "cache.t3.micro", "cache.r6g.large", True),
        ("AWS::ElastiCache::ReplicationGroup", "cache.r6g.large", "cache.t3.micro", False),
        ("AWS::OpenSearchService::Domain", "t3.small.search", "m6g.large.search", True),
        ("AWS::OpenSearchService::Domain", "m6g.large.search", "t3.small.search", False),
        ("AWS::EC2::Instance", "t3.micro", "m5.24xlarge", True),
        ("AWS::EC2::Instance", "c7g.large", "c7g.medium", False),
        ("AWS::EC2::Instance", "x9.large", "x9.metal-48xl", True),
        ("AWS::MSK::Cluster", "kafka.m5.large", "kafka.m5.xlarge", True),
        ("AWS::Redshift::Cluster", "dc2.large", "ra3.16xlarge", True),
    ],
)
def test_the_dearer_machine(kind: str, before: Any, after: Any, up: bool | None) -> None:
    assert more_expensive(change(before, after, kind)) is up


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ("ml.m5.large", "ml.m5.xlarge", UP),
        ("ml.m5.xlarge", "ml.m5.large", DOWN),
        ("ml.m5.xlarge", {"Ref": "Kind"}, UP),
        (None, "ml.m5.xlarge", UP),
    ],
)
def test_the_rule_gives_the_worse_answer_when_it_cannot_tell(before: Any, after: Any, verdict: Verdict) -> None:
    assert instance_type(up=UP, down=DOWN)(change(before, after)) == verdict


def test_sizes_have_an_order() -> None:
    sizes = ["nano", "micro", "small", "medium", "large", "xlarge", "2xlarge", "4xlarge", "24xlarge", "metal"]
    figures = [size_of(f"m5.{size}") for size in sizes]
    assert None not in figures
    assert figures == sorted(figures, key=lambda figure: figure or 0)
    assert size_of("custom") is None


def test_prices_of_machines() -> None:
    assert instance_price("sagemaker", "ml.m5.large") == 0.115
    assert instance_price("rds", "db.t3.micro") == 0.017
    assert instance_price("ec2", "q1.huge") is None
    assert dearer("ec2", "q1.huge", "q2.huge") is None
