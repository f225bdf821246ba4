"""The table of upload jobs. Its items expire by themselves."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from constructs import Construct


class JobsTable(Construct):
    """One table, billed per request.

    Names of the key and of the expiry attribute are those of `lambda_src/upload_jobs/jobs_table.py`.
    """

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.table = dynamodb.Table(
            self,
            "Jobs",
            partition_key=dynamodb.Attribute(name="job_id", type=dynamodb.AttributeType.STRING),
            time_to_live_attribute="forgotten_at",
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.DEFAULT,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            # No item is older than some days, and the users have seen the results.
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )

    def allow(self, *actions: str) -> iam.PolicyStatement:
        """The right to these operations on jobs, such as `GetItem`."""
        return iam.PolicyStatement(
            actions=[f"dynamodb:{action}" for action in actions], resources=[self.table.table_arn]
        )
