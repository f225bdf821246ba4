"""A batch of the queue in, what is to come again out: each upload once, none begun that could not be finished."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import DataRecord

from tests.support.upload_fakes import JOB, FakeAnnouncer, FakeJobs
from tests.support.worker_surroundings import (
    PICTURE_SECONDS,
    AttentiveEndpoint,
    Context,
    MemoryLayer,
    PausingSqs,
    raw_message,
    surroundings,
)
from upload_jobs.jobs import Job, Status
from upload_worker.handler import Surroundings, handle_batch

NAMES = ("first", "second", "third")


def jobs_of(*names: str) -> FakeJobs:
    made = [replace(JOB, job_id=name, key=f"uploads/anna/{name}") for name in names]
    return FakeJobs({job.job_id: job for job in made})


def event(*names: str | None) -> dict[str, Any]:
    keys = [name and f"uploads/anna/{name}" for name in names]
    return {"Records": [raw_message(key, number) for number, key in enumerate(keys)]}


def again(answer: Any) -> list[str]:
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def statuses(jobs: FakeJobs) -> list[Status]:
    return [job.status for job in jobs.jobs.values()]


def announced(around: Surroundings) -> list[Job]:
    assert isinstance(around.worker.announcer, FakeAnnouncer)
    return around.worker.announcer.announced


def test_what_goes_well_does_not_come_again() -> None:
    jobs = jobs_of(*NAMES)
    assert again(handle_batch(event(*NAMES), Context(), surroundings(jobs))) == []
    assert statuses(jobs) == [Status.DONE] * 3


def test_only_what_fails_comes_again_and_soon() -> None:
    jobs, sqs = jobs_of(*NAMES), PausingSqs()
    around = surroundings(jobs, AttentiveEndpoint(failures=1), sqs=sqs)
    assert again(handle_batch(event(*NAMES), Context(), around)) == ["message-0"]
    assert statuses(jobs) == [Status.PENDING, Status.DONE, Status.DONE]
    assert sqs.paused.keys() == {"handle-0"}
    assert 1 <= sqs.paused["handle-0"] <= 2
    # What failed is not taken for handled.
    assert again(handle_batch(event(*NAMES), Context(), around)) == []
    assert statuses(jobs) == [Status.DONE] * 3
    assert len(announced(around)) == 3


def test_a_batch_that_fails_as_a_whole_is_no_error_of_the_function() -> None:
    jobs = jobs_of(*NAMES)
    around = surroundings(jobs, AttentiveEndpoint(failures=3))
    assert again(handle_batch(event(*NAMES), Context(), around)) == ["message-0", "message-1", "message-2"]


def test_a_message_that_nobody_can_read_keeps_no_other_back() -> None:
    jobs = jobs_of("first")
    assert again(handle_batch(event(None, "first"), Context(), surroundings(jobs))) == ["message-0"]
    assert statuses(jobs) == [Status.DONE]


def test_an_upload_that_is_told_twice_in_a_batch_is_handled_once() -> None:
    around = surroundings(jobs_of("first"))
    assert again(handle_batch(event("first", "first"), Context(), around)) == []
    assert len(announced(around)) == 1


def test_an_upload_that_somebody_else_works_on_comes_again() -> None:
    jobs, sqs = jobs_of("first"), PausingSqs()
    around = surroundings(jobs, sqs=sqs)
    assert again(handle_batch(event("first"), Context(), around)) == []
    assert isinstance(around.handled, MemoryLayer)
    (key,) = around.handled.records
    around.handled.records[key] = DataRecord(key, status="INPROGRESS")  # as it was a moment before
    assert again(handle_batch(event("first"), Context(), around)) == ["message-0"]
    assert len(announced(around)) == 1
    assert sqs.paused["handle-0"] >= 1


def test_no_picture_is_begun_that_could_not_be_finished() -> None:
    jobs, sqs, endpoint = jobs_of(*NAMES), PausingSqs(), AttentiveEndpoint()
    around = surroundings(jobs, endpoint, sqs=sqs)
    short = Context(milliseconds=PICTURE_SECONDS * 1000 - 1)
    assert again(handle_batch(event(*NAMES), short, around)) == ["message-0", "message-1", "message-2"]
    assert statuses(jobs) == [Status.PENDING] * 3
    assert endpoint.asked_with == []
    assert set(sqs.paused.values()) == {0}  # at once: nothing is wrong with them
    just = Context(milliseconds=PICTURE_SECONDS * 1000)
    assert again(handle_batch(event(*NAMES), just, around)) == []
