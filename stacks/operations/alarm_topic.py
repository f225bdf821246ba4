"""The topic of alarms: only those of this environment may publish to it; recipients subscribe by e-mail.

It is encrypted with a key of its own. The key that AWS has for SNS would cost nothing, but its policy cannot be changed
and does not let CloudWatch use it: alarms would go off, and nobody would be notified.
https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
"""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

KEY_PENDING_DAYS = 7
"""Waiting period before the key is deleted with the stack; nothing that it encrypts outlives a delivery."""


class AlarmTopic(Construct):
    """The topic and its key.

    Parameters
    ----------
    name
        Display name of the sender in e-mails.
    alarm_prefix
        Prefix of the names of the alarms that may publish.
    emails
        Recipients of e-mails.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, name: str, alarm_prefix: str, emails: Sequence[str]
    ) -> None:
        super().__init__(scope, construct_id)
        stack = cdk.Stack.of(self)
        alarms = stack.format_arn(
            service="cloudwatch",
            resource="alarm",
            resource_name=f"{alarm_prefix}*",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        # Otherwise alarms of other accounts could publish here.
        conditions = {"StringEquals": {"aws:SourceAccount": stack.account}, "ArnLike": {"aws:SourceArn": alarms}}
        cloudwatch = iam.ServicePrincipal("cloudwatch.amazonaws.com")
        key = kms.Key(
            self,
            "Key",
            description=f"Encryption of the alarm topic of {name}",
            enable_key_rotation=True,
            pending_window=cdk.Duration.days(KEY_PENDING_DAYS),
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        key.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                principals=[cloudwatch],
                resources=["*"],  # in the policy of a key: this key
                conditions=conditions,
            )
        )
        self.topic = sns.Topic(self, "Topic", display_name=name, master_key=key, enforce_ssl=True)
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["sns:Publish"],
                principals=[cloudwatch],
                resources=[self.topic.topic_arn],
                conditions=conditions,
            )
        )
        for email in emails:
            self.topic.add_subscription(subscriptions.EmailSubscription(email))
