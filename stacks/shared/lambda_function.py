"""The one way in which this application makes a Lambda function: Python on Arm, with its own log group and role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.settings import Settings
from stacks.shared.built_code import built_code
from stacks.shared.function_bundle import FunctionSource
from stacks.shared.function_packages import ARCHITECTURE, RUNTIME, FunctionPackages, packages_layer
from stacks.shared.log_group import make_log_group


class PythonFunction(Construct):
    """A function whose code is a package below `lambda_src/`, with the handler `handler.handler` in it.

    Its role may write its own log group and do what `statements` say; nothing is granted by a managed policy.

    Parameters
    ----------
    source
        The package.
    packages
        What it imports of others, beside the SDK of the runtime; None if nothing.
    settings
        The environment: log retention, tracing, its share of the concurrency, and which platform to bundle for.
    description
        Description in the console.
    timeout_seconds, memory_mb
        Its limits. CPU grows with memory; 1,769 MB are one processor.
    environment
        Variables it reads.
    statements
        What else its role allows.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        source: FunctionSource,
        packages: FunctionPackages | None,
        settings: Settings,
        description: str,
        timeout_seconds: int,
        memory_mb: int,
        environment: Mapping[str, str] | None = None,
        statements: Sequence[iam.PolicyStatement] = (),
    ) -> None:
        super().__init__(scope, construct_id)
        self.log_group = make_log_group(self, "Logs", settings)
        shares, target = settings.concurrency, settings.function_target
        self.function = lambda_.Function(
            self,
            "Function",
            description=description,
            code=built_code(source.digest(target), lambda output: source.build(output, target)),
            layers=[packages_layer(self, packages, settings)] if packages else None,
            handler=f"{source.package}.handler.handler",
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            role=_role(self, self.log_group, statements),
            log_group=self.log_group,
            timeout=cdk.Duration.seconds(timeout_seconds),
            memory_size=memory_mb,
            environment={**(environment or {}), **_without_metrics(settings)},
            reserved_concurrent_executions=None if shares is None else shares.share(source.package),
            tracing=lambda_.Tracing.ACTIVE if settings.tracing else lambda_.Tracing.DISABLED,
        )


def _without_metrics(settings: Settings) -> dict[str, str]:
    """Metrics of one's own cost by the piece in a month in which they occur; nobody looks without the operations.

    https://docs.aws.amazon.com/powertools/python/latest/environment_variables/
    """
    return {} if settings.parts.operations else {"POWERTOOLS_METRICS_DISABLED": "true"}


def _role(scope: Construct, log_group: logs.LogGroup, statements: Sequence[iam.PolicyStatement]) -> iam.Role:
    write_logs = iam.PolicyStatement(
        actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[log_group.log_group_arn]
    )
    return iam.Role(
        scope,
        "Role",
        # AWS's page on execution roles names the condition, beside what event source mappings read with the role:
        # https://docs.aws.amazon.com/lambda/latest/dg/permissions-managed-policies.html
        assumed_by=iam.ServicePrincipal(
            "lambda.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": cdk.Stack.of(scope).account}}
        ),
        inline_policies={"function": iam.PolicyDocument(statements=[write_logs, *statements])},
    )
