"""What Describe and List answer about pipelines and their executions."""

from __future__ import annotations

from sagemaker_local.sagemaker.pipelines.records import Execution, Pipeline, StepRun, Version
from sagemaker_local.sagemaker.shapes import Json


def pipeline(record: Pipeline, version: Version) -> Json:
    """Answer of DescribePipeline."""
    answer = {
        "PipelineArn": record.arn,
        "PipelineName": record.name,
        "PipelineDisplayName": record.display_name,
        "PipelineDefinition": version.text,
        "PipelineDescription": record.description,
        "RoleArn": record.role,
        "PipelineStatus": "Active",
        "CreationTime": record.created,
        "LastModifiedTime": record.modified,
        "LastRunTime": record.last_run,
        "CreatedBy": {},
        "LastModifiedBy": {},
        "ParallelismConfiguration": record.parallelism,
    }
    return _present(answer)


def pipeline_summary(record: Pipeline) -> Json:
    """One item of ListPipelines."""
    answer = {
        "PipelineArn": record.arn,
        "PipelineName": record.name,
        "PipelineDisplayName": record.display_name,
        "PipelineDescription": record.description,
        "RoleArn": record.role,
        "CreationTime": record.created,
        "LastModifiedTime": record.modified,
        "LastExecutionTime": record.last_run,
    }
    return _present(answer)


def version_summary(record: Pipeline, version: Version, last: Execution | None) -> Json:
    """One item of ListPipelineVersions."""
    answer = {
        "PipelineArn": record.arn,
        "PipelineVersionId": version.number,
        "CreationTime": version.created,
        "LastExecutionPipelineExecutionArn": last.arn if last else None,
    }
    return _present(answer)


def execution(record: Execution) -> Json:
    """Answer of DescribePipelineExecution."""
    answer = {
        "PipelineArn": record.pipeline.arn,
        "PipelineExecutionArn": record.arn,
        "PipelineExecutionDisplayName": record.display_name,
        "PipelineExecutionStatus": str(record.status),
        "PipelineExecutionDescription": record.description,
        "FailureReason": record.failure_reason,
        "CreationTime": record.created,
        "LastModifiedTime": record.modified,
        "CreatedBy": {},
        "LastModifiedBy": {},
        "ParallelismConfiguration": record.parallelism,
        "PipelineVersionId": record.version.number,
    }
    return _present(answer)


def execution_summary(record: Execution) -> Json:
    """One item of ListPipelineExecutions."""
    answer = {
        "PipelineExecutionArn": record.arn,
        "StartTime": record.created,
        "PipelineExecutionStatus": str(record.status),
        "PipelineExecutionDescription": record.description,
        "PipelineExecutionDisplayName": record.display_name,
        "PipelineExecutionFailureReason": record.failure_reason,
    }
    return _present(answer)


def step(run: StepRun) -> Json:
    """One item of ListPipelineExecutionSteps."""
    answer = {
        "StepName": run.step.name,
        "StepDisplayName": run.step.display_name,
        "StepDescription": run.step.description,
        "StartTime": run.started,
        "EndTime": run.ended,
        "StepStatus": str(run.status),
        "FailureReason": run.failure_reason,
        "Metadata": run.metadata,
        "CacheHitResult": {"SourcePipelineExecutionArn": run.cache_source} if run.cache_source else None,
        "AttemptCount": run.attempts,
    }
    return _present(answer)


def _present(answer: Json) -> Json:
    return {name: value for name, value in answer.items() if value is not None}
