"""The tables behind uploads: what becomes of each job, and which uploads were handled. Both forget by themselves."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from constructs import Construct


class JobTables(Construct):
    """Two tables, paid by the request.

    Names of keys and of the attributes with the time to forget are those of `lambda_src/upload_jobs/jobs_table.py` and
    of Powertools' idempotency. https://docs.powertools.aws.dev/lambda/python/latest/utilities/idempotency/
    """

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.jobs = _table(self, "Jobs", key="job_id", forget="forgotten_at")
        self.handled = _table(self, "Handled", key="id", forget="expiration")

    def allow_on_jobs(self, *actions: str) -> iam.PolicyStatement:
        """The right to these operations on jobs, such as `GetItem`."""
        return _allow(self.jobs, actions)

    def allow_on_handled(self, *actions: str) -> iam.PolicyStatement:
        """The right to these operations on what was handled."""
        return _allow(self.handled, actions)


def _table(scope: Construct, construct_id: str, *, key: str, forget: str) -> dynamodb.Table:
    return dynamodb.Table(
        scope,
        construct_id,
        partition_key=dynamodb.Attribute(name=key, type=dynamodb.AttributeType.STRING),
        time_to_live_attribute=forget,
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        encryption=dynamodb.TableEncryption.DEFAULT,
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        # Nothing in them is older than some days, and the results are with the people.
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )


def _allow(table: dynamodb.Table, actions: tuple[str, ...]) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=[f"dynamodb:{action}" for action in actions], resources=[table.table_arn])
