"""Rules of what holds data: each class and direction that a reviewer has to see, a table for each group of services."""

from __future__ import annotations

import importlib
import json
from typing import Any

import pytest

from tools.review.change import Change, Risk, Rule, Verdict

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
GROUP, KEY, SECRET, PARAMETER = (
    "AWS::Logs::LogGroup",
    "AWS::KMS::Key",
    "AWS::SecretsManager::Secret",
    "AWS::SSM::Parameter",
)
DB, CLUSTER, NEPTUNE = "AWS::RDS::DBInstance", "AWS::RDS::DBCluster", "AWS::Neptune::DBCluster"
CACHE, SEARCH, SHIFT = "AWS::ElastiCache::ReplicationGroup", "AWS::OpenSearchService::Domain", "AWS::Redshift::Cluster"
EFS, VOLUME, PLAN, VAULT = (
    "AWS::EFS::FileSystem",
    "AWS::EC2::Volume",
    "AWS::Backup::BackupPlan",
    "AWS::Backup::BackupVault",
)
ECR, MSK = "AWS::ECR::Repository", "AWS::MSK::Cluster"
ARN_A, ARN_B = {"Fn::GetAtt": ["A", "Arn"]}, {"Fn::GetAtt": ["B", "Arn"]}

MESSAGES: tuple[Row, ...] = (
    (SQS, "RedrivePolicy", {"maxReceiveCount": 5, "deadLetterTargetArn": ARN_A}, None, LOSS),
    (SQS, "RedrivePolicy", None, {"maxReceiveCount": 5, "deadLetterTargetArn": ARN_A}, FINE),
    (SQS, "RedrivePolicy.maxReceiveCount", 5, 1, STOP),
    (SQS, "RedrivePolicy.maxReceiveCount", 5, 10, FINE),
    (SQS, "RedrivePolicy.deadLetterTargetArn", ARN_A, ARN_B, STOP),
    (SQS, "RedriveAllowPolicy", None, {"redrivePermission": "denyAll"}, LOSS),
    (SQS, "RedriveAllowPolicy", {"redrivePermission": "denyAll"}, None, OPEN),
    (SQS, "RedriveAllowPolicy", None, {"redrivePermission": "byQueue", "sourceQueueArns": ["a"]}, LOSS),
    (SQS, "MessageRetentionPeriod", 1_209_600, 60, LOSS),
    (SQS, "MessageRetentionPeriod", 1_209_600, None, LOSS),
    (SQS, "MessageRetentionPeriod", None, 1_209_600, FINE),
    (SQS, "VisibilityTimeout", 60, 10, STOP),
    (SQS, "VisibilityTimeout", 60, 90, FINE),
    (SQS, "SqsManagedSseEnabled", True, False, OPEN),
    (SQS, "SqsManagedSseEnabled", False, True, FINE),
    (SQS, "KmsMasterKeyId", ARN_A, None, OPEN),
    (SQS, "KmsMasterKeyId", None, ARN_A, FINE),
    (SQS, "KmsMasterKeyId", ARN_A, ARN_B, OPEN),
    (SQS, "KmsMasterKeyId", None, "alias/aws/sqs", STOP),
    (SQS, "ContentBasedDeduplication", True, False, STOP),
    (SQS, "ContentBasedDeduplication", False, True, FINE),
    (SQS, "DeduplicationScope", "messageGroup", "queue", LOSS),
    (SQS, "DeduplicationScope", "queue", "messageGroup", FINE),
    (SQS, "FifoThroughputLimit", "perMessageGroupId", "perQueue", STOP),
    (SQS, "MaximumMessageSize", 262_144, 1024, STOP),
    (SQS, "DelaySeconds", 0, 30, FINE),
    (SQS, "ReceiveMessageWaitTimeSeconds", 20, 0, COST),
    (SQS, "ReceiveMessageWaitTimeSeconds", 0, 20, FINE),
    (SNS, "KmsMasterKeyId", ARN_A, None, OPEN),
    (SNS, "KmsMasterKeyId", ARN_A, {"Fn::Join": ["", ["arn:aws:kms:x:1:", "alias/aws/sns"]]}, STOP),
    (SNS, "Subscription", [{"Endpoint": "a", "Protocol": "email"}], None, STOP),
    (SNS, "Subscription", None, [{"Endpoint": "a", "Protocol": "email"}], OPEN),
    (SNS, "SignatureVersion", "2", "1", OPEN),
    (SNS, "DisplayName", "a", "b", FINE),
    (SUB, "FilterPolicy", None, {"kind": ["a"]}, STOP),
    (SUB, "FilterPolicy", {"kind": ["a"]}, None, COST),
    (SUB, "FilterPolicy", {"kind": ["a"]}, {"kind": ["a", "b"]}, COST),
    (SUB, "FilterPolicy", {"kind": ["a", "b"]}, {"kind": ["a"]}, STOP),
    (SUB, "RedrivePolicy", {"deadLetterTargetArn": ARN_A}, None, LOSS),
    (SUB, "RawMessageDelivery", True, False, STOP),
    (SUB, "Endpoint", "a@example.com", "b@example.com", STOP),
    ("AWS::Events::Archive", "RetentionDays", None, 30, LOSS),
    ("AWS::Events::Archive", "RetentionDays", 30, None, COST),
    ("AWS::AmazonMQ::Broker", "PubliclyAccessible", False, True, OPEN),
)
RECORDS: tuple[Row, ...] = (
    (TABLE, "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", True, None, LOSS),
    (TABLE, "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", True, False, LOSS),
    (TABLE, "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", None, True, COST),
    (TABLE, "PointInTimeRecoverySpecification.RecoveryPeriodInDays", None, 7, LOSS),
    (TABLE, "PointInTimeRecoverySpecification.RecoveryPeriodInDays", 7, 35, FINE),
    (TABLE, "DeletionProtectionEnabled", True, None, LOSS),
    (TABLE, "DeletionProtectionEnabled", None, True, FINE),
    (TABLE, "TimeToLiveSpecification", None, {"AttributeName": "t", "Enabled": True}, LOSS),
    (TABLE, "TimeToLiveSpecification", {"AttributeName": "t", "Enabled": True}, None, COST),
    (
        TABLE,
        "TimeToLiveSpecification",
        {"AttributeName": "t", "Enabled": True},
        {"AttributeName": "u", "Enabled": True},
        LOSS,
    ),
    (TABLE, "BillingMode", "PAY_PER_REQUEST", "PROVISIONED", STOP),
    (TABLE, "BillingMode", "PROVISIONED", "PAY_PER_REQUEST", COST),
    (TABLE, "ProvisionedThroughput", {"ReadCapacityUnits": 5}, None, FINE),
    (TABLE, "ProvisionedThroughput.ReadCapacityUnits", 5, 500, COST),
    (TABLE, "ProvisionedThroughput.ReadCapacityUnits", 500, 5, STOP),
    (TABLE, "OnDemandThroughput.MaxReadRequestUnits", None, 5, STOP),
    (TABLE, "OnDemandThroughput.MaxReadRequestUnits", 5, -1, COST),
    (TABLE, "GlobalSecondaryIndexes[]", {"IndexName": "i"}, None, STOP),
    (TABLE, "GlobalSecondaryIndexes[]", None, {"IndexName": "i"}, COST),
    (TABLE, "GlobalSecondaryIndexes[].Projection", {"ProjectionType": "ALL"}, {"ProjectionType": "KEYS_ONLY"}, STOP),
    (TABLE, "KeySchema", [{"AttributeName": "a"}], [{"AttributeName": "b"}], LOSS),
    (
        TABLE,
        "AttributeDefinitions",
        [{"AttributeName": "a", "AttributeType": "S"}],
        [{"AttributeName": "a", "AttributeType": "N"}],
        LOSS,
    ),
    (
        TABLE,
        "AttributeDefinitions",
        [{"AttributeName": "a", "AttributeType": "S"}],
        [{"AttributeName": "a", "AttributeType": "S"}, {"AttributeName": "b", "AttributeType": "S"}],
        FINE,
    ),
    (TABLE, "StreamSpecification", {"StreamViewType": "NEW_IMAGE"}, None, STOP),
    (TABLE, "StreamSpecification", None, {"StreamViewType": "NEW_IMAGE"}, FINE),
    (TABLE, "SSESpecification.SSEEnabled", True, None, OPEN),
    (TABLE, "SSESpecification.KMSMasterKeyId", ARN_A, ARN_B, OPEN),
    (TABLE, "TableClass", "STANDARD", "STANDARD_INFREQUENT_ACCESS", COST),
    ("AWS::DynamoDB::GlobalTable", "Replicas", [{"Region": "a"}, {"Region": "b"}], [{"Region": "a"}], LOSS),
    ("AWS::DynamoDB::GlobalTable", "Replicas", [{"Region": "a"}], [{"Region": "a"}, {"Region": "b"}], COST),
    ("AWS::DynamoDB::GlobalTable", "Replicas[].DeletionProtectionEnabled", True, False, LOSS),
    (STREAM, "RetentionPeriodHours", 168, 24, LOSS),
    (STREAM, "RetentionPeriodHours", 168, None, LOSS),
    (STREAM, "RetentionPeriodHours", 24, 168, COST),
    (STREAM, "ShardCount", 2, 1, STOP),
    (STREAM, "ShardCount", 1, 2, COST),
    (STREAM, "StreamModeDetails.StreamMode", "ON_DEMAND", "PROVISIONED", STOP),
    (STREAM, "StreamModeDetails.StreamMode", "PROVISIONED", "ON_DEMAND", COST),
    (STREAM, "StreamEncryption", {"EncryptionType": "KMS"}, None, OPEN),
    (STREAM, "StreamEncryption", None, {"EncryptionType": "KMS"}, FINE),
    (FIREHOSE, "ExtendedS3DestinationConfiguration.S3BackupMode", "Enabled", "Disabled", LOSS),
    (FIREHOSE, "ExtendedS3DestinationConfiguration.BucketARN", ARN_A, ARN_B, STOP),
    (FIREHOSE, "ExtendedS3DestinationConfiguration.BufferingHints", {"SizeInMBs": 5}, {"SizeInMBs": 64}, FINE),
    (MSK, "EncryptionInfo.EncryptionInTransit.ClientBroker", "TLS", "TLS_PLAINTEXT", OPEN),
    (MSK, "ClientAuthentication.Unauthenticated.Enabled", False, True, OPEN),
    (MSK, "NumberOfBrokerNodes", 6, 3, LOSS),
)
LOGS_AND_KEYS: tuple[Row, ...] = (
    (GROUP, "RetentionInDays", 731, 30, LOSS),
    (GROUP, "RetentionInDays", 30, 731, COST),
    (GROUP, "RetentionInDays", None, 30, LOSS),
    (GROUP, "RetentionInDays", 30, None, COST),
    (GROUP, "KmsKeyId", ARN_A, None, OPEN),
    (GROUP, "KmsKeyId", None, ARN_A, FINE),
    (GROUP, "LogGroupClass", "STANDARD", "INFREQUENT_ACCESS", STOP),
    (GROUP, "DataProtectionPolicy", {"Name": "x"}, None, OPEN),
    (GROUP, "DeletionProtectionEnabled", True, False, LOSS),
    ("AWS::Logs::MetricFilter", "FilterPattern", "ERROR", "FATAL", OPEN),
    ("AWS::Logs::SubscriptionFilter", "DestinationArn", ARN_A, ARN_B, STOP),
    (KEY, "EnableKeyRotation", True, None, OPEN),
    (KEY, "EnableKeyRotation", None, True, FINE),
    (KEY, "Enabled", None, False, STOP),
    (KEY, "Enabled", False, None, FINE),
    (KEY, "PendingWindowInDays", 30, 7, LOSS),
    (KEY, "PendingWindowInDays", 7, 30, FINE),
    (KEY, "RotationPeriodInDays", 90, 365, OPEN),
    (KEY, "RotationPeriodInDays", 365, 90, FINE),
    (KEY, "KeySpec", "SYMMETRIC_DEFAULT", "RSA_2048", LOSS),
    ("AWS::KMS::Alias", "TargetKeyId", ARN_A, ARN_B, STOP),
    (SECRET, "KmsKeyId", ARN_A, None, OPEN),
    (SECRET, "ReplicaRegions", [{"Region": "a"}], None, STOP),
    (SECRET, "GenerateSecretString", {"PasswordLength": 32}, {"PasswordLength": 40}, STOP),
    ("AWS::SecretsManager::RotationSchedule", "RotationRules.AutomaticallyAfterDays", 30, 300, OPEN),
    ("AWS::SecretsManager::RotationSchedule", "RotationRules.AutomaticallyAfterDays", 300, 30, FINE),
    (PARAMETER, "Value", "a", "b", STOP),
    (PARAMETER, "Tier", "Standard", "Advanced", COST),
    (PARAMETER, "Policies", None, "[...]", LOSS),
)
DATABASES: tuple[Row, ...] = (
    *((kind, "DeletionProtection", True, None, LOSS) for kind in (DB, CLUSTER, NEPTUNE, "AWS::DocDB::DBCluster")),
    *((kind, "DeletionProtection", None, True, FINE) for kind in (DB, CLUSTER, NEPTUNE)),
    (DB, "BackupRetentionPeriod", 35, 1, LOSS),
    (DB, "BackupRetentionPeriod", 7, 0, LOSS),
    (DB, "BackupRetentionPeriod", 7, 35, COST),
    (DB, "StorageEncrypted", True, False, OPEN),
    (DB, "PubliclyAccessible", False, True, OPEN),
    (DB, "PubliclyAccessible", True, False, FINE),
    (DB, "PubliclyAccessible", False, None, OPEN),
    (DB, "MultiAZ", True, False, STOP),
    (DB, "MultiAZ", False, True, COST),
    (DB, "DBInstanceClass", "db.t4g.small", "db.r8g.24xlarge", STOP),
    (DB, "AllocatedStorage", "20", "200", COST),
    (DB, "AllocatedStorage", "200", "20", LOSS),
    (DB, "EngineVersion", "16.1", "17.2", STOP),
    (DB, "EnableCloudwatchLogsExports", ["audit"], None, OPEN),
    (DB, "VPCSecurityGroups", [ARN_A], [ARN_A, ARN_B], OPEN),
    (DB, "VPCSecurityGroups", [ARN_A, ARN_B], [ARN_A], STOP),
    (DB, "DeleteAutomatedBackups", False, True, LOSS),
    (DB, "PreferredBackupWindow", "a", "b", FINE),
    (DB, "CopyTagsToSnapshot", True, False, FINE),
    (CLUSTER, "BacktrackWindow", 86400, 0, LOSS),
    (CLUSTER, "EnableHttpEndpoint", False, True, OPEN),
    (CLUSTER, "ServerlessV2ScalingConfiguration.MaxCapacity", 2, 64, COST),
    (CLUSTER, "ServerlessV2ScalingConfiguration.MaxCapacity", 64, 2, STOP),
    (NEPTUNE, "IamAuthEnabled", True, False, OPEN),
    (NEPTUNE, "IamAuthEnabled", False, True, FINE),
    ("AWS::RDS::DBParameterGroup", "Parameters", {"rds.force_ssl": "1"}, {"rds.force_ssl": "0"}, OPEN),
    ("AWS::RDS::DBParameterGroup", "Parameters", {"rds.force_ssl": "0"}, {"rds.force_ssl": "1"}, FINE),
    ("AWS::DocDB::DBClusterParameterGroup", "Parameters", {"tls": "enabled"}, {"tls": "disabled"}, OPEN),
    ("AWS::RDS::DBParameterGroup", "Parameters", {"max_connections": "9"}, {"max_connections": "1"}, STOP),
    ("AWS::RDS::DBProxy", "RequireTLS", True, False, OPEN),
    ("AWS::RDS::DBProxy", "RequireTLS", False, True, FINE),
    (CACHE, "SnapshotRetentionLimit", 7, 0, LOSS),
    (CACHE, "SnapshotRetentionLimit", 7, None, LOSS),
    (CACHE, "TransitEncryptionEnabled", True, False, OPEN),
    (CACHE, "AuthToken", "a", None, OPEN),
    (CACHE, "AutomaticFailoverEnabled", True, False, STOP),
    (CACHE, "NumCacheClusters", 3, 1, STOP),
    (SEARCH, "DomainEndpointOptions.EnforceHTTPS", True, False, OPEN),
    (SEARCH, "DomainEndpointOptions.EnforceHTTPS", False, True, FINE),
    (SEARCH, "EncryptionAtRestOptions.Enabled", True, False, OPEN),
    (SEARCH, "EngineVersion", "OpenSearch_2.1", "OpenSearch_3.1", LOSS),
    (SEARCH, "ClusterConfig.InstanceCount", 3, 1, STOP),
    (SEARCH, "VPCOptions", {"SubnetIds": ["a"]}, None, OPEN),
    (SHIFT, "AutomatedSnapshotRetentionPeriod", 7, 0, LOSS),
    (SHIFT, "PubliclyAccessible", False, True, OPEN),
    ("AWS::Timestream::Table", "RetentionProperties.MagneticStoreRetentionPeriodInDays", "365", "7", LOSS),
    ("AWS::QLDB::Ledger", "DeletionProtection", None, False, LOSS),
    ("AWS::Cassandra::Table", "PointInTimeRecoveryEnabled", True, False, LOSS),
)
FILES: tuple[Row, ...] = (
    (EFS, "BackupPolicy.Status", "ENABLED", "DISABLED", LOSS),
    (EFS, "Encrypted", True, False, OPEN),
    (VOLUME, "Size", 100, 10, LOSS),
    (VOLUME, "Size", 10, 100, COST),
    (PLAN, "BackupPlan.BackupPlanRule", [{"RuleName": "a"}, {"RuleName": "b"}], [{"RuleName": "a"}], LOSS),
    (PLAN, "BackupPlan.BackupPlanRule", [{"RuleName": "a"}], [{"RuleName": "a"}, {"RuleName": "b"}], COST),
    (PLAN, "BackupPlan.BackupPlanRule[].Lifecycle.DeleteAfterDays", 365, 7, LOSS),
    (PLAN, "BackupPlan.BackupPlanRule[].Lifecycle.DeleteAfterDays", 7, None, COST),
    (VAULT, "LockConfiguration", {"MinRetentionDays": 7}, None, LOSS),
    (VAULT, "LockConfiguration.MinRetentionDays", 30, 7, LOSS),
    ("AWS::DLM::LifecyclePolicy", "State", "ENABLED", "DISABLED", LOSS),
    (ECR, "ImageTagMutability", "IMMUTABLE", None, OPEN),
    (ECR, "ImageTagMutability", "MUTABLE", "IMMUTABLE", FINE),
    (ECR, "ImageScanningConfiguration.ScanOnPush", True, None, OPEN),
    (ECR, "EmptyOnDelete", None, True, LOSS),
    (ECR, "LifecyclePolicy", None, {"LifecyclePolicyText": "{}"}, LOSS),
    (ECR, "LifecyclePolicy", {"LifecyclePolicyText": "{}"}, None, COST),
    ("AWS::SageMaker::ModelPackage", "ModelApprovalStatus", "Approved", "Rejected", STOP),
    ("AWS::SageMaker::ModelPackage", "ModelApprovalStatus", "Rejected", "Approved", OPEN),
    ("AWS::Athena::WorkGroup", "State", "ENABLED", "DISABLED", STOP),
    ("AWS::Glue::Table", "TableInput.Parameters", {"a": "1"}, {"a": "2"}, STOP),
    ("Custom::LogRetention", "RetentionInDays", 30, 1, LOSS),
    ("Custom::LogRetention", "RetentionInDays", 30, None, COST),
    ("Custom::CDKBucketDeployment", "Prune", False, True, LOSS),
    ("Custom::CDKBucketDeployment", "SourceObjectKeys", ["a"], ["b"], FINE),
    ("Custom::CDKBucketDeployment", "RetainOnDelete", True, False, LOSS),
)
MOVED: tuple[Row, ...] = (
    ("AWS::DMS::ReplicationTask", "TableMappings", "a", "b", LOSS),
    ("AWS::DMS::ReplicationInstance", "PubliclyAccessible", False, True, OPEN),
    ("AWS::Transfer::Server", "SecurityPolicyName", "a", "b", OPEN),
    ("AWS::Transfer::User", "SshPublicKeys", ["a"], ["a", "b"], OPEN),
    ("AWS::Transfer::User", "SshPublicKeys", ["a", "b"], ["a"], STOP),
    ("AWS::DSQL::Cluster", "DeletionProtectionEnabled", None, False, LOSS),
    ("AWS::OSIS::Pipeline", "BufferOptions.PersistentBufferEnabled", True, False, LOSS),
    ("AWS::SecretsManager::ResourcePolicy", "BlockPublicPolicy", True, False, OPEN),
)
ROWS = (*MOVED, *MESSAGES, *RECORDS, *LOGS_AND_KEYS, *DATABASES, *FILES)


@pytest.mark.parametrize(("kind", "path", "before", "after", "risk"), ROWS)
def test_a_property_has_its_class_in_this_direction(kind: str, path: str, before: Any, after: Any, risk: Risk) -> None:
    verdict = PROPERTIES[kind][path](changed(kind, path, before, after))

    assert verdict is not None
    assert verdict.risk == risk, verdict.why


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
