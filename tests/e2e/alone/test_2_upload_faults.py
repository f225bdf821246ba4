"""Uploads under faults: whatever fails on the way, nothing is lost, and every job ends exactly once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from tests.e2e.conftest import one_of_each
from tests.support.emulator import ask
from tests.support.uploading import SECONDS, digits_of, is_empty, picture_of, until
from tools.api_client import ApiClient
from tools.deployment import Deployment, stack_outputs
from tools.upload_client import Uploader
from training.data.dataset import Split

SetFault = Callable[..., None]


@pytest.fixture(scope="module")
def uploader(api: ApiClient) -> Uploader:
    return Uploader.of(api)


@pytest.fixture(scope="module")
def seven(test_split: Split) -> bytes:
    return picture_of(one_of_each(test_split)[7])


@pytest.fixture(scope="module")
def names(deployment: Deployment) -> dict[str, str]:
    return stack_outputs(deployment, "upload")


PASSING = {
    "the endpoint is throttled": ("digits-local", "throttle", "--count", "2"),
    "the endpoint is slow": ("digits-local", "latency", "--seconds", "9", "--count", "1"),
    "the endpoint fails": ("digits-local", "internal", "--count", "1"),
    "the model fails": ("digits-local", "model-error", "--status", "500", "--count", "1"),
    "the endpoint closes the connection": ("digits-local", "disconnect", "--count", "1"),
    "the endpoint is not ready": ("digits-local", "not-ready", "--count", "1"),
    "S3 is busy": ("s3:*", "throttle", "--operation", "GetObject", "--count", "2"),
    "S3 closes the connection": ("s3:*", "disconnect", "--operation", "GetObject", "--count", "1"),
    "the table is throttled": ("dynamodb:*", "throughput", "--operation", "UpdateItem", "--count", "4"),
    "publishing is denied": ("appsync:*", "denied", "--count", "2"),
    "publishing fails": ("appsync:*", "internal", "--count", "2"),
    "the event is lost": ("appsync:*", "lost", "--count", "1"),
}


@pytest.fixture
def is_over(deployment: Deployment) -> Callable[[], bool]:
    """Whether each fault has occurred as often as it was set to."""
    port = int(deployment.variables["AWS_ENDPOINT_URL"].rpartition(":")[2])
    return lambda: not ask(port, "status")["faults"]


SAMPLED = ("the endpoint is throttled", "S3 closes the connection", "the table is throttled", "the event is lost")
"""One of each part that can fail; the others are left to the exhaustive tests."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in SAMPLED else [pytest.mark.exhaustive]) for name in PASSING]
)
def test_what_passes_costs_time_and_no_result(
    uploader: Uploader, seven: bytes, faults: SetFault, is_over: Callable[[], bool], name: str
) -> None:
    job = uploader.ask(size_bytes=len(seven)).json()
    faults(*PASSING[name])
    assert uploader.send(job["upload"], seven).status == 204
    assert digits_of(uploader.wait(job)) == [7]
    until(is_over, SECONDS, "the fault has not occurred")


def test_a_file_that_is_gone_ends_its_job_with_a_reason(uploader: Uploader, seven: bytes, faults: SetFault) -> None:
    faults("s3:*", "missing", "--operation", "GetObject", "--count", "1")
    job = uploader.upload(seven)
    assert (job["status"], job["reason"]["type"]) == ("FAILED", "urn:digits:problem:upload-gone")


@pytest.mark.exhaustive
def test_an_upload_whose_worker_is_killed_is_read_by_another(
    uploader: Uploader, deployment: Deployment, names: dict[str, str], seven: bytes, faults: SetFault
) -> None:
    job = uploader.ask(size_bytes=len(seven)).json()
    # Slow enough to be killed while it calls the endpoint.
    faults("digits-local", "latency", "--seconds", "5", "--count", "1")
    faults(f"lambda:{names['WorkerName']}", "kill", "--seconds", "2", "--count", "1")
    assert uploader.send(job["upload"], seven).status == 204
    assert digits_of(uploader.wait(job)) == [7]


@pytest.mark.exhaustive
def test_a_worker_that_is_killed_after_the_result_changes_nothing(
    uploader: Uploader, deployment: Deployment, names: dict[str, str], seven: bytes, faults: SetFault
) -> None:
    job = uploader.ask(size_bytes=len(seven)).json()
    # The result is in the table while its announcement still waits for AppSync.
    faults("appsync:*", "latency", "--seconds", "6", "--count", "1")
    faults(f"lambda:{names['WorkerName']}", "kill", "--seconds", "2", "--count", "1")
    assert uploader.send(job["upload"], seven).status == 204
    ended = uploader.wait(job)
    assert digits_of(ended) == [7]
    sqs = deployment.client("sqs")
    assert not is_empty(sqs, names["QueueUrl"])  # the message of the killed worker is delivered again
    until(lambda: is_empty(sqs, names["QueueUrl"]), SECONDS, "the queue is not empty")
    assert uploader.status(job) == ended


def test_an_event_that_is_delivered_again_and_late_changes_nothing(
    uploader: Uploader, deployment: Deployment, names: dict[str, str], seven: bytes
) -> None:
    job = uploader.begin(seven)
    ended = uploader.wait(job)
    key, s3 = job["upload"]["fields"]["key"], deployment.client("s3")
    version = s3.head_object(Bucket=names["UploadBucketName"], Key=key)["VersionId"]
    picture = {"key": key, "size": len(seven), "versionId": version, "sequencer": "0"}
    event = {"Records": [{"s3": {"bucket": {"name": names["UploadBucketName"]}, "object": picture}}]}
    sqs = deployment.client("sqs")
    for _ in range(3):
        sqs.send_message(QueueUrl=names["QueueUrl"], MessageBody=json.dumps(event))
    until(lambda: is_empty(sqs, names["QueueUrl"]), SECONDS, "the queue is not empty")
    assert uploader.status(job) == ended


def test_a_job_that_has_expired_stays_expired(
    uploader: Uploader, deployment: Deployment, names: dict[str, str], seven: bytes
) -> None:
    job = uploader.ask(size_bytes=len(seven)).json()
    deployment.client("dynamodb").update_item(
        TableName=names["JobsTableName"],
        Key={"job_id": {"S": job["job_id"]}},
        UpdateExpression="SET deadline_at = :now",
        ExpressionAttributeValues={":now": {"N": str(int(time.time()))}},
    )
    document = uploader.status(job)
    assert (document["status"], document["reason"]["type"]) == ("EXPIRED", "urn:digits:problem:upload-expired")
    # The result of a file that arrives later is not shown: one end, for good.
    assert uploader.send(job["upload"], seven).status == 204
    sqs = deployment.client("sqs")
    until(lambda: is_empty(sqs, names["QueueUrl"]), SECONDS, "the queue is not empty")
    assert uploader.status(job) == document


def test_a_busy_table_is_reported_to_the_caller(uploader: Uploader, faults: SetFault) -> None:
    faults("dynamodb:*", "throughput", "--operation", "PutItem")
    answer = uploader.ask()
    assert (answer.status, answer.json()["type"]) == (503, "urn:digits:problem:storage-unavailable")
    assert "retry-after" in answer.headers
