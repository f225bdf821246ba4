"""Where policies stand in CloudFormation: data, by resource type.

From CloudFormation's resource specification, 2026: properties that hold a policy document, and the properties that
name what the policy guards or whom it is attached to.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Document:
    """A property that holds the policy of a resource.

    Attributes
    ----------
    path
        The property, with dots.
    on
        The property that names what it guards; None when that is the resource itself.
    open
        Whether having no policy means that everything is allowed.
    guard
        Whether it only limits what other policies grant.
    single
        Whether it guards one thing without parts, so that `*` as a resource is that thing.
    """

    path: str
    on: str | None = None
    open: bool = False
    guard: bool = False
    single: bool = False

    @property
    def reported(self) -> str:
        """The path that is judged: a property of its own kind that only wraps a document counts as the document."""
        return self.path.removesuffix(".PolicyDocument").removesuffix(".Policy")


@dataclass(frozen=True)
class Relation:
    """A resource that grants something without a policy document.

    Attributes
    ----------
    principals, resources
        Properties that name to whom and on what; a name in parentheses is said as it is, and an empty one is the
        resource itself.
    action
        What may be done: the property that says it, or words in parentheses.
    """

    principals: str
    action: str
    resources: str


IDENTITY = MappingProxyType(
    {
        "AWS::IAM::Policy": ("Roles", "Users", "Groups"),
        "AWS::IAM::ManagedPolicy": ("Roles", "Users", "Groups"),
        "AWS::IAM::RolePolicy": ("RoleName",),
        "AWS::IAM::UserPolicy": ("UserName",),
        "AWS::IAM::GroupPolicy": ("GroupName",),
    }
)
"""Policies of identities: type -> properties that name to whom they are attached."""

HOLDERS = ("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group")
"""Identities that carry inline and managed policies themselves."""

HOLDER_PROPERTIES = ("AssumeRolePolicyDocument", "Policies", "ManagedPolicyArns", "PermissionsBoundary", "Groups")

PERMISSION_SET = "AWS::SSO::PermissionSet"
PERMISSION_SET_PROPERTIES = (
    "InlinePolicy",
    "ManagedPolicies",
    "CustomerManagedPolicyReferences",
    "PermissionsBoundary",
)

PERMISSION = "AWS::Lambda::Permission"
PERMISSION_TESTS = MappingProxyType(
    {
        "SourceArn": ("ArnLike", "aws:SourceArn"),
        "SourceAccount": ("StringEquals", "aws:SourceAccount"),
        "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
        "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
        "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
        "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
    }
)
"""Properties of a Lambda permission that become conditions of the function's policy."""

LAYER_PERMISSION = "AWS::Lambda::LayerVersionPermission"
BUS_POLICY = "AWS::Events::EventBusPolicy"


def _own(path: str, *, open: bool = False, guard: bool = False, single: bool = False) -> tuple[Document, ...]:  # noqa: A002
    return (Document(path, None, open, guard, single),)


def _of(on: str, path: str = "PolicyDocument", *, single: bool = False) -> tuple[Document, ...]:
    return (Document(path, on, single=single),)


