"""Executions of pipelines, with jobs that a fake makes: order, branches, failures, retries, stopping."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest

from sagemaker_local.sagemaker.errors import ServiceError
from sagemaker_local.sagemaker.pipelines import descriptions
from sagemaker_local.sagemaker.pipelines.cache import seconds_of
from sagemaker_local.sagemaker.pipelines.pipelines import Pipelines
from sagemaker_local.sagemaker.pipelines.records import Execution, ExecutionStatus
from sagemaker_local.sagemaker.pipelines.runner import Runner
from support.emulated_pipelines import (
    ROLE,
    TOKEN,
    FakeRoleAccess,
    condition,
    control_plane,
    definition,
    fail,
    get,
    join,
    processing,
    training,
)

Json = dict[str, Any]
ALWAYS = {"Type": "Equals", "LeftValue": 1, "RightValue": 1}
REPORT = {"PropertyFileName": "Report", "OutputName": "report", "FilePath": "report.json"}


def run(
    text: str,
    access: FakeRoleAccess | None = None,
    *,
    meanwhile: Callable[[Pipelines, Execution], None] | None = None,
    parallelism: int | None = None,
    **given: str,
) -> Execution:
    """Run a definition to its end; `meanwhile` is called once a step has begun."""
    control = control_plane()
    pipelines = control.resources(Pipelines)
    request = {"PipelineName": "Churn", "RoleArn": ROLE, "ClientRequestToken": TOKEN}
    pipelines.create(request, text)
    values = [{"Name": name, "Value": value} for name, value in given.items()]
    limit = {"ParallelismConfiguration": {"MaxParallelExecutionSteps": parallelism}} if parallelism else {}
    execution, _ = pipelines.start({**request, "PipelineParameters": values, **limit})

    async def work() -> None:
        running = asyncio.create_task(Runner(execution, control, access or FakeRoleAccess(), poll_seconds=0.0).run())
        if meanwhile is not None:
            while not any(each.metadata for each in execution.runs.values()):
                await asyncio.sleep(0)
            meanwhile(pipelines, execution)
        async with asyncio.timeout(60):
            await running

    asyncio.run(work())
    return execution


def steps(execution: Execution) -> dict[str, str]:
    return {name: str(each.status) for name, each in execution.runs.items()}


def reason(execution: Execution, step: str) -> str:
    return execution.runs[step].failure_reason or ""


def test_a_step_gets_what_an_earlier_one_made() -> None:
    access = FakeRoleAccess()
    model = get("Steps.Train.ModelArtifacts.S3ModelArtifacts")
    register = {
        "Name": "Register",
        "Type": "RegisterModel",
        "Arguments": {
            "ModelPackageGroupName": "churn",
            "ModelPackageDescription": join(" ", get("Execution.PipelineName"), get("Parameters.Why")),
            "InferenceSpecification": {"Containers": [{"Image": "i", "ModelDataUrl": model}]},
        },
    }
    text = definition(register, training("Train"), parameters=[{"Name": "Why", "DefaultValue": "x"}])
    execution = run(text, access, Why="because")
    assert (execution.status, steps(execution)) == (
        ExecutionStatus.SUCCEEDED,
        {"Train": "Succeeded", "Register": "Succeeded"},
    )
    made = dict(access.requests)["CreateModelPackage"]
    assert made["InferenceSpecification"]["Containers"][0]["ModelDataUrl"] == "s3://m"
    assert made["ModelPackageDescription"] == "Churn because"
    assert execution.runs["Register"].metadata == {
        "RegisterModel": {"Arn": "arn:aws:sagemaker:us-east-1:123456789012:model-package/churn/1"}
    }


def test_fewer_steps_at_once_may_be_allowed_while_more_are_under_way() -> None:
    names = [f"S{number}" for number in range(8)]
    access = FakeRoleAccess(outcomes={name: [["InProgress"] * 9 + ["Completed"]] for name in names[1:]})

    def lower(_: Pipelines, execution: Execution) -> None:
        execution.parallelism = {"MaxParallelExecutionSteps": 1}

    execution = run(definition(*map(training, names)), access, parallelism=4, meanwhile=lower)
    assert (execution.status, access.most_at_once) == (ExecutionStatus.SUCCEEDED, 3)


def test_jobs_are_named_by_the_execution_or_as_the_definition_says() -> None:
    access = FakeRoleAccess()
    own = training("Own", arguments={"TrainingJobName": "churn-dev"})
    execution = run(definition(training("With_Underscore"), own), access)
    assert sorted(access.names("CreateTrainingJob")) == [
        f"churn-dev-{execution.identifier}",
        f"pipelines-{execution.identifier}-With-Underscore",
    ]
    (name,) = [
        request["TrainingJobName"]
        for called, request in access.requests
        if called == "CreateTrainingJob" and request["TrainingJobName"].startswith("churn")
    ]
    assert re.fullmatch(rf"churn-dev-{execution.identifier}-[A-Za-z0-9]{{10}}-0", name)


def test_a_long_name_is_cut() -> None:
    access = FakeRoleAccess()
    run(definition(training("T" * 64)), access)
    (name,) = [request["TrainingJobName"] for called, request in access.requests if called == "CreateTrainingJob"]
    assert len(name) == 63


@pytest.mark.parametrize(("accuracy", "branch"), [(b"0.98", "Yes"), (b"0.5", "No")])
def test_a_condition_looks_into_a_property_file(accuracy: bytes, branch: str) -> None:
    access = FakeRoleAccess(objects={"s3://bucket/report/report.json": b'{"accuracy": ' + accuracy + b"}"})
    file = {"PropertyFile": get("Steps.Evaluate.PropertyFiles.Report"), "Path": "accuracy"}
    better = {"Type": "GreaterThan", "LeftValue": {"Std:JsonGet": file}, "RightValue": get("Parameters.Bar")}
    branches = condition("Better", better, then=[training("Yes")], otherwise=[training("No")])
    bar = {"Name": "Bar", "Type": "Float", "DefaultValue": 0.9}
    text = definition(branches, processing("Evaluate", PropertyFiles=[REPORT]), parameters=[bar])
    execution = run(text, access)
    assert steps(execution) == {"Evaluate": "Succeeded", "Better": "Succeeded", branch: "Succeeded"}
    assert execution.runs["Better"].metadata == {"Condition": {"Outcome": str(branch == "Yes")}}


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        ({}, "Unable to read the property file s3://bucket/report/report.json: there is no"),
        (
            {"s3://bucket/report/report.json": b"not JSON"},
            "The property file s3://bucket/report/report.json is not JSON",
        ),
        ({"s3://bucket/report/report.json": b"{}"}, "there is nothing at 'accuracy'"),
        ({"s3://bucket/report/report.json": b'{"accuracy": "much"}'}, "GreaterThan needs two numbers or two texts"),
    ],
)
def test_a_condition_that_cannot_be_decided_fails(objects: dict[str, bytes], expected: str) -> None:
    file = {"PropertyFile": get("Steps.Evaluate.PropertyFiles.Report"), "Path": "accuracy"}
    better = {"Type": "GreaterThan", "LeftValue": {"Std:JsonGet": file}, "RightValue": 0.9}
    text = definition(processing("Evaluate", PropertyFiles=[REPORT]), condition("Better", better, then=[fail("No")]))
    execution = run(text, FakeRoleAccess(objects=objects))
    assert steps(execution) == {"Evaluate": "Succeeded", "Better": "Failed"}
    assert expected in reason(execution, "Better")
    assert execution.status is ExecutionStatus.FAILED


def test_what_waits_for_a_branch_that_is_not_taken_does_not_run() -> None:
    no = {"Type": "Equals", "LeftValue": 1, "RightValue": 2}
    text = definition(condition("C", no, then=[training("Yes")]), training("After", DependsOn=["Yes"]))
    execution = run(text)
    assert (execution.status, steps(execution)) == (ExecutionStatus.SUCCEEDED, {"C": "Succeeded"})


def test_a_fail_step_fails_the_execution_with_its_message() -> None:
    execution = run(definition(condition("C", ALWAYS, then=[fail("No", join(" ", "accuracy", 0.5))])))
    assert execution.status is ExecutionStatus.FAILED
    assert execution.failure_reason == "Step failure: One or multiple steps failed."
    described = descriptions.step(execution.runs["No"])
    assert (described["StepStatus"], described["FailureReason"]) == ("Failed", "accuracy 0.5")
    assert described["Metadata"] == {"Fail": {"ErrorMessage": "accuracy 0.5"}}


def test_no_step_begins_after_one_has_failed_but_those_that_run_finish() -> None:
    outcomes = {
        "Bad": [["InProgress", "Failed:AlgorithmError: it broke"]],
        "Long": [["InProgress"] * 20 + ["Completed"]],
    }
    text = definition(training("Bad"), training("Long"), training("Later", DependsOn=["Long"]))
    execution = run(text, FakeRoleAccess(outcomes=outcomes))
    assert steps(execution) == {"Bad": "Failed", "Long": "Succeeded"}
    assert reason(execution, "Bad") == "ClientError: AlgorithmError: it broke"
    assert execution.status is ExecutionStatus.FAILED


def test_a_job_that_somebody_else_stopped_is_a_failure() -> None:
    execution = run(definition(training("T")), FakeRoleAccess(outcomes={"T": [["InProgress", "Stopped"]]}))
    assert steps(execution) == {"T": "Failed"}
    assert "was stopped outside of the pipeline" in reason(execution, "T")


@pytest.mark.parametrize(("limit", "most"), [(1, 1), (2, 2), (None, 4)])
def test_no_more_steps_run_at_once_than_allowed(limit: int | None, most: int) -> None:
    names = ("A", "B", "C", "D")
    access = FakeRoleAccess(outcomes={name: [["InProgress", "InProgress", "Completed"]] for name in names})
    execution = run(definition(*(training(name) for name in names)), access, parallelism=limit)
    assert execution.status is ExecutionStatus.SUCCEEDED
    assert access.most_at_once == most


def test_stopping_stops_the_job_that_runs_and_begins_no_other() -> None:
    access = FakeRoleAccess(outcomes={"First": [["InProgress"] * 1000]})

    def stop(pipelines: Pipelines, execution: Execution) -> None:
        pipelines.stop(execution.arn)
        with pytest.raises(ServiceError, match="Only pipelines with executing status can be stopped"):
            pipelines.stop(execution.arn)

    execution = run(definition(training("First"), training("Next", DependsOn=["First"])), access, meanwhile=stop)
    assert (execution.status, steps(execution)) == (ExecutionStatus.STOPPED, {"First": "Stopped"})
    assert [called for called, _ in access.requests].count("StopTrainingJob") == 1


def test_a_name_that_cannot_be_made_fails_the_step() -> None:
    own = training("T", arguments={"TrainingJobName": get("Steps.C.Outcome.Deeper")})
    execution = run(definition(training("C"), own))
    assert steps(execution) == {"C": "Succeeded", "T": "Failed"}
    assert reason(execution, "T").startswith("ClientError: there is nothing at 'Outcome.Deeper'")


def test_a_refused_request_is_the_reason() -> None:
    refused = ServiceError("AccessDeniedException", "User: x is not authorized to perform: y")
    execution = run(definition(training("T")), FakeRoleAccess(refusals={"T": [refused]}))
    expected = "ClientError: Failed to invoke sagemaker:CreateTrainingJob. Error Details: User: x is not authorized to"
    assert reason(execution, "T").startswith(expected)
    assert execution.runs["T"].attempts == 1


def policy(kind: str, attempts: int = 3) -> list[Json]:
    return [{"ExceptionType": [kind], "IntervalSeconds": 0, "BackoffRate": 1.0, "MaxAttempts": attempts}]


@pytest.mark.parametrize(
    ("kind", "access"),
    [
        ("Step.THROTTLING", FakeRoleAccess(refusals={"T": [ServiceError("ThrottlingException", "Rate exceeded")]})),
        ("Step.SERVICE_FAULT", FakeRoleAccess(refusals={"T": [ServiceError("InternalFailure", "oh", status=500)]})),
        ("SageMaker.RESOURCE_LIMIT", FakeRoleAccess(refusals={"T": [ServiceError("ResourceLimitExceeded", "0 left")]})),
        ("SageMaker.CAPACITY_ERROR", FakeRoleAccess(outcomes={"T": [["Failed:CapacityError: none left"]]})),
        ("SageMaker.JOB_INTERNAL_ERROR", FakeRoleAccess(outcomes={"T": [["Failed:InternalServerError: oh"]]})),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_policy_tries_again_what_it_names(kind: str, access: FakeRoleAccess) -> None:
    execution = run(definition(training("T", RetryPolicies=policy(kind))), access)
    assert execution.status is ExecutionStatus.SUCCEEDED
    assert execution.runs["T"].attempts == 2


def test_a_policy_gives_up_and_tries_nothing_else_again() -> None:
    bad = ["Failed:CapacityError: none left"]
    access = FakeRoleAccess(outcomes={"T": [list(bad) for _ in range(9)], "U": [["Failed:AlgorithmError: oh"]]})
    capacity = policy("SageMaker.CAPACITY_ERROR", attempts=2)
    execution = run(definition(training("T", RetryPolicies=capacity)), access)
    assert (execution.status, execution.runs["T"].attempts) == (ExecutionStatus.FAILED, 3)
    execution = run(definition(training("U", RetryPolicies=capacity)), access)
    assert execution.runs["U"].attempts == 1


def test_a_retried_execution_keeps_what_succeeded() -> None:
    access = FakeRoleAccess(outcomes={"Second": [["Failed:AlgorithmError: oh"]]})
    control = control_plane()
    pipelines = control.resources(Pipelines)
    request = {"PipelineName": "Churn", "RoleArn": ROLE, "ClientRequestToken": TOKEN}
    pipelines.create(request, definition(training("First"), training("Second", DependsOn=["First"])))
    execution, _ = pipelines.start(request)
    asyncio.run(Runner(execution, control, access, poll_seconds=0.0).run())
    assert execution.status is ExecutionStatus.FAILED
    pipelines.retry({"PipelineExecutionArn": execution.arn})
    asyncio.run(Runner(execution, control, access, poll_seconds=0.0).run())
    assert (execution.status, execution.failure_reason) == (ExecutionStatus.SUCCEEDED, None)
    assert len(access.names("CreateTrainingJob")) == 3
    with pytest.raises(ServiceError, match="only Failed and Stopped ones are retried"):
        pipelines.retry({"PipelineExecutionArn": execution.arn})


def test_an_update_does_not_change_what_runs_and_gives_a_new_version() -> None:
    pipelines = control_plane().resources(Pipelines)
    request = {"PipelineName": "Churn", "RoleArn": ROLE, "ClientRequestToken": TOKEN}
    pipeline = pipelines.create(request, definition(fail("Old")))
    assert pipelines.create(request, definition(fail("Old"))) is pipeline
    execution, is_new = pipelines.start(request)
    assert is_new
    assert pipelines.start(request) == (execution, False)
    pipelines.update({"PipelineName": "churn", "PipelineDescription": "new"}, definition(fail("New")))
    assert (pipeline.current.number, pipeline.description) == (2, "new")
    assert list(execution.version.definition.steps) == ["Old"]
    newer, _ = pipelines.start({**request, "ClientRequestToken": "u" * 32})
    older, _ = pipelines.start({**request, "ClientRequestToken": "v" * 32, "PipelineVersionId": 1})
    assert (newer.version.number, older.version.number) == (2, 1)


def test_names_are_unique_and_what_runs_is_not_deleted() -> None:
    pipelines = control_plane().resources(Pipelines)
    request = {"PipelineName": "Churn", "RoleArn": ROLE, "ClientRequestToken": TOKEN}
    pipelines.create(request, definition(fail("No")))
    with pytest.raises(ServiceError, match="Pipeline names must be unique within an AWS account and region"):
        pipelines.create({**request, "PipelineName": "CHURN", "ClientRequestToken": "u" * 32}, definition(fail("No")))
    execution, _ = pipelines.start(request)
    with pytest.raises(ServiceError, match="stop them with StopPipelineExecution first"):
        pipelines.delete("churn")
    execution.status = ExecutionStatus.STOPPED
    assert pipelines.delete("churn").name == "Churn"
    with pytest.raises(ServiceError) as caught:
        pipelines.pipeline("Churn")
    assert (caught.value.code, caught.value.message) == (
        "ResourceNotFound",
        "Pipeline 'arn:aws:sagemaker:us-east-1:123456789012:pipeline/churn' does not exist.",
    )
    assert pipelines.executions == {}


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
