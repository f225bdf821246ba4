"""Rules of what holds data: no value breaks them, new, removed and replaced resources, and what looks around itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.data_rules import (
    ARN_A,
    COST,
    DB,
    ECR,
    FINE,
    LOSS,
    OPEN,
    PROPERTIES,
    SEARCH,
    STOP,
    STREAM,
    WHOLE,
    changed,
)
from tools.review.change import Change, Risk, Rule, Verdict

VALUES: tuple[Any, ...] = (
    None,
    True,
    "7",
    "IMMUTABLE",
    ["a"],
    [{"Id": "a", "Region": "r"}],
    [{"Fn::If": ["c", {"a": 1}, {"Ref": "AWS::NoValue"}]}],
    {"a": {"b": ["c"]}},
    {"Ref": "P"},
)


@pytest.mark.parametrize("kind", sorted(PROPERTIES))
def test_no_value_breaks_a_rule_and_every_answer_is_a_sentence(kind: str) -> None:
    for path, rule in PROPERTIES[kind].items():
        for before in VALUES:
            for after in VALUES:
                told(rule, changed(kind, path, before, after))


def told(rule: Rule, change: Change) -> None:
    verdict = rule(change)
    assert verdict is None or isinstance(verdict, Verdict)
    assert verdict is None or (verdict.why and not verdict.why.endswith(".")), (change.property, verdict)


@pytest.mark.parametrize("table", sorted(WHOLE))
def test_whole_resources_are_told_in_a_sentence(table: str) -> None:
    for kind, rule in WHOLE[table].items():
        for given in ({}, {"PubliclyAccessible": True}, {"BucketName": {"Ref": "B"}}, {"SecretString": "x"}):
            resource = {"Type": kind, "Properties": given}
            base, head = (None, resource) if table == "ADDED" else (resource, None if table == "REMOVED" else resource)
            told(rule, changed(kind, "", base, head, base=base, head=head))
            told(rule, changed(kind, "", None, None, base=base and {"Type": kind}, head=head and {"Type": kind}))


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
@pytest.mark.parametrize("kind", HOLDERS)
def test_what_holds_data_never_goes_quietly(kind: str, policy: str | None) -> None:
    resource = {"Type": kind, **({"DeletionPolicy": policy, "UpdateReplacePolicy": policy} if policy else {})}

    for table, head in (("REMOVED", None), ("REPLACED", resource)):
        verdict = WHOLE[table][kind](changed(kind, "", resource, head, base=resource, head=head))
        assert verdict is not None
        assert verdict.risk == LOSS


@pytest.mark.parametrize(
    ("kind", "given", "risk"),
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
    head = {"Type": kind, "Properties": given}

    verdict = WHOLE["ADDED"][kind](changed(kind, "", None, head, base=None, head=head))

    assert verdict is not None
    assert verdict.risk == risk, verdict.why


def test_a_machine_of_a_cluster_holds_no_data() -> None:
    base = {"Type": DB, "Properties": {"DBClusterIdentifier": {"Ref": "C"}}}

    verdict = WHOLE["REMOVED"][DB](changed(DB, "", base, None, base=base, head=None))

    assert verdict is not None
    assert verdict.risk == STOP


def test_an_upgrade_that_the_update_policy_allows_replaces_nothing() -> None:
    head = {"Type": SEARCH, "UpdatePolicy": {"EnableVersionUpgrade": True}}

    verdict = PROPERTIES[SEARCH]["EngineVersion"](changed(SEARCH, "EngineVersion", "1", "2", head=head))

    assert verdict.risk == STOP


@pytest.mark.parametrize(
    ("tags", "risk"), [([], FINE), ([{"Key": "aws-cdk:auto-delete-objects", "Value": "true"}], LOSS)]
)
def test_what_empties_a_bucket_goes_quietly_when_the_bucket_stays_and_lost_its_tag(tags: list[Any], risk: Risk) -> None:
    kind = "Custom::S3AutoDeleteObjects"
    base = {"Type": kind, "Properties": {"BucketName": {"Ref": "B"}}}
    after = {"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": {"Tags": tags}}}}

    verdict = WHOLE["REMOVED"][kind](changed(kind, "", base, None, base=base, head=None, head_template=after))

    assert verdict is not None
    assert verdict.risk == risk


def test_shards_of_a_stream_that_scales_by_itself_are_not_counted() -> None:
    head = {"Type": STREAM, "Properties": {"StreamModeDetails": {"StreamMode": "ON_DEMAND"}}}

    verdict = PROPERTIES[STREAM]["ShardCount"](changed(STREAM, "ShardCount", 4, None, head=head))

    assert verdict.risk == FINE


def policy(count: int, status: str = "untagged", priority: int = 1) -> str:
    selection = {"tagStatus": status, "countType": "imageCountMoreThan", "countNumber": count}
    return json.dumps({"rules": [{"rulePriority": priority, "selection": selection, "action": {"type": "expire"}}]})


@pytest.mark.parametrize(
    ("before", "after", "risk"),
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
    path = "LifecyclePolicy.LifecyclePolicyText"

    assert PROPERTIES[ECR][path](changed(ECR, path, before, after)).risk == risk
