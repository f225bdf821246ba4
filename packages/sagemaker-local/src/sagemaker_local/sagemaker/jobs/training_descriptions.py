"""What DescribeTrainingJob and ListTrainingJobs answer: records as the JSON documents of the service."""

from __future__ import annotations

import math

from sagemaker_local.sagemaker.jobs import training_metrics
from sagemaker_local.sagemaker.jobs.records import TrainingJob
from sagemaker_local.sagemaker.jobs.training_files import model_url
from sagemaker_local.sagemaker.shapes import Json

_NOT_SHOWN = frozenset({"Tags", "SessionChainingConfig"})


def training_job(job: TrainingJob) -> Json:
    """Answer of DescribeTrainingJob."""
    request = {name: value for name, value in job.request.items() if name not in _NOT_SHOWN}
    answer: Json = {
        "EnableNetworkIsolation": False,
        "EnableInterContainerTrafficEncryption": False,
        "EnableManagedSpotTraining": False,
        **request,
        "AlgorithmSpecification": _algorithm(job),
        "InputDataConfig": [_channel(channel) for channel in request.get("InputDataConfig", [])],
        "OutputDataConfig": {"KmsKeyId": "", "CompressionType": "GZIP", **request["OutputDataConfig"]},
        "TrainingJobArn": job.arn,
        "TrainingJobStatus": str(job.status),
        "SecondaryStatus": str(job.phase),
        "SecondaryStatusTransitions": _transitions(job),
        "CreationTime": job.created,
        "LastModifiedTime": job.modified,
        "TrainingStartTime": job.training_began,
        "TrainingEndTime": job.training_ended,
        "FailureReason": job.failure_reason,
        "ModelArtifacts": {"S3ModelArtifacts": job.model_artifacts or model_url(job)},
        "FinalMetricDataList": _metrics(job) or None,
        "ProfilingStatus": "Disabled",
        **_times(job),
    }
    return {name: value for name, value in answer.items() if value is not None}


def summary(job: TrainingJob) -> Json:
    """One item of ListTrainingJobs."""
    answer: Json = {
        "TrainingJobName": job.name,
        "TrainingJobArn": job.arn,
        "CreationTime": job.created,
        "TrainingEndTime": job.training_ended,
        "LastModifiedTime": job.modified,
        "TrainingJobStatus": str(job.status),
        "SecondaryStatus": str(job.phase),
    }
    return {name: value for name, value in answer.items() if value is not None}


def _algorithm(job: TrainingJob) -> Json:
    definitions = training_metrics.DEFINITIONS
    return {
        "EnableSageMakerMetricsTimeSeries": False,
        **job.request["AlgorithmSpecification"],
        "MetricDefinitions": definitions,
    }


def _channel(channel: Json) -> Json:
    return {"CompressionType": "None", "RecordWrapperType": "None", **channel}


def _transitions(job: TrainingJob) -> list[Json]:
    return [
        {
            "Status": str(transition.phase),
            "StartTime": transition.began,
            **({} if transition.ended is None else {"EndTime": transition.ended}),
            "StatusMessage": transition.message,
        }
        for transition in job.transitions
    ]


def _metrics(job: TrainingJob) -> list[Json]:
    return [
        {"MetricName": name, "Value": metric.value, "Timestamp": metric.seen} for name, metric in job.metrics.items()
    ]


def _times(job: TrainingJob) -> Json:
    """Seconds that were trained and are billed; spot instances cost no less here."""
    if job.training_began is None or job.training_ended is None:
        return {}
    seconds = max(1, math.ceil(job.training_ended - job.training_began))
    return {"TrainingTimeInSeconds": seconds, "BillableTimeInSeconds": seconds}
