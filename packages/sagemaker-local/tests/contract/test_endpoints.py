"""Endpoints as boto3 meets them: their life, their answers, their errors, and updates under fire."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError, HTTPClientError

from support.emulators import ROW, World, eventually
from support.refusals import refusal

ACCOUNT = "123456789012"


@pytest.fixture(scope="module")
def sagemaker(world: World) -> Any:
    return world.emulator.client("sagemaker")


@pytest.fixture(scope="module")
def runtime(world: World) -> Any:
    return world.emulator.client("sagemaker-runtime")


@pytest.fixture
def faulty(world: World, serving: str) -> Iterator[Any]:
    """Sets a fault on the endpoint; it is cleared in the end."""
    yield lambda kind, *more: world.emulator.command("faults", serving, kind, *more)
    world.emulator.command("faults", serving, "clear")


def answer(runtime: Any, endpoint: str) -> bytes:
    invoked = runtime.invoke_endpoint(EndpointName=endpoint, ContentType="text/csv", Body=ROW)
    body: bytes = invoked["Body"].read()
    return body


def test_an_answer_comes_from_the_container(runtime: Any, serving: str) -> None:
    invoked = runtime.invoke_endpoint(
        EndpointName=serving, ContentType="text/csv", Accept="application/json", Body=ROW, CustomAttributes="trace=1"
    )
    assert invoked["ContentType"] == "application/json"
    assert invoked["InvokedProductionVariant"] == "AllTraffic"
    assert invoked["Body"].read().startswith(b'{"predictions": [{"score": [')


def test_the_container_s_refusal_is_a_model_error(runtime: Any, serving: str) -> None:
    with pytest.raises(runtime.exceptions.ModelError) as caught:
        runtime.invoke_endpoint(EndpointName=serving, ContentType="application/json", Body=b"{}")
    response = caught.value.response
    group = f"/aws/sagemaker/Endpoints/{serving}"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert response["OriginalStatusCode"] == 415
    assert response["LogStreamArn"] == f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}"
    assert response["Error"]["Message"] == (
        f'Received client error (415) from primary with message "{response["OriginalMessage"]}". See '
        "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1"
        f"#logEventViewer:group={group} in account {ACCOUNT} for more information."
    )


@pytest.mark.parametrize("name", ["nothing", "SERVING"])
def test_an_endpoint_is_found_by_its_exact_name(runtime: Any, serving: str, name: str) -> None:
    text = f"Endpoint {name} of account {ACCOUNT} not found."
    assert refusal(runtime.invoke_endpoint, EndpointName=name, Body=ROW) == ("ValidationError", text)


def test_a_body_over_the_limit_is_refused(runtime: Any, serving: str) -> None:
    body = b"0" * 6_291_457
    code, text = refusal(runtime.invoke_endpoint, EndpointName=serving, ContentType="text/csv", Body=body)
    assert code == "ValidationError"
    assert text.endswith(
        "at 'body' failed to satisfy constraint: Member must have length less than or equal to 6291456"
    )


@pytest.mark.parametrize(
    ("kind", "code", "status"),
    [
        ("throttle", "ThrottlingException", 400),
        ("not-ready", "ModelNotReadyException", 429),
        ("unavailable", "ServiceUnavailable", 503),
        ("internal", "InternalFailure", 500),
        ("model-error", "ModelError", 424),
    ],
)
def test_a_fault_hits_as_many_requests_as_it_should(
    runtime: Any, serving: str, faulty: Any, kind: str, code: str, status: int
) -> None:
    faulty(kind, "--count", "1")
    with pytest.raises(ClientError) as caught:
        answer(runtime, serving)
    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert answer(runtime, serving)


def test_a_fault_can_be_slow_or_cut_the_connection(runtime: Any, serving: str, faulty: Any) -> None:
    faulty("disconnect", "--count", "1")
    with pytest.raises(HTTPClientError):
        answer(runtime, serving)
    faulty("latency", "--seconds", "0.3")
    began = time.monotonic()
    answer(runtime, serving)
    assert time.monotonic() - began >= 0.3
    assert faulty("nonsense").returncode == 1


@pytest.mark.slow
def test_no_request_is_lost_while_the_endpoint_is_updated(world: World, sagemaker: Any, runtime: Any) -> None:
    sagemaker.create_endpoint(EndpointName="Updated", EndpointConfigName="one")
    assert world.settled("Updated")["EndpointStatus"] == "InService"
    # Every request takes a while, so that some are always under way when the traffic shifts.
    world.emulator.command("faults", "Updated", "latency", "--seconds", "0.1")
    answers, failures, stop = set(), [], threading.Event()

    def hammer() -> None:
        while not stop.is_set():
            try:
                answers.add(answer(runtime, "Updated"))
            except (ClientError, HTTPClientError) as error:
                failures.append(repr(error))

    threads = [threading.Thread(target=hammer) for _ in range(4)]
    for thread in threads:
        thread.start()
    for config in ("two", "one"):
        sagemaker.update_endpoint(EndpointName="Updated", EndpointConfigName=config)
        pending = sagemaker.describe_endpoint(EndpointName="Updated")
        assert pending["EndpointStatus"] == "Updating"
        assert pending["PendingDeploymentSummary"]["EndpointConfigName"] == config
        assert world.settled("Updated")["EndpointConfigName"] == config
    sagemaker.update_endpoint(EndpointName="Updated", EndpointConfigName="broken")
    failed = world.settled("Updated")
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(answers) == 2
    assert (failed["EndpointStatus"], failed["EndpointConfigName"]) == ("InService", "one")
    assert "production variant AllTraffic did not pass the ping health check" in failed["FailureReason"]


def serving_variants(world: World, endpoint: str) -> set[str]:
    """Names of the variants whose processes take requests now."""
    with urllib.request.urlopen(f"{world.emulator.url}/_sagemaker_local/status") as response:
        (found,) = (entry for entry in json.load(response)["endpoints"] if entry["name"] == endpoint)
    return {variant["name"] for variant in found["variants"]}


@pytest.mark.slow
def test_new_weights_and_limits_hold_while_the_old_processes_finish(world: World, sagemaker: Any, runtime: Any) -> None:
    serverless = {"MaxConcurrency": 1, "MemorySizeInMB": 1024}
    weights = {"AllTraffic": 0.0, "Second": 1.0}
    variants = [
        {"VariantName": name, "ModelName": "one", "InitialVariantWeight": weight, "ServerlessConfig": serverless}
        for name, weight in weights.items()
    ]
    sagemaker.create_endpoint_config(EndpointConfigName="shifted", ProductionVariants=variants)
    before = [
        {"VariantName": "AllTraffic", "ModelName": "one", "ServerlessConfig": serverless | {"MaxConcurrency": 40}}
    ]
    sagemaker.create_endpoint_config(EndpointConfigName="before", ProductionVariants=before)
    sagemaker.create_endpoint(EndpointName="Draining", EndpointConfigName="before")
    assert world.settled("Draining")["EndpointStatus"] == "InService"
    world.emulator.command("faults", "Draining", "latency", "--seconds", "10")
    sagemaker.update_endpoint(EndpointName="Draining", EndpointConfigName="shifted")
    with ThreadPoolExecutor(32) as pool:
        while serving_variants(world, "Draining") != set(weights):
            pool.submit(answer, runtime, "Draining")  # so that one has just begun when the traffic shifts
            time.sleep(0.5)
        world.emulator.command("faults", "Draining", "clear")
        call = {"EndpointName": "Draining", "ContentType": "text/csv"}
        drawn = {runtime.invoke_endpoint(**call, Body=ROW)["InvokedProductionVariant"] for _ in range(5)}
        large = refusal(runtime.invoke_endpoint, **call, Body=b"0" * (4 * 1024 * 1024 + 1))
        assert sagemaker.describe_endpoint(EndpointName="Draining")["EndpointStatus"] == "Updating"
    assert drawn == {"Second"}
    assert large[1].endswith("less than or equal to 4194304")


def test_an_endpoint_comes_and_goes(world: World, sagemaker: Any, runtime: Any) -> None:
    arn = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:endpoint/short"
    world.create_config("variants", "one", "two", InitialVariantWeight=0.5)
    sagemaker.create_endpoint(EndpointName="Short", EndpointConfigName="variants")
    busy = ("ValidationException", f'Cannot update in-progress endpoint "{arn}".')
    assert refusal(sagemaker.update_endpoint, EndpointName="Short", EndpointConfigName="two") == busy
    assert refusal(sagemaker.delete_endpoint, EndpointName="Short") == busy
    assert refusal(runtime.invoke_endpoint, EndpointName="Short", Body=ROW)[0] == "ValidationError"
    sagemaker.get_waiter("endpoint_in_service").wait(
        EndpointName="Short", WaiterConfig={"Delay": 0.1, "MaxAttempts": 1200}
    )
    taken = ("ValidationException", f'Cannot create already existing endpoint "{arn}".')
    assert refusal(sagemaker.create_endpoint, EndpointName="SHORT", EndpointConfigName="one") == taken
    weights = [{"VariantName": "AllTraffic", "DesiredWeight": 0.0}]
    sagemaker.update_endpoint_weights_and_capacities(EndpointName="Short", DesiredWeightsAndCapacities=weights)
    call = {"EndpointName": "Short", "ContentType": "text/csv", "Body": ROW}
    drawn = {runtime.invoke_endpoint(**call)["InvokedProductionVariant"] for _ in range(5)}
    named = runtime.invoke_endpoint(**call, TargetVariant="AllTraffic")["InvokedProductionVariant"]
    assert (drawn, named) == ({"Second"}, "AllTraffic")
    assert refusal(runtime.invoke_endpoint, **call, TargetVariant="Third")[0] == "ValidationError"
    sagemaker.delete_endpoint(EndpointName="Short")
    sagemaker.get_waiter("endpoint_deleted").wait(
        EndpointName="Short", WaiterConfig={"Delay": 0.1, "MaxAttempts": 1200}
    )


def test_an_endpoint_that_cannot_start_has_failed(world: World, sagemaker: Any) -> None:
    serverless = {"MaxConcurrency": 1, "MemorySizeInMB": 1024}
    world.create_config("unstartable", "broken", ServerlessConfig=serverless)
    sagemaker.create_endpoint(EndpointName="Stillborn", EndpointConfigName="unstartable")
    failed = world.settled("Stillborn")
    assert failed["EndpointStatus"] == "Failed"
    assert "did not pass the ping health check" in failed["FailureReason"]
    assert refusal(sagemaker.update_endpoint, EndpointName="Stillborn", EndpointConfigName="one")[0] == (
        "ValidationException"
    )
    sagemaker.delete_endpoint(EndpointName="Stillborn")


def test_the_container_s_lines_are_in_cloudwatch_logs(world: World, serving: str) -> None:
    logs = world.emulator.client("logs")
    group = f"/aws/sagemaker/Endpoints/{serving}"
    eventually(lambda: logs.filter_log_events(logGroupName=group)["events"])
    streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
    assert streams[0]["logStreamName"].startswith("AllTraffic/")
