"""The channels on which the ends of jobs are announced: an Event API of AppSync.

One channel for each person and job. Every signed-in user may connect, only the owner may subscribe, which a handler
checks, and only a role with that right may publish.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_appsync as appsync
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.settings import Settings
from stacks.shared.log_group import make_log_group

NAMESPACE = "predictions"
ON_SUBSCRIBE = Path(__file__).with_name("on_subscribe.js")


class JobChannels(Construct):
    """The Event API and its one namespace.

    Parameters
    ----------
    settings
        The environment.
    user_pool
        Users who may subscribe; None where there are none.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, user_pool: cognito.IUserPool | None
    ) -> None:
        super().__init__(scope, construct_id)
        kinds = appsync.AppSyncAuthorizationType
        providers = [appsync.AppSyncAuthProvider(authorization_type=kinds.IAM)]
        listeners = [kinds.IAM]
        if user_pool is not None:
            cognito_config = appsync.AppSyncCognitoConfig(user_pool=user_pool)
            providers.append(
                appsync.AppSyncAuthProvider(authorization_type=kinds.USER_POOL, cognito_config=cognito_config)
            )
            listeners.append(kinds.USER_POOL)
        self.api = appsync.EventApi(
            self,
            "Events",
            api_name=settings.application_name,
            authorization_config=appsync.EventApiAuthConfig(
                auth_providers=providers,
                connection_auth_mode_types=listeners,
                default_subscribe_auth_mode_types=listeners,
                default_publish_auth_mode_types=[kinds.IAM],
            ),
        )
        self._log_errors(settings)
        self.namespace = self.api.add_channel_namespace(
            NAMESPACE, code=appsync.Code.from_inline(ON_SUBSCRIBE.read_text(encoding="utf-8"))
        )

    @property
    def publish(self) -> iam.PolicyStatement:
        """The right to publish on any channel of the namespace."""
        return iam.PolicyStatement(actions=["appsync:EventPublish"], resources=[self.namespace.channel_namespace_arn])

    def _log_errors(self, settings: Settings) -> None:
        """Log what fails. The L2 would deploy a function that sets the retention of a group which AppSync made."""
        resource = cast("appsync.CfnApi", self.api.node.default_child)
        resource.add_property_override(
            "EventConfig.LogConfig", {"LogLevel": "ERROR", "CloudWatchLogsRoleArn": _log_role(self).role_arn}
        )
        make_log_group(self, "Logs", settings, log_group_name=f"/aws/appsync/apis/{self.api.api_id}")


def _log_role(scope: Construct) -> iam.Role:
    """The role AppSync logs with; the managed policy of AWS would allow it for all log groups."""
    stack = cdk.Stack.of(scope)
    groups = stack.format_arn(
        service="logs",
        resource="log-group",
        resource_name="/aws/appsync/apis/*",
        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
    )
    # Not CreateLogGroup: the stack owns the group, and nobody may make it again once the stack has deleted it.
    write = iam.PolicyStatement(actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[groups])
    return iam.Role(
        scope,
        "LogRole",
        assumed_by=iam.ServicePrincipal("appsync.amazonaws.com"),
        inline_policies={"logs": iam.PolicyDocument(statements=[write])},
    )
