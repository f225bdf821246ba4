"""What `make deploy` does itself beside the CDK CLI: the rights of the role that a workflow takes for it.

CloudFormation, and so everything in the templates, is changed with the roles that `cdk bootstrap` makes. What is here
are the calls of `tools/deploy.py` and what it runs: preflight, review, publication of the model and of the page, the
check, and the removal of what the endpoint ran before. Each resource with a `*` says why it cannot be named in full.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contract.bucket_layout import MODELS_PREFIX

BOOTSTRAP = "hnb659fds"
"""The qualifier in the names of the roles that `cdk bootstrap` makes unless it is told another."""

NO_RESOURCE = "these actions take no resource, and only read"


@dataclass(frozen=True, kw_only=True)
class Right:
    """Actions that are allowed on some resources.

    Attributes
    ----------
    actions, resources
        As IAM names them.
    why
        Why a resource has a `*`; empty where none has one.
    conditions
        As in a statement of a policy.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    why: str = ""
    conditions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an environment is, for the names of what is in it."""

    partition: str
    region: str
    account: str
    environment: str

    @property
    def name(self) -> str:
        """How everything begins that has a name of its own."""
        return f"digits-{self.environment}"

    def arn(self, service: str, resource: str) -> str:
        """An ARN in the region and account."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def role(self, name: str) -> str:
        """The ARN of a role, by its path and name."""
        return f"arn:{self.partition}:iam::{self.account}:role/{name}"

    def bootstrap_role(self, kind: str) -> str:
        """The ARN of a role of `cdk bootstrap`, such as `deploy`."""
        return self.role(f"cdk-{BOOTSTRAP}-{kind}-role-{self.account}-{self.region}")

    def bucket(self, part: str) -> str:
        """The ARN of the buckets of a stack, whose names CloudFormation begins with that of the stack."""
        return f"arn:{self.partition}:s3:::{self.name}-{part}-*"


def reading_rights(place: Place) -> tuple[Right, ...]:
    """To look and change nothing: the role of `cdk bootstrap` that reads, with AWS's policy ReadOnlyAccess."""
    return (Right(actions=("sts:AssumeRole",), resources=(place.bootstrap_role("lookup"),)),)


def deployment_rights(place: Place) -> tuple[Right, ...]:
    """To run `make deploy`."""
    roles = tuple(place.bootstrap_role(kind) for kind in ("deploy", "file-publishing"))
    return (
        Right(actions=("sts:AssumeRole",), resources=roles),
        Right(
            actions=(
                "cloudformation:DescribeStacks",
                "cloudformation:GetTemplate",
                "cloudformation:ListStackResources",
                "cloudformation:UpdateTerminationProtection",
            ),
            resources=(place.arn("cloudformation", f"stack/{place.name}-*"),),
            why="the stacks of this environment, and the ids that CloudFormation gives them",
        ),
        Right(
            actions=("cloudformation:UpdateStack",),
            resources=(place.arn("cloudformation", f"stack/{place.name}-inference/*"),),
            why="the id that CloudFormation gives the stack; scaling is taken out of it before a change of machines",
        ),
        *_preflight(place),
        *_publication(place),
        *_retired(place),
    )