RESOURCE = MappingProxyType(
    {
        "AWS::AIOps::InvestigationGroup": _own("InvestigationGroupPolicy"),
        "AWS::APS::ResourcePolicy": _of("WorkspaceArn"),
        "AWS::ApiGateway::DomainNameV2": _own("Policy"),
        "AWS::ApiGateway::RestApi": _own("Policy", open=True),
        "AWS::Backup::BackupVault": _own("AccessPolicy"),
        "AWS::Backup::LogicallyAirGappedBackupVault": _own("AccessPolicy"),
        "AWS::Bedrock::KnowledgeBasePolicy": _of("KnowledgeBaseId"),
        "AWS::Bedrock::ResourcePolicy": _of("ResourceArn"),
        "AWS::BedrockAgentCore::ResourcePolicy": _of("ResourceArn", "Policy"),
        "AWS::CloudTrail::ResourcePolicy": _of("ResourceArn", "ResourcePolicy"),
        "AWS::CodeArtifact::Domain": _own("PermissionsPolicyDocument"),
        "AWS::CodeArtifact::Repository": _own("PermissionsPolicyDocument"),
        "AWS::DSQL::Cluster": _own("PolicyDocument"),
        "AWS::DynamoDB::Table": (
            Document("ResourcePolicy.PolicyDocument"),
            Document("StreamSpecification.ResourcePolicy.PolicyDocument"),
        ),
        "AWS::EC2::VPCEndpoint": _own("PolicyDocument", open=True, guard=True),
        "AWS::ECR::PublicRepository": _own("RepositoryPolicyText", single=True),
        "AWS::ECR::RegistryPolicy": _own("PolicyText"),
        "AWS::ECR::Repository": _own("RepositoryPolicyText", single=True),
        "AWS::ECR::RepositoryCreationTemplate": _own("RepositoryPolicy"),
        "AWS::EFS::FileSystem": _own("FileSystemPolicy", open=True, single=True),
        "AWS::EKS::PodIdentityAssociation": _own("Policy", open=True, guard=True),
        "AWS::Elasticsearch::Domain": _own("AccessPolicies"),
        "AWS::EventSchemas::RegistryPolicy": _of("RegistryName", "Policy"),
        "AWS::Events::EventBus": _own("Policy", single=True),
        "AWS::EventsV2::ResourcePolicy": _of("ResourceArn"),
        "AWS::IoT::Policy": _own("PolicyDocument"),
        "AWS::KMS::Key": _own("KeyPolicy", single=True),
        "AWS::KMS::ReplicaKey": _own("KeyPolicy", single=True),
        "AWS::Kinesis::ResourcePolicy": _of("ResourceArn", "ResourcePolicy", single=True),
        "AWS::Lambda::ResourcePolicy": _of("ResourceArn"),
        "AWS::Lex::ResourcePolicy": _of("ResourceArn", "Policy"),
        "AWS::Logs::DeliveryDestination": _own("DeliveryDestinationPolicy.DeliveryDestinationPolicy"),
        "AWS::Logs::Destination": _own("DestinationPolicy"),
        "AWS::Logs::LogGroup": _own("ResourcePolicyDocument"),
        "AWS::Logs::ResourcePolicy": _of("ResourceArn"),
        "AWS::MSK::ClusterPolicy": _of("ClusterArn", "Policy"),
        "AWS::MediaPackageV2::ChannelPolicy": _of("ChannelName", "Policy"),
        "AWS::MediaPackageV2::OriginEndpointPolicy": _of("OriginEndpointName", "Policy"),
        "AWS::MediaStore::Container": _own("Policy"),
        "AWS::MediaTailor::ChannelPolicy": _of("ChannelName", "Policy"),
        "AWS::OSIS::Pipeline": _own("ResourcePolicy.Policy"),
        "AWS::Oam::Sink": _own("Policy"),
        "AWS::Omics::SequenceStore": _own("S3AccessPolicy"),
        "AWS::OpenSearchService::Domain": _own("AccessPolicies"),
        "AWS::Organizations::Policy": (Document("Content", "TargetIds", guard=True),),
        "AWS::Organizations::ResourcePolicy": _own("Content"),
        "AWS::PaymentCryptography::Key": _own("Policy"),
        "AWS::RAM::Permission": _own("PolicyTemplate"),
        "AWS::RUM::AppMonitor": _own("ResourcePolicy.PolicyDocument"),
        "AWS::Redshift::Cluster": _own("NamespaceResourcePolicy"),
        "AWS::RedshiftServerless::Namespace": _own("NamespaceResourcePolicy"),
        "AWS::RolesAnywhere::Profile": _own("SessionPolicy", open=True, guard=True),
        "AWS::S3::AccessPoint": _own("Policy"),
        "AWS::S3::BucketPolicy": _of("Bucket"),
        "AWS::S3::MultiRegionAccessPointPolicy": _of("MrapName", "Policy"),
        "AWS::S3Express::AccessPoint": _own("Policy"),
        "AWS::S3Express::BucketPolicy": _of("Bucket"),
        "AWS::S3Files::FileSystemPolicy": _of("FileSystemId", "Policy"),
        "AWS::S3ObjectLambda::AccessPointPolicy": _of("ObjectLambdaAccessPoint"),
        "AWS::S3Outposts::AccessPoint": _own("Policy"),
        "AWS::S3Outposts::BucketPolicy": _of("Bucket"),
        "AWS::S3Tables::TableBucketPolicy": _of("TableBucketARN", "ResourcePolicy"),
        "AWS::S3Tables::TablePolicy": _of("TableARN", "ResourcePolicy"),
        "AWS::S3Vectors::VectorBucketPolicy": _of("VectorBucketArn", "Policy"),
        "AWS::SMSVOICE::ResourcePolicy": _of("ResourceArn"),
        "AWS::SNS::TopicInlinePolicy": _of("TopicArn", single=True),
        "AWS::SNS::TopicPolicy": _of("Topics", single=True),
        "AWS::SQS::QueueInlinePolicy": _of("Queue", single=True),
        "AWS::SQS::QueuePolicy": _of("Queues", single=True),
        "AWS::SSM::ResourcePolicy": _of("ResourceArn", "Policy"),
        "AWS::SageMaker::ModelPackageGroup": _own("ModelPackageGroupPolicy"),
        "AWS::SecretsManager::ResourcePolicy": _of("SecretId", "ResourcePolicy", single=True),
        "AWS::Transfer::User": _own("Policy", open=True, guard=True),
        "AWS::VpcLattice::AuthPolicy": _of("ResourceIdentifier", "Policy"),
        "AWS::VpcLattice::ResourcePolicy": _of("ResourceArn", "Policy"),
        "AWS::XRay::ResourcePolicy": _own("PolicyDocument"),
    }
)
"""Policies of resources: type -> the documents that it holds."""

