"""Steps of a pipeline that take over what an equal one has made, and for how long."""

from __future__ import annotations

import asyncio

import pytest

from sagemaker_local.sagemaker.pipelines import descriptions
from sagemaker_local.sagemaker.pipelines.cache import seconds_of
from sagemaker_local.sagemaker.pipelines.pipelines import Pipelines
from sagemaker_local.sagemaker.pipelines.records import Execution
from sagemaker_local.sagemaker.pipelines.runner import Runner
from support.emulated_pipelines import (
    ROLE,
    TOKEN,
    FakeRoleAccess,
    control_plane,
    definition,
    get,
    join,
    training,
)


class Repeated:
    """Executions of one pipeline, one after the other."""

    def __init__(self, text: str) -> None:
        self.control, self.access, self.text = control_plane(), FakeRoleAccess(), text
        self.pipelines = self.control.resources(Pipelines)
        self.pipelines.create({"PipelineName": "Churn", "RoleArn": ROLE, "ClientRequestToken": TOKEN}, text)

    def run(self, **given: str) -> Execution:
        values = [{"Name": name, "Value": value} for name, value in given.items()]
        token = f"{len(self.pipelines.executions):032}"
        request = {"PipelineName": "Churn", "ClientRequestToken": token, "PipelineParameters": values}
        execution, _ = self.pipelines.start(request)
        asyncio.run(Runner(execution, self.control, self.access, poll_seconds=0.0).run())
        return execution


def cached(expire_after: str = "P1D") -> str:
    output = join("/", "s3://bucket/jobs", get("Execution.PipelineExecutionId"))
    arguments = {"HyperParameters": {"eta": get("Parameters.Eta")}, "OutputDataConfig": {"S3OutputPath": output}}
    step = training("Train", arguments=arguments, CacheConfig={"Enabled": True, "ExpireAfter": expire_after})
    after = training("After", arguments={"Environment": {"JOB": get("Steps.Train.TrainingJobName")}})
    return definition(step, after, parameters=[{"Name": "Eta", "DefaultValue": "0.1"}])


def test_a_cached_step_takes_over_what_an_equal_one_made_wherever_it_was_written() -> None:
    repeated = Repeated(cached())
    first, second, other, third = (repeated.run(**given) for given in ({}, {}, {"Eta": "0.2"}, {"Eta": "0.1"}))
    sources = [execution.runs["Train"].cache_source for execution in (first, second, other, third)]
    assert sources == [None, first.arn, None, first.arn]
    described = descriptions.step(second.runs["Train"])
    assert described["CacheHitResult"] == {"SourcePipelineExecutionArn": first.arn}
    assert described["Metadata"] == first.runs["Train"].metadata
    (job,) = {execution.runs["Train"].made["TrainingJobName"] for execution in (first, second, third)}
    jobs = [request["Environment"] for _, request in repeated.access.requests if "Environment" in request]
    assert [environment["JOB"] == job for environment in jobs] == [True, True, False, True]


def test_a_cached_step_runs_again_when_the_success_is_too_old_or_failed() -> None:
    repeated = Repeated(cached("PT1S"))
    assert [repeated.run().runs["Train"].cache_source for _ in range(2)] == [None, None]
    repeated = Repeated(cached())
    repeated.access.outcomes["Train"] = [["Failed:AlgorithmError: oh"]]
    assert [repeated.run().runs["Train"].cache_source for _ in range(2)] == [None, None]


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [("P30D", 2_592_000), ("PT1H30M", 5400), ("P1W", 604_800), ("p1dt1s", 86_401), ("P", None), ("30 days", None)],
)
def test_durations(duration: str, seconds: int | None) -> None:
    assert seconds_of(duration) == seconds
