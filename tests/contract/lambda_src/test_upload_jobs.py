"""The table of jobs and its fake keep the same promises: DynamoDB as the emulator has it, and a dictionary."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from gateway.problems import ProblemError
from tests.support.emulator import Emulator
from tests.support.upload_fakes import JOB, FakeJobs
from upload_jobs.jobs import Jobs, Status
from upload_jobs.jobs_table import JobsTable, from_item, to_item

pytestmark = pytest.mark.slow

TABLE = "jobs"
OUTCOME = {
    "model": "abababababab",
    "digits": [{"digit": 7, "probability": 0.98, "box": [1, 2, 3, 4], "pixels": "AA=="}],
}


@pytest.fixture(scope="module")
def table(emulator: Emulator) -> JobsTable:
    client = emulator.client("dynamodb")
    client.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "job_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "job_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return JobsTable(client, TABLE)


@pytest.fixture(params=["table", "fake"])
def jobs(request: pytest.FixtureRequest) -> Jobs:
    if request.param == "fake":
        return FakeJobs()
    found: JobsTable = request.getfixturevalue("table")
    return found


def test_a_job_comes_back_as_it_was_entered(jobs: Jobs) -> None:
    job = replace(JOB, job_id="entered", correlation_id="")
    jobs.create(job)
    assert jobs.find("entered") == job


def test_a_job_whose_entry_was_not_answered_is_entered(table: JobsTable) -> None:
    job = replace(JOB, job_id="unanswered")
    for _ in range(2):  # as the client does itself when a connection breaks after the job was entered
        table.create(job)
    assert table.find("unanswered") == job
    with pytest.raises(ProblemError, match="internal-error"):
        table.create(replace(job, owner="somebody-else"))
    assert table.find("unanswered") == job


def test_what_is_not_there_is_not_found(jobs: Jobs) -> None:
    assert jobs.find("nowhere") is None
    assert jobs.find("") is None


@pytest.mark.parametrize("status", [Status.DONE, Status.FAILED, Status.EXPIRED])
def test_a_job_ends_once_for_good(jobs: Jobs, status: Status) -> None:
    name = f"ends-{status}"
    jobs.create(replace(JOB, job_id=name))
    assert jobs.end(name, status, OUTCOME) is True
    for other in (Status.DONE, Status.FAILED, Status.EXPIRED):
        assert jobs.end(name, other, {}) is False
    ended = jobs.find(name)
    assert ended is not None
    assert (ended.status, ended.outcome) == (status, OUTCOME)


def test_a_job_that_is_not_there_is_not_made_by_ending_it(jobs: Jobs) -> None:
    assert jobs.end("never", Status.DONE, OUTCOME) is False
    assert jobs.find("never") is None


def test_of_many_who_end_a_job_at_once_one_does(table: JobsTable) -> None:
    table.create(replace(JOB, job_id="raced"))
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda place: table.end("raced", Status.DONE, {"place": place}), range(16)))
    assert won.count(True) == 1
    ended = table.find("raced")
    assert ended is not None
    assert ended.outcome == {"place": won.index(True)}


def test_items_can_be_read_back_whatever_the_job() -> None:
    for status in Status:
        job = replace(JOB, status=status, outcome=OUTCOME)
        assert from_item(to_item(job)) == job


@pytest.mark.parametrize(
    ("code", "slug"),
    [
        ("ProvisionedThroughputExceededException", "storage-unavailable"),
        ("ThrottlingException", "storage-unavailable"),
        ("InternalServerError", "storage-unavailable"),
        ("ServiceUnavailableException", "storage-unavailable"),
        ("ResourceNotFoundException", "internal-error"),
    ],
)
def test_errors_are_told_apart(emulator: Emulator, code: str, slug: str) -> None:
    from botocore.stub import Stubber

    client = emulator.client("dynamodb")
    table = JobsTable(client, TABLE)
    with Stubber(client) as stub:
        stub.add_client_error("get_item", service_error_code=code)
        with pytest.raises(ProblemError, match=slug):
            table.find("x")
