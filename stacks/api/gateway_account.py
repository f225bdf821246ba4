"""The role with which API Gateway writes logs. An account has one for each region, shared by all of its REST APIs.

Access logs cannot be switched on without it. It stays when the stack goes, since other APIs may have come to rely on
it; see docs/adr/0006-api-gateway-account.md.
"""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.settings import Settings


def make_api_gateway_account(scope: Construct, settings: Settings) -> apigateway.CfnAccount:
    """Set the role of this account and region."""
    # Retained in every case: while a creation is rolled back, others of the account may log with this role.
    removal_policy = cdk.RemovalPolicy.RETAIN if settings.retain_data else cdk.RemovalPolicy.DESTROY
    role = iam.Role(
        scope,
        "ApiGatewayLogRole",
        assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"),
        # API Gateway checks that the role has the rights of this policy, on everything.
        managed_policies=[
            iam.ManagedPolicy.from_aws_managed_policy_name("service-role/AmazonAPIGatewayPushToCloudWatchLogs")
        ],
    )
    account = apigateway.CfnAccount(scope, "ApiGatewayAccount", cloud_watch_role_arn=role.role_arn)
    role.apply_removal_policy(removal_policy)
    account.apply_removal_policy(removal_policy)
    return account
