"""A batch of the queue in, its failed messages out: each job ends once, and no picture is started too late."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from digit_model.classify import EndpointOutput
from tests.support.upload_fakes import JOB, FakeAnnouncer, FakeJobs
from tests.support.worker_dependencies import (
    PICTURE_SECONDS,
    Context,
    PausingSqs,
    RecordingEndpoint,
    raw_message,
    worker_dependencies,
)
from upload_jobs.jobs import Job, Status
from upload_worker.handler import Dependencies, handle_batch

NAMES = ("first", "second", "third")


def jobs_of(*names: str) -> FakeJobs:
    made = [replace(JOB, job_id=name, key=f"uploads/anna/{name}") for name in names]
    return FakeJobs({job.job_id: job for job in made})


def event(*names: str | None) -> dict[str, Any]:
    keys = [name and f"uploads/anna/{name}" for name in names]
    return {"Records": [raw_message(key, number) for number, key in enumerate(keys)]}


def failed(response: Any) -> list[str]:
    return [failure["itemIdentifier"] for failure in response["batchItemFailures"]]


def statuses(jobs: FakeJobs) -> list[Status]:
    return [job.status for job in jobs.jobs.values()]


def announced(dependencies: Dependencies) -> list[Job]:
    assert isinstance(dependencies.worker.announcer, FakeAnnouncer)
    return dependencies.worker.announcer.announced


def test_what_succeeds_is_not_delivered_again() -> None:
    jobs = jobs_of(*NAMES)
    assert failed(handle_batch(event(*NAMES), Context(), worker_dependencies(jobs))) == []
    assert statuses(jobs) == [Status.DONE] * 3


def test_only_what_fails_is_delivered_again_and_soon() -> None:
    jobs, sqs = jobs_of(*NAMES), PausingSqs()
    dependencies = worker_dependencies(jobs, RecordingEndpoint(failures=1), sqs=sqs)
    assert failed(handle_batch(event(*NAMES), Context(), dependencies)) == ["message-0"]
    assert statuses(jobs) == [Status.PENDING, Status.DONE, Status.DONE]
    assert sqs.paused.keys() == {"handle-0"}
    assert 1 <= sqs.paused["handle-0"] <= 2
    assert failed(handle_batch(event("first"), Context(), dependencies)) == []
    assert statuses(jobs) == [Status.DONE] * 3
    assert len(announced(dependencies)) == 3


def test_a_batch_that_fails_as_a_whole_is_no_error_of_the_function() -> None:
    jobs = jobs_of(*NAMES)
    dependencies = worker_dependencies(jobs, RecordingEndpoint(failures=3))
    assert failed(handle_batch(event(*NAMES), Context(), dependencies)) == ["message-0", "message-1", "message-2"]


def test_an_unreadable_message_holds_no_other_back() -> None:
    jobs = jobs_of("first")
    assert failed(handle_batch(event(None, "first"), Context(), worker_dependencies(jobs))) == ["message-0"]
    assert statuses(jobs) == [Status.DONE]


def test_an_upload_that_is_delivered_twice_is_read_once() -> None:
    jobs, endpoint = jobs_of("first"), RecordingEndpoint()
    dependencies = worker_dependencies(jobs, endpoint)
    assert failed(handle_batch(event("first", "first"), Context(), dependencies)) == []
    assert len(endpoint.called_with) == 1
    (job,) = jobs.jobs.values()
    assert announced(dependencies) == [job, job]


@dataclass
class MeanwhileEndpoint(RecordingEndpoint):
    """An endpoint during whose first call the queue delivers the same batch to another run of the function."""

    meanwhile: list[Dependencies] = field(default_factory=list)

    def invoke(self, csv: bytes, *, correlation_id: str = "") -> EndpointOutput:
        """Let the other run come first, then predict."""
        if self.meanwhile:
            assert failed(handle_batch(event("first"), Context(), self.meanwhile.pop())) == []
        return super().invoke(csv, correlation_id=correlation_id)


def test_of_two_deliveries_at_once_one_ends_the_job_and_both_announce_that_end() -> None:
    jobs = jobs_of("first")
    other = worker_dependencies(jobs)
    other = replace(other, worker=replace(other.worker, model="ofanotherrun"))
    dependencies = worker_dependencies(jobs, MeanwhileEndpoint(meanwhile=[other]))
    assert failed(handle_batch(event("first"), Context(), dependencies)) == []
    (job,) = jobs.jobs.values()
    assert (job.status, job.outcome["model"]) == (Status.DONE, "ofanotherrun")
    assert announced(other) == announced(dependencies) == [job]


class Killed(BaseException):
    """Lambda ends the process here."""


@dataclass
class KilledAnnouncer(FakeAnnouncer):
    """An announcer during whose first call the process is killed."""

    def announce(self, job: Job) -> str | None:
        """Be killed, or announce."""
        if self.is_available:
            return super().announce(job)
        self.is_available = True
        raise Killed


def test_a_job_whose_worker_was_killed_after_its_end_is_announced_at_the_next_delivery() -> None:
    jobs, endpoint = jobs_of("first"), RecordingEndpoint()
    dependencies = worker_dependencies(jobs, endpoint, announcer=KilledAnnouncer(is_available=False))
    with pytest.raises(Killed):
        handle_batch(event("first"), Context(), dependencies)
    (job,) = jobs.jobs.values()
    assert (job.status, announced(dependencies)) == (Status.DONE, [])
    assert failed(handle_batch(event("first"), Context(), dependencies)) == []
    assert jobs.jobs == {job.job_id: job}
    assert announced(dependencies) == [job]
    assert len(endpoint.called_with) == 1


def test_a_job_whose_worker_was_killed_before_its_end_is_read_again_at_the_next_delivery() -> None:
    class KilledEndpoint(RecordingEndpoint):
        def invoke(self, csv: bytes, *, correlation_id: str = "") -> EndpointOutput:
            if not self.called_with:
                self.called_with.append(correlation_id)
                raise Killed
            return super().invoke(csv, correlation_id=correlation_id)

    jobs = jobs_of("first")
    dependencies = worker_dependencies(jobs, KilledEndpoint())
    with pytest.raises(Killed):
        handle_batch(event("first"), Context(), dependencies)
    assert statuses(jobs) == [Status.PENDING]
    assert failed(handle_batch(event("first"), Context(), dependencies)) == []
    assert statuses(jobs) == [Status.DONE]


def test_no_picture_is_started_that_could_not_be_finished() -> None:
    jobs, sqs, endpoint = jobs_of(*NAMES), PausingSqs(), RecordingEndpoint()
    dependencies = worker_dependencies(jobs, endpoint, sqs=sqs)
    short = Context(milliseconds=PICTURE_SECONDS * 1000 - 1)
    assert failed(handle_batch(event(*NAMES), short, dependencies)) == ["message-0", "message-1", "message-2"]
    assert statuses(jobs) == [Status.PENDING] * 3
    assert endpoint.called_with == []
    assert set(sqs.paused.values()) == {0}  # at once: nothing is wrong with them
    just = Context(milliseconds=PICTURE_SECONDS * 1000)
    assert failed(handle_batch(event(*NAMES), just, dependencies)) == []
