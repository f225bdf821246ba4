"""Fakes of what jobs need of AWS: they implement the protocols of `training.jobs.services` in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from training.common.errors import BusyError, PublicationError
from training.jobs.description import Job, job_from_description
from training.jobs.services import NotPermittedError, Page, StoredObject

MOMENT = datetime(2026, 11, 22, 21, 30, 45, tzinfo=UTC)
CSV_LINE = b"7," + b",".join([b"0"] * 784) + b"\n"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def description(**changes: Any) -> dict[str, Any]:
    """An answer of DescribeTrainingJob, with changes."""
    return {
        "TrainingJobName": "digits-local-20261122-213045-3f9a",
        "TrainingJobStatus": "Completed",
        "SecondaryStatus": "Completed",
        "SecondaryStatusTransitions": [],
        "AlgorithmSpecification": {
            "TrainingImage": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0",
            "TrainingInputMode": "File",
        },
        "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 10},
        "InputDataConfig": [
            {
                "ChannelName": "train",
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://my-bucket/channels/1/train/"}},
                "ContentType": "text/csv",
            }
        ],
        "HyperParameters": {"num_round": "5"},
        "ModelArtifacts": {"S3ModelArtifacts": "s3://my-bucket/jobs/x/output/model.tar.gz"},
        "CreationTime": MOMENT,
        "TrainingTimeInSeconds": 200,
        "BillableTimeInSeconds": 50,
        "EnableManagedSpotTraining": True,
        "FinalMetricDataList": [{"MetricName": "validation:merror", "Value": 0.02, "Timestamp": MOMENT}],
        **changes,
    }


def job(**changes: Any) -> Job:
    """The same, read."""
    return job_from_description(description(**changes))


def phase(status: str, message: str = "") -> dict[str, Any]:
    """A secondary status transition."""
    return {"Status": status, "StartTime": MOMENT, "StatusMessage": message}


@dataclass
class FakeJobs:
    """A service whose one job goes from one answer to the next, each time it is described; the last one stays.

    Parameters
    ----------
    answers
        jobs, or None for a job that is not there, or the error to raise
    """

    answers: list[Job | BusyError | None]
    described: int = 0
    stopped: list[str] = field(default_factory=list)

    def describe(self, name: str) -> Job | None:
        answer = self.answers[min(self.described, len(self.answers) - 1)]
        self.described += 1
        if isinstance(answer, BusyError):
            raise answer
        return answer

    def names(self, *, prefix: str, status: str | None, limit: int) -> list[str]:
        return [answer.name for answer in self.answers if isinstance(answer, Job)][:limit]

    def stop(self, name: str) -> None:
        self.stopped.append(name)


@dataclass
class FakeLogs:
    """Streams that grow: each turn adds lines to streams; pages hold two lines, tokens are positions.

    Parameters
    ----------
    turns
        lines by stream, added when the streams are listed for the first, second, ... time
    """

    turns: list[dict[str, list[str]]]
    listed: int = 0
    lines: dict[str, list[str]] = field(default_factory=dict)

    def streams(self, job: str) -> list[str]:
        if self.listed < len(self.turns):
            for stream, lines in self.turns[self.listed].items():
                self.lines.setdefault(stream, []).extend(lines)
        self.listed += 1
        return sorted(self.lines)

    def read(self, stream: str, token: str | None) -> Page:
        start = int(token or 0)
        lines = self.lines[stream][start : start + 2]
        return Page(lines=tuple(lines), token=str(start + len(lines)))


@dataclass
class FakeObjects:
    """Buckets: content by key, by bucket, and their regions."""

    buckets: dict[str, dict[str, bytes]]
    regions: dict[str, str] = field(default_factory=dict)

    def region_of(self, bucket: str) -> str:
        if bucket not in self.buckets:
            raise PublicationError(f"s3://{bucket}: there is no such bucket; deploy the storage stack first")
        return self.regions.get(bucket, "us-east-1")

    def list(self, bucket: str, prefix: str) -> Iterator[StoredObject]:
        for key, content in sorted(self.buckets[bucket].items()):
            if key.startswith(prefix):
                yield StoredObject(key=key, size_bytes=len(content))

    def beginning(self, bucket: str, key: str, count: int) -> bytes:
        return self.buckets[bucket][key][:count]

    def content(self, bucket: str, key: str) -> bytes:
        return self.buckets[bucket][key]


@dataclass
class FakeRoles:
    """One role, by its trust policy, and what it may not do; or no permission to look."""

    trust: Mapping[str, Any] | None = field(default_factory=lambda: TRUST)
    forbidden: Sequence[str] = ()
    may_look: bool = True
    may_simulate: bool = True
    asked: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)

    def trust_policy(self, role_name: str) -> Mapping[str, Any] | None:
        if not self.may_look:
            raise NotPermittedError("AccessDenied")
        return self.trust

    def denied(self, role_arn: str, action: str, resources: Sequence[str], context: Mapping[str, str]) -> list[str]:
        if not self.may_simulate:
            raise NotPermittedError("AccessDenied")
        self.asked += [(action, resource, context) for resource in resources]
        return [resource for resource in resources if action in self.forbidden]
