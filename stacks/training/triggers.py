"""What starts the pipeline automatically: a schedule, or channels that were published completely. Both by settings.

The last thing that `python -m training publish --channels` writes is an empty object named as the folder is,
`channels/DIGEST/`. Its key is what an execution takes as its parameter `Channels`, because EventBridge can hand over a
value of an event as a whole only.
"""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from contract.bucket_layout import CHANNELS_PREFIX
from stacks.training.pipeline import TrainingPipeline
from stacks.training.settings import TrainingSchedule

COMPLETE_CHANNELS = f"{CHANNELS_PREFIX}*/"
"""Wildcard of the keys that say so; no other key below the prefix ends in a slash."""


def start_on_schedule(
    scope: Construct, *, name: str, pipeline: TrainingPipeline, schedule: TrainingSchedule
) -> scheduler.CfnSchedule:
    """Start the pipeline at fixed times, on channels that are named in the settings."""
    parameter = scheduler.CfnSchedule.SageMakerPipelineParameterProperty(name="Channels", value=schedule.channels)
    return scheduler.CfnSchedule(
        scope,
        "Schedule",
        name=name,
        description="Schedule of the training pipeline",
        schedule_expression=schedule.expression,
        flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
        target=scheduler.CfnSchedule.TargetProperty(
            arn=pipeline.arn,
            role_arn=_starter(scope, "ScheduleRole", "scheduler.amazonaws.com", pipeline).role_arn,
            sage_maker_pipeline_parameters=scheduler.CfnSchedule.SageMakerPipelineParametersProperty(
                pipeline_parameter_list=[parameter]
            ),
        ),
    )


def start_on_new_data(scope: Construct, *, bucket: s3.IBucket, pipeline: TrainingPipeline) -> events.CfnRule:
    """Start the pipeline when the object that completes channels is created."""
    parameter = events.CfnRule.SageMakerPipelineParameterProperty(name="Channels", value="$.detail.object.key")
    return events.CfnRule(
        scope,
        "NewData",
        description="Starts the training pipeline when channels were published",
        event_pattern={
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {
                "bucket": {"name": [bucket.bucket_name]},
                "object": {"key": [{"wildcard": COMPLETE_CHANNELS}]},
            },
        },
        targets=[
            events.CfnRule.TargetProperty(
                id="Pipeline",
                arn=pipeline.arn,
                role_arn=_starter(scope, "NewDataRole", "events.amazonaws.com", pipeline).role_arn,
                sage_maker_pipeline_parameters=events.CfnRule.SageMakerPipelineParametersProperty(
                    pipeline_parameter_list=[parameter]
                ),
            )
        ],
    )


def _starter(scope: Construct, construct_id: str, service: str, pipeline: TrainingPipeline) -> iam.Role:
    """A role that may start this pipeline and do nothing else."""
    start = iam.PolicyStatement(actions=["sagemaker:StartPipelineExecution"], resources=[pipeline.arn])
    return iam.Role(
        scope,
        construct_id,
        description="Starts the digits' pipeline",
        assumed_by=iam.ServicePrincipal(
            service, conditions={"StringEquals": {"aws:SourceAccount": cdk.Stack.of(scope).account}}
        ),
        inline_policies={"start": iam.PolicyDocument(statements=[start])},
    )