RELATIONS = MappingProxyType(
    {
        "AWS::EC2::VPCEndpointServicePermissions": Relation("AllowedPrincipals", "(connect to)", "ServiceId"),
        "AWS::EKS::AccessEntry": Relation("PrincipalArn", "AccessPolicies", "ClusterName"),
        "AWS::IAM::AccessKey": Relation("(whoever has the access key)", "(act as)", "UserName"),
        "AWS::IAM::InstanceProfile": Relation("", "(act as)", "Roles"),
        "AWS::IAM::OIDCProvider": Relation("Url", "(sign in to the account as)", "ClientIdList"),
        "AWS::IAM::SAMLProvider": Relation("SamlMetadataDocument", "(sign in to the account with)", ""),
        "AWS::IAM::UserToGroupAddition": Relation("Users", "(act as member of)", "GroupName"),
        "AWS::LakeFormation::Permissions": Relation("DataLakePrincipal", "Permissions", "Resource"),
        "AWS::LakeFormation::PrincipalPermissions": Relation("Principal", "Permissions", "Resource"),
        "AWS::RAM::ResourceShare": Relation("Principals", "(use the shared)", "ResourceArns"),
        "AWS::SSO::Assignment": Relation("PrincipalId", "PermissionSetArn", "TargetId"),
    }
)
"""What grants something without a policy document."""


def _tops() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {kind: ("PolicyDocument", "PolicyName", *to) for kind, to in IDENTITY.items()}
    found["AWS::IAM::ManagedPolicy"] = ("PolicyDocument", "Roles", "Users", "Groups")
    found.update(dict.fromkeys(HOLDERS, HOLDER_PROPERTIES))
    found[PERMISSION_SET] = PERMISSION_SET_PROPERTIES
    found[PERMISSION] = ("Action", "FunctionName", "Principal", *PERMISSION_TESTS)
    found[LAYER_PERMISSION] = ("Action", "LayerVersionArn", "Principal", "OrganizationId")
    found[BUS_POLICY] = ("Statement", "Action", "Principal", "Condition", "EventBusName", "StatementId")
    for kind, documents in RESOURCE.items():
        on = [document.on for document in documents if document.on]
        found[kind] = (*(document.reported for document in documents), *on)
    for kind, relation in RELATIONS.items():
        parts = (relation.principals, relation.action, relation.resources)
        found[kind] = tuple(part for part in parts if part and not part.startswith("("))
    return found


POLICY_PROPERTIES = MappingProxyType(_tops())
"""Type -> the property paths that are judged here and nowhere else."""


def is_policy(resource_type: str, path: str) -> bool:
    """Whether a property is judged here: it grants, denies, or says to whom or on what."""
    return path in POLICY_PROPERTIES.get(resource_type, ())
