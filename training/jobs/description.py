"""A job as SageMaker describes it, as typed values. The only module that knows what DescribeTrainingJob returns.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

ENDED = ("Completed", "Failed", "Stopped")


@dataclass(frozen=True, kw_only=True)
class Phase:
    """A secondary status that a job went through; `ended` is None while it lasts."""

    status: str
    message: str
    started: datetime
    ended: datetime | None


@dataclass(frozen=True, kw_only=True)
class ChannelSource:
    """Where a channel's files came from."""

    name: str
    uri: str
    content_type: str


@dataclass(frozen=True, kw_only=True)
class Job:
    """A training job as it is now.

    Parameters
    ----------
    status
        `InProgress`, `Stopping`, or one of `ENDED`
    phase
        the secondary status, such as `Downloading`
    phases
        all so far, in order
    failure_reason
        in SageMaker's words, when it failed
    instance_type, instance_count
        what it runs on
    spot
        whether on capacity that may be taken away
    channels
        what it learns from
    hyperparameters
        as the request had them
    model_uri
        where the model is, once there is one
    created, started, ended
        when it was submitted, when its training began, when that was over; in UTC
    training_seconds, billable_seconds
        wall time of the training and the part of it that is paid for, of each instance; None while unknown
    metrics
        the last value of each that SageMaker found in the log, by names such as `validation:merror`
    """

    name: str
    status: str
    phase: str
    phases: tuple[Phase, ...]
    failure_reason: str | None
    image_uri: str
    instance_type: str
    instance_count: int
    spot: bool
    channels: tuple[ChannelSource, ...]
    hyperparameters: Mapping[str, str]
    model_uri: str | None
    created: datetime
    started: datetime | None
    ended: datetime | None
    training_seconds: int | None
    billable_seconds: int | None
    metrics: Mapping[str, float]

    @property
    def left_a_model(self) -> bool:
        """Whether its archive holds one: that of a stopped job is empty unless it was set to save the model."""
        kept = self.hyperparameters.get("save_model_on_termination") == "true"
        return self.has_ended and bool(self.model_uri) and (self.status != "Stopped" or kept)

    @property
    def has_ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.status in ENDED


def job_from_description(response: Mapping[str, Any]) -> Job:
    """Read the response of `describe_training_job`."""
    resources = response.get("ResourceConfig", {})
    return Job(
        name=response["TrainingJobName"],
        status=response["TrainingJobStatus"],
        phase=response["SecondaryStatus"],
        phases=tuple(_phase(each) for each in response.get("SecondaryStatusTransitions", [])),
        failure_reason=response.get("FailureReason"),
        image_uri=response.get("AlgorithmSpecification", {}).get("TrainingImage", ""),
        instance_type=resources.get("InstanceType", ""),
        instance_count=resources.get("InstanceCount", 1),
        spot=response.get("EnableManagedSpotTraining", False),
        channels=tuple(_channel(each) for each in response.get("InputDataConfig", [])),
        hyperparameters=dict(response.get("HyperParameters", {})),
        model_uri=_model_uri(response),
        created=response["CreationTime"],
        started=response.get("TrainingStartTime"),
        ended=response.get("TrainingEndTime"),
        training_seconds=response.get("TrainingTimeInSeconds"),
        billable_seconds=response.get("BillableTimeInSeconds"),
        metrics={each["MetricName"]: float(each["Value"]) for each in response.get("FinalMetricDataList", [])},
    )


def _phase(each: Mapping[str, Any]) -> Phase:
    return Phase(
        status=each["Status"],
        message=each.get("StatusMessage", ""),
        started=each["StartTime"],
        ended=each.get("EndTime"),
    )


def _channel(each: Mapping[str, Any]) -> ChannelSource:
    return ChannelSource(
        name=each["ChannelName"],
        uri=each.get("DataSource", {}).get("S3DataSource", {}).get("S3Uri", ""),
        content_type=each.get("ContentType", ""),
    )


def _model_uri(response: Any) -> str | None:
    """Where the model is; SageMaker describes an address for jobs that are under way or failed too."""
    there = response["TrainingJobStatus"] in ("Completed", "Stopped")
    return (response.get("ModelArtifacts", {}).get("S3ModelArtifacts") or None) if there else None