def _preflight(place: Place) -> tuple[Right, ...]:
    """The questions of `tools/preflight` and `tools/leftovers.py`."""
    return (
        Right(
            actions=(
                "cloudfront:ListDistributions",
                "cognito-idp:ListUserPools",
                "ec2:DescribeRegions",
                "ec2:DescribeVpcs",
                "lambda:GetAccountSettings",
                "logs:DescribeLogGroups",
                "sagemaker:ListEndpoints",
                "sagemaker:ListNotebookInstances",
                "servicequotas:ListAWSDefaultServiceQuotas",
                "servicequotas:ListServiceQuotas",
            ),
            resources=("*",),
            why=NO_RESOURCE,
        ),
        Right(
            actions=("sagemaker:DescribeEndpoint", "sagemaker:DescribeEndpointConfig"),
            resources=(place.arn("sagemaker", "endpoint/*"), place.arn("sagemaker", "endpoint-config/*")),
            why="what others in the account use of a quota is the sum over all of their endpoints",
        ),
        Right(
            actions=("ssm:GetParameter",),
            resources=(
                place.arn("ssm", f"parameter/cdk-bootstrap/{BOOTSTRAP}/version"),
                place.arn("ssm", f"parameter/digits/{place.environment}/*"),
            ),
            why="the parameters of this environment",
        ),
        Right(actions=("apigateway:GET",), resources=(f"arn:{place.partition}:apigateway:{place.region}::/account",)),
        Right(
            actions=("cloudwatch:DescribeAlarms",),
            resources=(place.arn("cloudwatch", "alarm:*"),),
            why="CloudWatch may ask for all alarms, whatever names are given; the action only reads",
        ),
        Right(
            actions=("cloudwatch:GetDashboard",),
            resources=(f"arn:{place.partition}:cloudwatch::{place.account}:dashboard/{place.name}",),
        ),
        Right(
            actions=("kinesis:DescribeStreamSummary",),
            resources=(place.arn("kinesis", f"stream/{place.name}"),),
        ),
        Right(
            actions=(
                "sagemaker:DescribeModelPackageGroup",
                "sagemaker:DescribeNotebookInstance",
                "sagemaker:DescribeNotebookInstanceLifecycleConfig",
                "sagemaker:DescribePipeline",
            ),
            resources=tuple(
                place.arn("sagemaker", f"{kind}/{place.name}")
                for kind in (
                    "model-package-group",
                    "notebook-instance",
                    "notebook-instance-lifecycle-config",
                    "pipeline",
                )
            ),
        ),
    )


def _publication(place: Place) -> tuple[Right, ...]:
    """The model, the page, and the question which model is served."""
    storage, site = place.bucket("storage"), place.bucket("web")
    return (
        Right(
            actions=("s3:ListBucket",),
            resources=(storage,),
            why="CloudFormation makes the rest of the bucket's name",
            conditions={"StringLike": {"s3:prefix": f"{MODELS_PREFIX}*"}},
        ),
        Right(
            actions=("s3:GetObject", "s3:PutObject"),
            resources=(f"{storage}/{MODELS_PREFIX}*",),
            why="models are named by their digest; the bucket refuses to replace one",
        ),
        Right(
            actions=("s3:PutObject",),
            resources=(f"{site}/*",),
            why="files of the page are named by their digest",
        ),
        Right(
            actions=("cloudfront:CreateInvalidation",),
            resources=(f"arn:{place.partition}:cloudfront::{place.account}:distribution/*",),
            why="CloudFront makes the id; the tag of this environment is demanded",
            conditions=_tagged("environment", place.environment),
        ),
        Right(
            actions=("execute-api:Invoke",),
            resources=(place.arn("execute-api", "*/v1/GET/model"),),
            why="API Gateway makes the id; which model is served is all that can be asked",
        ),
    )


def _retired(place: Place) -> tuple[Right, ...]:
    """What the endpoint ran before (`tools/retired.py`), which has the tag of the endpoint."""
    models = (place.arn("sagemaker", "model/*"), place.arn("sagemaker", "endpoint-config/*"))
    return (
        Right(
            actions=("iam:ListRoles", "sagemaker:ListEndpointConfigs", "sagemaker:ListModels"),
            resources=("*",),
            why=NO_RESOURCE,
        ),
        Right(
            actions=("sagemaker:ListTags",),
            resources=models,
            why="what served is found by its tag among all there are",
        ),
        Right(
            actions=("sagemaker:DescribeModel",),
            resources=models[:1],
            why="CloudFormation makes names of models; the tag of the endpoint is demanded",
            conditions=_tagged("digits:serving", place.name),
        ),
        Right(
            actions=("sagemaker:DeleteEndpointConfig", "sagemaker:DeleteModel"),
            resources=models,
            why="CloudFormation makes these names; the tag of the endpoint is demanded",
            conditions=_tagged("digits:serving", place.name),
        ),
        Right(
            actions=("iam:DeleteRole", "iam:DeleteRolePolicy", "iam:ListRolePolicies", "iam:ListRoleTags"),
            resources=(place.role(f"{place.name}/*"),),
            why="the roles with which the endpoint of this environment serves, and no others, have this path",
        ),
    )


def _tagged(key: str, value: str) -> dict[str, Any]:
    return {"StringEquals": {f"aws:ResourceTag/{key}": value}}
