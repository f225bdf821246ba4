"""Rules of what holds data: what a whole resource means, and what depends on what stands around a property."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.review_rules import (
    ARN_A,
    COST,
    FINE,
    LOSS,
    OPEN,
    STOP,
    each_row,
    judge,
    judge_whole,
    resource,
    template,
)
from tools.review.change import Risk

HOLDERS = (
    "AWS::Backup::BackupVault",
    "AWS::DocDB::DBCluster",
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::EC2::Volume",
    "AWS::ECR::Repository",
    "AWS::EFS::FileSystem",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::Elasticsearch::Domain",
    "AWS::FSx::FileSystem",
    "AWS::KMS::Key",
    "AWS::Kinesis::Stream",
    "AWS::Logs::LogGroup",
    "AWS::Neptune::DBCluster",
    "AWS::OpenSearchService::Domain",
    "AWS::QLDB::Ledger",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
    "AWS::S3::Bucket",
    "AWS::SDB::Domain",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
    "AWS::SageMaker::ModelPackageGroup",
)


@pytest.mark.parametrize("policy", [None, "Delete", "Retain", "RetainExceptOnCreate", "Snapshot"])
def test_what_holds_data_never_goes_quietly(policy: str | None) -> None:
    attributes = {"DeletionPolicy": policy, "UpdateReplacePolicy": policy} if policy else {}
    for kind in HOLDERS:
        for action in ("remove", "replace"):
            assert judge_whole(action, kind, attributes=attributes) == LOSS, (action, kind)


@each_row(
    [
        ("AWS::S3::Bucket", {}, FINE),
        ("AWS::S3::Bucket", {"AccessControl": "PublicRead"}, OPEN),
        ("AWS::S3::Bucket", {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}}, OPEN),
        ("AWS::RDS::DBInstance", {}, COST),
        ("AWS::RDS::DBInstance", {"PubliclyAccessible": True}, OPEN),
        ("AWS::DynamoDB::Table", {"BillingMode": "PAY_PER_REQUEST"}, FINE),
        ("AWS::DynamoDB::Table", {}, COST),
        ("AWS::Logs::LogGroup", {"RetentionInDays": 30}, FINE),
        ("AWS::Logs::LogGroup", {}, COST),
        ("AWS::SNS::Subscription", {"Protocol": "https", "Endpoint": "https://example.com"}, OPEN),
        ("AWS::SNS::Subscription", {"Protocol": "sqs", "Endpoint": ARN_A}, FINE),
        ("AWS::SecretsManager::Secret", {"SecretString": "hunter2"}, OPEN),
        ("AWS::SecretsManager::Secret", {"GenerateSecretString": {}}, COST),
        ("AWS::KMS::Key", {}, COST),
        ("AWS::SQS::Queue", {}, FINE),
        ("Custom::S3AutoDeleteObjects", {}, LOSS),
    ],
)
def test_a_new_resource_has_its_class(kind: str, given: dict[str, Any], risk: Risk) -> None:
    assert judge_whole("add", kind, given) == risk


def test_a_machine_of_a_cluster_holds_no_data() -> None:
    assert judge_whole("remove", "AWS::RDS::DBInstance", {"DBClusterIdentifier": {"Ref": "C"}}) == STOP


def test_an_upgrade_that_the_update_policy_allows_replaces_nothing() -> None:
    kind = "AWS::OpenSearchService::Domain"
    head = {"Type": kind, "UpdatePolicy": {"EnableVersionUpgrade": True}}
    assert judge(kind, "EngineVersion", "1", "2", head=head) == STOP


@each_row([([], FINE), ([{"Key": "aws-cdk:auto-delete-objects", "Value": "true"}], LOSS)])
def test_what_empties_a_bucket_goes_quietly_when_the_bucket_stays_and_lost_its_tag(tags: list[Any], risk: Risk) -> None:
    after = template(B=resource("AWS::S3::Bucket", Tags=tags))
    assert (
        judge_whole("remove", "Custom::S3AutoDeleteObjects", {"BucketName": {"Ref": "B"}}, head_template=after) == risk
    )


def test_shards_of_a_stream_that_scales_by_itself_are_not_counted() -> None:
    head = resource("AWS::Kinesis::Stream", StreamModeDetails={"StreamMode": "ON_DEMAND"})
    assert judge("AWS::Kinesis::Stream", "ShardCount", 4, None, head=head) == FINE


def policy(count: int, status: str = "untagged", priority: int = 1) -> str:
    selection = {"tagStatus": status, "countType": "imageCountMoreThan", "countNumber": count}
    return json.dumps({"rules": [{"rulePriority": priority, "selection": selection, "action": {"type": "expire"}}]})


@each_row(
    [
        (policy(100), policy(1), LOSS),
        (policy(1), policy(100), COST),
        (policy(1), policy(1, "any"), LOSS),
        (policy(1), '{"rules": []}', COST),
        (policy(1), {"Fn::Join": ["", ["a"]]}, LOSS),
        (policy(1), policy(1, priority=2), FINE),
    ],
)
def test_images_are_deleted_by_the_rules_of_the_repository(before: Any, after: Any, risk: Risk) -> None:
    assert judge("AWS::ECR::Repository", "LifecyclePolicy.LifecyclePolicyText", before, after) == risk
