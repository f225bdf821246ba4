"""Whole resources: added, removed, replaced, and the attributes that every resource has.

What the rules of a type say comes first; these are the answers for all the other types.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.review.change import Change, Verdict, access, data_loss, harmless, interruption, unknown

_RARER = (
    "APS::Workspace BedrockAgentCore::Dataset BedrockAgentCore::Memory Cases::Domain "
    "Chime::AppInstance Cloud9::EnvironmentEC2 CloudHSM::Cluster Connect::DataTable Connect::Instance "
    "CustomerProfiles::Domain DataZone::Domain DirectoryService::MicrosoftAD "
    "DirectoryService::SimpleAD DocDBElastic::ClusterSnapshot EMR::WALWorkspace "
    "ElastiCache::ServerlessCacheSnapshot FSx::Backup FinSpace::Environment Forecast::Dataset "
    "Forecast::DatasetGroup HealthImaging::Datastore IoTAnalytics::Channel IoTAnalytics::Dataset "
    "IoTAnalytics::Datastore IoTSiteWise::Asset IoTTwinMaker::Workspace KinesisVideo::Stream "
    "Lightsail::DatabaseSnapshot Lightsail::DiskSnapshot Lightsail::InstanceSnapshot "
    "Location::GeofenceCollection Location::Tracker M2::Environment ManagedBlockchain::Member "
    "MediaStore::Container ODB::CloudAutonomousVmCluster ODB::CloudVmCluster Omics::AnnotationStore "
    "Omics::ReferenceStore Omics::SequenceStore Omics::VariantStore "
    "OpenSearchServerless::CollectionIndex OpsWorks::Instance OpsWorks::Volume Personalize::Dataset "
    "Personalize::DatasetGroup Pinpoint::App QBusiness::Index QuickSight::Space "
    "Rekognition::Collection Rekognition::Dataset S3Outposts::Bucket SES::ContactList "
    "SES::MailManagerArchive Serverless::SimpleTable StorageGateway::Volume VoiceID::Domain "
    "Wisdom::KnowledgeBase WorkSpaces::Workspace WorkspacesInstances::Volume "
    "WorkspacesInstances::WorkspaceInstance"
)
STATEFUL = frozenset(
    {
        "AWS::Backup::BackupVault",
        "AWS::Cognito::UserPool",
        "AWS::DocDB::DBCluster",
        "AWS::DocDB::DBInstance",
        "AWS::DynamoDB::GlobalTable",
        "AWS::DynamoDB::Table",
        "AWS::EC2::Volume",
        "AWS::ECR::Repository",
        "AWS::EFS::FileSystem",
        "AWS::EMR::Cluster",
        "AWS::ElastiCache::CacheCluster",
        "AWS::ElastiCache::ReplicationGroup",
        "AWS::Elasticsearch::Domain",
        "AWS::FSx::FileSystem",
        "AWS::KMS::Key",
        "AWS::Kinesis::Stream",
        "AWS::Logs::LogGroup",
        "AWS::Neptune::DBCluster",
        "AWS::Neptune::DBInstance",
        "AWS::OpenSearchService::Domain",
        "AWS::QLDB::Ledger",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::Redshift::Cluster",
        "AWS::S3::Bucket",
        "AWS::SDB::Domain",
        "AWS::SQS::Queue",
        "AWS::PaymentCryptography::Key",
        "AWS::SageMaker::FeatureGroup",
        "AWS::SageMaker::MlflowTrackingServer",
        "AWS::SageMaker::ModelPackageGroup",
        "AWS::SageMaker::NotebookInstance",
        "AWS::SecretsManager::Secret",
        "AWS::Timestream::Table",
    }
    | {f"AWS::{name}" for name in _RARER.split()}
)
"""Types that hold what cannot be made again: those that AWS's service specification marks as such, and some more."""

STATELESS = (
    "AWS::ApiGateway::",
    "AWS::CloudFront::",
    "AWS::CloudWatch::",
    "AWS::Events::Rule",
    "AWS::IAM::",
    "AWS::Lambda::",
    "AWS::SNS::Subscription",
    "AWS::S3::BucketPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::SNS::TopicPolicy",
)
"""Beginnings of types that hold nothing: what they are is in the template."""

ATTRIBUTES = (
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "UpdatePolicy",
    "CreationPolicy",
    "DependsOn",
    "Metadata",
    "Condition",
)
"""What a resource has beside its type and properties.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-product-attribute-reference.html
"""

_KEEPS = {"Delete": 0, "Snapshot": 1, "Retain": 2, "RetainExceptOnCreate": 2}
_DEFAULT = {"AWS::RDS::DBCluster": "Snapshot"}


def removed(change: Change) -> Verdict:
    """What it means that a resource is not in the template any more."""
    if change.type in STATEFUL:
        kept = (change.base or {}).get("DeletionPolicy") in ("Retain", "RetainExceptOnCreate")
        return data_loss(
            "it leaves the stack: it stays in the account, and nothing here uses or protects it any more"
            if kept
            else "it is deleted with what it holds"
        )
    return interruption("it is removed; what uses it fails")


def replaced(change: Change) -> Verdict:
    """What it means that CloudFormation makes a new resource and takes the old one away."""
    if change.type in STATEFUL:
        return data_loss("CloudFormation makes a new, empty one; what the old one holds does not move over")
    return interruption("CloudFormation makes a new one and takes the old one away; who uses the old one fails")


def added(_: Change) -> Verdict:
    """What it means that a resource is new."""
    return harmless("it is new; nothing that exists changes with it")


def attribute(change: Change) -> Verdict:
    """What a changed attribute of a resource means."""
    match change.property:
        case "DeletionPolicy" | "UpdateReplacePolicy":
            return _policy(change)
        case "DependsOn":
            return harmless("it decides in which order things are made, and no more")
        case "Metadata" if _set_up(change.before) != _set_up(change.after):
            return interruption("instances that follow it with cfn-hup run other commands or exchange files")
        case "Metadata":
            return harmless("CloudFormation does not act on it")
        case "CreationPolicy":
            return harmless("it counts while the resource is made, and no more")
        case "UpdatePolicy" if change.before is None:
            return harmless("updates go step by step")
        case "UpdatePolicy":
            return interruption("how an update takes over from what runs changes")
    return unknown("no rule knows this attribute")


def _set_up(metadata: Any) -> list[Any]:
    """What `cfn-init` and `cfn-hup` do on a machine.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-hup.html
    """
    names = ("AWS::CloudFormation::Init", "AWS::CloudFormation::Authentication")
    return [metadata.get(name) for name in names] if isinstance(metadata, Mapping) else [None, None]


def _policy(change: Change) -> Verdict:
    default = _DEFAULT.get(change.type, "Delete")
    before, after = (_KEEPS.get(str(value or default)) for value in (change.before, change.after))
    when = "the resource is removed" if change.property == "DeletionPolicy" else "it is replaced"
    if before is not None and after is not None and after >= before:
        return harmless(f"at least as much stays when {when}")
    if change.type.startswith(STATELESS):
        return harmless(f"less stays when {when}, and it holds nothing")
    return data_loss(f"what it holds goes when {when}")


def opened(verdict: Verdict) -> bool:
    """Whether a verdict on a property of a new resource counts: something new can open, it can lose nothing."""
    return verdict.risk == access("").risk
