"""What tests of the rules of a review share: the rules of what holds data, and changes to ask them about."""

from __future__ import annotations

import importlib
from typing import Any

from tools.review.change import Change, Risk

MODULES = (
    "artifacts",
    "brokers",
    "caches",
    "catalogs",
    "cdk_data",
    "databases",
    "dynamodb",
    "files",
    "keys",
    "logs",
    "messages",
    "movers",
    "s3",
    "s3_more",
    "searches",
    "streams",
    "warehouses",
)
LOSS, STOP, OPEN, COST, FINE = Risk.DATA_LOSS, Risk.INTERRUPTION, Risk.ACCESS, Risk.COST, Risk.HARMLESS
Row = tuple[str, str, Any, Any, Risk]
"""Type, path, before, after, and the class of that change."""


def gathered(table: str) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for name in MODULES:
        rules = getattr(importlib.import_module(f"tools.review.rules.{name}"), table)
        assert not merged.keys() & rules.keys(), name
        merged |= rules
    return merged


PROPERTIES = gathered("PROPERTIES")
WHOLE = {table: gathered(table) for table in ("ADDED", "REMOVED", "REPLACED")}


def changed(kind: str, path: str, before: Any, after: Any, **more: Any) -> Change:
    given = {"base": {"Type": kind}, "head": {"Type": kind}, **more}
    return Change(
        stack="s", logical_id="L", type=kind, property=path, action="modify", before=before, after=after, **given
    )


SQS, SNS, SUB = "AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::SNS::Subscription"
TABLE, STREAM, FIREHOSE = "AWS::DynamoDB::Table", "AWS::Kinesis::Stream", "AWS::KinesisFirehose::DeliveryStream"
DB, CLUSTER, NEPTUNE = "AWS::RDS::DBInstance", "AWS::RDS::DBCluster", "AWS::Neptune::DBCluster"
CACHE, SEARCH, SHIFT = "AWS::ElastiCache::ReplicationGroup", "AWS::OpenSearchService::Domain", "AWS::Redshift::Cluster"
ECR, MSK = "AWS::ECR::Repository", "AWS::MSK::Cluster"
ARN_A, ARN_B = {"Fn::GetAtt": ["A", "Arn"]}, {"Fn::GetAtt": ["B", "Arn"]}
