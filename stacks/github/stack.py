"""The two roles of an environment that workflows on GitHub take, and, once in an account, GitHub's identity provider.

GitHub signs a token for each job that asks for one; its subject names repository and environment, and in repositories
since July 2026 their ids, too, which no other repository ever gets. Whoever may use an
environment is decided by its rules on GitHub: branches, and for `prod` the people who approve. No key is kept anywhere.
https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws
"""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from stacks.github.rights import Place, Right, deployment_rights, reading_rights
from stacks.github.settings import GitHubSettings
from stacks.settings import Settings
from stacks.shared.retention import removal_policy

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
"""For whom `aws-actions/configure-aws-credentials` lets GitHub sign."""

DEPLOYMENT_HOURS = 2
"""How long a deployment may take: an endpoint whose update is watched step by step needs the better part of an hour."""


class GitHubStack(cdk.Stack):
    """Roles for the environments `ENV` and `ENV-review` of one repository.

    Parameters
    ----------
    settings
        The environment.
    github
        The repository.
    """

    def __init__(self, scope: cdk.App, *, settings: Settings, github: GitHubSettings) -> None:
        super().__init__(
            scope,
            settings.stack_name("github"),
            env=cdk.Environment(account=settings.account, region=settings.region),
            description="Digits: roles for the workflows of one repository on GitHub",
            termination_protection=settings.retain_data,
        )
        place = Place(
            partition=self.partition,
            region=settings.region,
            account=settings.account,
            environment=settings.environment,
        )
        self._github, self._provider = github, None if github.provider_exists else self._make_provider()
        deploying, reading = settings.environment, f"{settings.environment}-review"
        self._role("Deployment", deploying, deployment_rights(place), hours=DEPLOYMENT_HOURS)
        self._role("Review", reading, reading_rights(place), hours=1)
        cdk.CfnOutput(self, "ReadingRoleArn", value=place.bootstrap_role("lookup"))

    def _make_provider(self) -> iam.CfnOIDCProvider:
        provider = iam.CfnOIDCProvider(self, "Provider", url=f"https://{ISSUER}", client_id_list=[AUDIENCE])
        # Other environments and repositories may use it as well.
        provider.apply_removal_policy(removal_policy(kept=True))
        return provider

    def _role(self, construct_id: str, environment: str, rights: Sequence[Right], *, hours: int) -> None:
        """Make a role that one environment on GitHub may take."""
        arn = f"arn:{self.partition}:iam::{self.account}:oidc-provider/{ISSUER}"
        subject = f"repo:{self._github.repository}:environment:{environment}"
        principal = iam.WebIdentityPrincipal(
            arn, {"StringEquals": {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": subject}}
        )
        document = iam.PolicyDocument(statements=[_statement(right) for right in rights])
        role = iam.Role(
            self,
            construct_id,
            role_name=f"digits-github-{environment}",
            description=f"Assumed by jobs of {self._github.repository} in its environment {environment}",
            assumed_by=principal,
            inline_policies={"rights": document},
            max_session_duration=cdk.Duration.hours(hours),
        )
        if self._provider is not None:
            role.node.add_dependency(self._provider)
        for resource, why in ((resource, right.why) for right in rights for resource in right.resources):
            if "*" in resource:
                finding = f"AwsSolutions-IAM5[Resource::{resource}]"
                cdk.Validations.of(role).acknowledge(cdk.Acknowledgment(id=finding, reason=why))
        cdk.CfnOutput(self, f"{construct_id}RoleArn", value=role.role_arn)


def _statement(right: Right) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=list(right.actions), resources=list(right.resources), conditions=dict(right.conditions)
    )
