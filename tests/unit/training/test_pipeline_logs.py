"""Where the log of a pipeline's step is, by the names that SageMaker makes for jobs."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.stub import Stubber

from training.pipeline.aws_executions import AwsPipelines

EXECUTION = "kytlemm1lvpq"
ARN = f"arn:aws:sagemaker:us-east-1:111111111111:pipeline/digits-dev/execution/{EXECUTION}"
JOBS = "arn:aws:sagemaker:us-east-1:111111111111:processing-job"
GROUP = "/aws/sagemaker/ProcessingJobs"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> AwsPipelines:
    """Clients that reach nobody: what they are told is stubbed."""
    for name, value in {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return AwsPipelines()


def lines(service: AwsPipelines, job: str, asked: str, streams: list[str], **more: Any) -> list[str]:
    """The lines of a step whose job has that name in its ARN, if just these streams are found when `asked` for."""
    sagemaker, logs = Stubber(service._client), Stubber(service._logs)
    step = {
        "StepName": "Evaluate",
        "StepStatus": "Failed",
        "Metadata": {"ProcessingJob": {"Arn": f"{JOBS}/{job}"}},
        **more,
    }
    sagemaker.add_response("describe_pipeline_execution", {"PipelineExecutionStatus": "Failed"})
    sagemaker.add_response("list_pipeline_execution_steps", {"PipelineExecutionSteps": [step]})
    logs.add_response(
        "describe_log_streams",
        {"logStreams": [{"logStreamName": name} for name in streams]},
        {"logGroupName": GROUP, "logStreamNamePrefix": asked},
    )
    logs.add_response("get_log_events", {"events": [{"message": "ERROR no model"}]})
    with sagemaker, logs:
        (found,) = service.describe(ARN).steps
        return service.last_lines(found, count=5)


@pytest.mark.parametrize(
    ("job", "asked"),
    [
        (f"digits-dev-evaluate-{EXECUTION}-cIpzShs3Qp-0", f"digits-dev-evaluate-{EXECUTION}"),
        (f"digits-dev-evaluate-{EXECUTION}-cIpzShs3Qp", f"digits-dev-evaluate-{EXECUTION}"),
        (f"pipelines-{EXECUTION}-Evaluate-cIpzShs3Qp", f"pipelines-{EXECUTION}"),
        ("digits-Something-else", "digits"),
    ],
    ids=["with failures", "without", "no name in the definition", "another rule"],
)
def test_the_log_is_found_whatever_is_in_capitals(service: AwsPipelines, job: str, asked: str) -> None:
    streams = [f"{asked}-another/algo-1-1", f"{job}/algo-1-1764000000"]
    assert lines(service, job.lower(), asked, streams) == ["ERROR no model"]


def test_the_log_of_a_step_that_was_taken_over_is_that_of_its_own_execution(service: AwsPipelines) -> None:
    job, source = "digits-dev-evaluate-aaaabbbbcccc-Token-0", ARN.replace(EXECUTION, "aaaabbbbcccc")
    hit = {"CacheHitResult": {"SourcePipelineExecutionArn": source}}
    asked = "digits-dev-evaluate-aaaabbbbcccc"
    assert lines(service, job.lower(), asked, [f"{job}/algo-1-1"], **hit) == ["ERROR no model"]


def test_no_stream_is_no_line(service: AwsPipelines) -> None:
    job = f"digits-dev-evaluate-{EXECUTION}-token-0"
    assert lines(service, job, f"digits-dev-evaluate-{EXECUTION}", []) == []
