"""Dead letters that are looked at and tried again: what is told of them, and that none is lost whatever happens."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.support.small_sqs import SmallSqs, event_of_s3
from tools.dead_letters import DeadLetters, jobs_in
from tools.redrive import JobTable, look, main, redrive


@dataclass
class SmallTable:
    """The table of jobs; each is pending as often as `asks` says, then ends as `ends` does."""

    ends: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    asks: int = 0

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        """Give what is known, at most two at once."""
        ((name, wanted),) = RequestItems.items()
        ids = [key["job_id"]["S"] for key in wanted["Keys"]]
        pending = self.asks > 0
        self.asks -= 1
        found = [{"job_id": {"S": job}, **self._item(job, pending=pending)} for job in ids[:2] if job in self.ends]
        left = {name: {"Keys": wanted["Keys"][2:]}} if ids[2:] else {}
        return {"Responses": {name: found}, "UnprocessedKeys": left}

    def _item(self, job: str, *, pending: bool) -> dict[str, Any]:
        return {"status": {"S": "PENDING"}} if pending else self.ends[job]


def ended(status: str, **outcome: Any) -> dict[str, Any]:
    return {"status": {"S": status}, "outcome": {"S": json.dumps(outcome)}}


DONE = ended("DONE", digits=[{"digit": 3}, {"digit": 0}])
GONE = ended("FAILED", reason={"title": "the uploaded file is no longer there"})


def letters_of(sqs: SmallSqs) -> DeadLetters:
    return DeadLetters(sqs, letters_url="letters", queue_url="queue")


def table(asks: int = 0, **ends: dict[str, Any]) -> JobTable:
    return JobTable(client=SmallTable(ends=ends, asks=asks), name="jobs")


def test_letters_go_back_and_their_jobs_are_followed_to_the_end() -> None:
    sqs, said = SmallSqs(), list[str]()
    sqs.put(event_of_s3("one"), event_of_s3("two"), event_of_s3("old"))
    code = redrive(letters_of(sqs), table(one=DONE, two=GONE), said.append, wait_seconds=0)
    assert code == 0
    assert said == [
        "dead letters moved back into the queue: 3",
        "  job old  FORGOTTEN",
        "  job one  DONE: 3 0",
        "  job two  FAILED: the uploaded file is no longer there",
        "ended: 1 DONE, 1 FAILED, 1 FORGOTTEN",
        "dead letters left: 0",
    ]
    assert sqs.bodies("letters") == []
    assert sqs.bodies("queue") == [event_of_s3("one"), event_of_s3("two"), event_of_s3("old")]


def test_a_spoilt_record_keeps_no_other_job_from_being_followed() -> None:
    sqs, said = SmallSqs(), list[str]()
    sqs.put(event_of_s3("one"), event_of_s3("bad"), event_of_s3("worse"))
    jobs = table(one=DONE, bad={**DONE, "outcome": {"S": "{"}}, worse={})
    assert redrive(letters_of(sqs), jobs, said.append, wait_seconds=0) == 0
    assert said[1:4] == ["  job bad  UNREADABLE", "  job one  DONE: 3 0", "  job worse  UNREADABLE"]


def test_a_pending_job_is_waited_for() -> None:
    sqs, said = SmallSqs(), list[str]()
    sqs.put(event_of_s3("one"))
    assert redrive(letters_of(sqs), table(asks=1, one=DONE), said.append, wait_seconds=10) == 0
    assert "  job one  DONE: 3 0" in said


def test_a_job_that_does_not_end_is_told_of() -> None:
    sqs, said = SmallSqs(), list[str]()
    sqs.put(event_of_s3("one"))
    assert redrive(letters_of(sqs), table(asks=9, one=DONE), said.append, wait_seconds=0) == 1
    assert said[-1] == "still pending after 0 s: 1; look at the log of the worker"


def test_nothing_to_do_is_said() -> None:
    said = list[str]()
    assert redrive(letters_of(SmallSqs()), table(), said.append, wait_seconds=0) == 0
    assert said == ["there are no dead letters"]


def test_many_letters_go_in_batches() -> None:
    sqs, said = SmallSqs(), list[str]()
    bodies = [event_of_s3(f"job-{number:02}") for number in range(25)]
    sqs.put(*bodies)
    redrive(letters_of(sqs), table(), said.append, wait_seconds=0)
    assert (sqs.bodies("queue"), sqs.bodies("letters")) == (bodies, [])
    assert said[:3] == [f"dead letters moved back into the queue: {number}" for number in (10, 20, 25)]
    assert "  ... and 5 more" in said


def test_an_interruption_before_anything_is_deleted_loses_nothing() -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    sqs = SmallSqs(before_deleting=interrupt)
    sqs.put(event_of_s3("one"), event_of_s3("two"))
    with pytest.raises(KeyboardInterrupt):
        redrive(letters_of(sqs), table(), lambda _: None, wait_seconds=0)
    assert sqs.bodies("letters") == sqs.bodies("queue") == [event_of_s3("one"), event_of_s3("two")]


def test_what_sqs_does_not_take_stays_a_letter() -> None:
    sqs, said = SmallSqs(refuses={event_of_s3("two")}), list[str]()
    sqs.put(event_of_s3("one"), event_of_s3("two"))
    assert redrive(letters_of(sqs), table(one=DONE), said.append, wait_seconds=0) == 1
    assert "not moved, still a dead letter: InternalError not now" in said
    assert said[-1] == "dead letters left: 1"
    assert (sqs.bodies("queue"), sqs.bodies("letters")) == ([event_of_s3("one")], [event_of_s3("two")])


def test_what_is_given_up_again_at_once_is_not_moved_for_ever() -> None:
    sqs, said = SmallSqs(gives_up=True), list[str]()
    sqs.put(event_of_s3("one"))
    assert redrive(letters_of(sqs), table(one=ended("PENDING")), said.append, wait_seconds=0) == 1
    assert "given up again already: 1" in said
    assert sqs.bodies("letters") == [event_of_s3("one")]
    assert not sqs.queues["letters"][0].held  # the next look sees it


def test_what_is_no_upload_is_told_of() -> None:
    sqs, said = SmallSqs(), list[str]()
    sqs.put("junk")
    redrive(letters_of(sqs), table(), said.append, wait_seconds=0)
    assert "no event of S3, and so the worker will give it up again: 1" in said


def test_looking_changes_nothing() -> None:
    sqs, said = SmallSqs(), list[str]()
    sqs.put(*[event_of_s3(f"job-{number:02}") for number in range(12)], "junk")
    before = sqs.bodies("letters")
    assert look(letters_of(sqs), JobTable(client=SmallTable(ends={"job-00": DONE}), name="jobs"), said.append) == 0
    assert said[0] == "dead letters: 13"
    assert said[1].startswith("  job job-00  DONE: 3 0  sent ")
    assert "no event of S3" in said[13]
    assert (sqs.bodies("letters"), sqs.bodies("queue")) == (before, [])
    assert not any(message.held for message in sqs.queues["letters"])


def test_a_look_that_takes_longer_than_letters_are_held_ends() -> None:
    sqs = SmallSqs()
    sqs.put(event_of_s3("one"))
    receive, calls = sqs.receive_message, itertools.count(1)

    def slowly(**wanted: Any) -> dict[str, Any]:
        sqs.release_all()
        assert next(calls) < 5
        return receive(**wanted)

    sqs.receive_message = slowly  # type: ignore[method-assign]
    assert [letter.message_id for letter in letters_of(sqs).look()] == ["m0"]


@pytest.mark.parametrize(
    ("body", "jobs"),
    [
        (event_of_s3("one", "two"), ("one", "two")),
        ("junk", ()),
        ("[]", ()),
        ('{"Event": "s3:TestEvent"}', ()),
        ('{"Records": [{"s3": null}]}', ()),
        ('{"Records": null}', ()),
        ("[" * 100_000, ()),
        (event_of_s3("one", ""), ("one",)),  # an empty key would let DynamoDB refuse all that are asked for with it
    ],
)
def test_jobs_are_read_out_of_events(body: str, jobs: tuple[str, ...]) -> None:
    assert jobs_in(body) == jobs


def test_an_example_account_is_refused_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dev"]) == 2
    assert capsys.readouterr().err.startswith("error: account of dev is 111111111111, an example")
