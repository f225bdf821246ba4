"""Dead letters that are read and retried: what is reported, and what SQS is asked to do, call by call."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.session import Session
from botocore.stub import ANY, Stubber

from tests.support.s3_events import event_of_s3
from tools.dead_letters import BATCH, DeadLetterQueue, jobs_in
from tools.redrive import JobTable, look, main, redrive

DEAD, SOURCE = "https://sqs.us-east-1.amazonaws.com/1/dead", "https://sqs.us-east-1.amazonaws.com/1/source"


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


class Sqs:
    """A client of SQS with the calls that are expected, in their order, and what they return."""

    def __init__(self) -> None:
        session = Session()
        session.set_credentials("key", "secret")
        client = session.create_client("sqs", region_name="us-east-1")
        self.stub = Stubber(client)
        self.queue = DeadLetterQueue(client, url=DEAD, source_url=SOURCE)

    def received(self, *bodies: str, start: int = 0) -> None:
        """The dead-letter queue gives these bodies as messages m0, m1, ..."""
        messages = [
            {
                "MessageId": f"m{number}", "ReceiptHandle": f"handle-{number}", "Body": body,
                "Attributes": {"SentTimestamp": "1000", "ApproximateReceiveCount": "3"},
            }
            for number, body in enumerate(bodies, start)
        ]  # fmt: skip
        asked = {
            "QueueUrl": DEAD, "MaxNumberOfMessages": BATCH, "VisibilityTimeout": ANY, "WaitTimeSeconds": ANY,
            "AttributeNames": ["All"], "MessageAttributeNames": ["All"],
        }  # fmt: skip
        self.stub.add_response("receive_message", {"Messages": messages} if messages else {}, asked)

    def sent(self, *bodies: str, taken: Sequence[int], ids: Sequence[str] = ()) -> None:
        """The source queue takes the bodies of those numbers, and refuses the others."""
        entries = [
            {"Id": str(number), "MessageBody": body, "MessageAttributes": {}} for number, body in enumerate(bodies)
        ]
        good = [
            {"Id": str(number), "MessageId": ids[place] if ids else f"new-{number}", "MD5OfMessageBody": ""}
            for place, number in enumerate(taken)
        ]
        bad = [
            {"Id": str(number), "Code": "InternalError", "Message": "not now", "SenderFault": False}
            for number in range(len(bodies))
            if number not in taken
        ]
        asked = {"QueueUrl": SOURCE, "Entries": entries}
        self.stub.add_response("send_message_batch", {"Successful": good, "Failed": bad}, asked)

    def deleted(self, *numbers: int) -> None:
        """The messages of those numbers are deleted from the dead-letter queue."""
        entries = [{"Id": str(place), "ReceiptHandle": f"handle-{number}"} for place, number in enumerate(numbers)]
        asked = {"QueueUrl": DEAD, "Entries": entries}
        self.stub.add_response("delete_message_batch", {"Successful": [], "Failed": []}, asked)

    def released(self, *numbers: int) -> None:
        """The messages of those numbers become visible again."""
        entries = [
            {"Id": str(place), "ReceiptHandle": f"handle-{number}", "VisibilityTimeout": 0}
            for place, number in enumerate(numbers)
        ]
        asked = {"QueueUrl": DEAD, "Entries": entries}
        self.stub.add_response("change_message_visibility_batch", {"Successful": [], "Failed": []}, asked)

    def counted(self, count: int) -> None:
        """So many dead letters are left, none of them held."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        counts = {"Attributes": dict(zip(names, (str(count), "0"), strict=True))}
        self.stub.add_response("get_queue_attributes", counts, {"QueueUrl": DEAD, "AttributeNames": names})

    def moved(self, *bodies: str) -> None:
        """All of these bodies are moved, and nothing is left."""
        self.received(*bodies)
        self.sent(*bodies, taken=range(len(bodies)))
        self.deleted(*range(len(bodies)))
        self.received()
        self.counted(0)


@pytest.fixture
def sqs() -> Iterator[Sqs]:
    """A queue; every expected call must have been made in the end."""
    made = Sqs()
    with made.stub:
        yield made
    made.stub.assert_no_pending_responses()


def table(asks: int = 0, **ends: dict[str, Any]) -> JobTable:
    return JobTable(client=SmallTable(ends=ends, asks=asks), name="jobs")


def test_dead_letters_go_back_and_their_jobs_are_followed_to_the_end(sqs: Sqs) -> None:
    said = list[str]()
    sqs.moved(event_of_s3("one"), event_of_s3("two"), event_of_s3("old"))
    assert redrive(sqs.queue, table(one=DONE, two=GONE), said.append, wait_seconds=0) == 0
    assert said == [
        "dead letters moved back into the queue: 3",
        "  job old  FORGOTTEN",
        "  job one  DONE: 3 0",
        "  job two  FAILED: the uploaded file is no longer there",
        "ended: 1 DONE, 1 FAILED, 1 FORGOTTEN",
        "dead letters left: 0",
    ]


def test_a_damaged_record_keeps_no_other_job_from_being_followed(sqs: Sqs) -> None:
    said = list[str]()
    sqs.moved(event_of_s3("one"), event_of_s3("bad"), event_of_s3("worse"))
    jobs = table(one=DONE, bad={**DONE, "outcome": {"S": "{"}}, worse={})
    assert redrive(sqs.queue, jobs, said.append, wait_seconds=0) == 0
    assert said[1:4] == ["  job bad  UNREADABLE", "  job one  DONE: 3 0", "  job worse  UNREADABLE"]


POISON = ["[" * 5000, event_of_s3("k" * 3000), '{"Records": 1, "Records": []}', event_of_s3("\x1b[2J"), "\ud800"]


def test_what_is_no_upload_keeps_no_other_dead_letter_from_being_listed(sqs: Sqs) -> None:
    said = list[str]()
    bodies = [*POISON, event_of_s3("one")]
    sqs.received(*bodies)
    sqs.received()
    sqs.released(*range(len(bodies)))
    assert look(sqs.queue, table(one=DONE), said.append) == 0
    assert said[0] == "dead letters: 6"
    assert [line.partition("  sent")[0] for line in said[1:]] == ["  not an event of S3"] * 5 + ["  job one  DONE: 3 0"]


def test_dead_letters_too_large_for_one_request_go_in_several(sqs: Sqs) -> None:
    said = list[str]()
    large = [" " * 150_000 + event_of_s3(name) for name in ("one", "two")]
    sqs.received(*large)
    for body in large:
        sqs.sent(body, taken=[0])
    sqs.deleted(0, 1)
    sqs.received()
    sqs.counted(0)
    assert redrive(sqs.queue, table(one=DONE, two=GONE), said.append, wait_seconds=0) == 0


@pytest.mark.slow
def test_a_pending_job_is_waited_for(sqs: Sqs) -> None:
    said = list[str]()
    sqs.moved(event_of_s3("one"))
    assert redrive(sqs.queue, table(asks=1, one=DONE), said.append, wait_seconds=10) == 0
    assert "  job one  DONE: 3 0" in said


def test_a_job_that_does_not_end_is_reported(sqs: Sqs) -> None:
    said = list[str]()
    sqs.moved(event_of_s3("one"))
    assert redrive(sqs.queue, table(asks=9, one=DONE), said.append, wait_seconds=0) == 1
    assert said[-1] == "still pending after 0 s: 1; see the log of the worker"


def test_nothing_to_do_is_said(sqs: Sqs) -> None:
    said = list[str]()
    sqs.received()
    sqs.counted(0)
    assert redrive(sqs.queue, table(), said.append, wait_seconds=0) == 0
    assert said == ["there are no dead letters"]


def test_many_go_in_batches(sqs: Sqs) -> None:
    said = list[str]()
    bodies = [event_of_s3(f"job-{number:02}") for number in range(25)]
    for start in range(0, 25, 10):
        batch = bodies[start : start + 10]
        sqs.received(*batch, start=start)
        sqs.sent(*batch, taken=range(len(batch)))
        sqs.deleted(*range(start, start + len(batch)))
    sqs.received()
    sqs.counted(0)
    redrive(sqs.queue, table(), said.append, wait_seconds=0)
    assert said[:3] == [f"dead letters moved back into the queue: {number}" for number in (10, 20, 25)]
    assert "  ... and 5 more" in said


def test_what_sqs_does_not_take_stays_a_dead_letter(sqs: Sqs) -> None:
    said, bodies = list[str](), (event_of_s3("one"), event_of_s3("two"))
    sqs.received(*bodies)
    sqs.sent(*bodies, taken=[0])
    sqs.deleted(0)
    sqs.received()
    sqs.counted(1)
    assert redrive(sqs.queue, table(one=DONE), said.append, wait_seconds=0) == 1
    assert "not moved, still a dead letter: InternalError not now" in said
    assert said[-1] == "dead letters left: 1"


def test_ten_that_sqs_does_not_take_keep_no_other_from_being_moved(sqs: Sqs) -> None:
    said, bodies = list[str](), [event_of_s3(f"bad-{number}") for number in range(10)]
    sqs.received(*bodies)
    sqs.sent(*bodies, taken=[])
    sqs.received(event_of_s3("one"), start=10)
    sqs.sent(event_of_s3("one"), taken=[0], ids=["new"])
    sqs.deleted(10)
    sqs.received()
    sqs.counted(10)
    assert redrive(sqs.queue, table(one=DONE), said.append, wait_seconds=0) == 1
    assert "dead letters moved back into the queue: 1" in said


def test_what_fails_again_at_once_is_not_moved_for_ever(sqs: Sqs) -> None:
    said = list[str]()
    sqs.received(event_of_s3("one"))
    sqs.sent(event_of_s3("one"), taken=[0], ids=["m1"])
    sqs.deleted(0)
    sqs.received(event_of_s3("one"), start=1)
    sqs.released(1)  # the next look sees it
    sqs.counted(1)
    assert redrive(sqs.queue, table(one=ended("PENDING")), said.append, wait_seconds=0) == 1
    assert "failed again already: 1" in said


def test_what_is_no_upload_is_reported(sqs: Sqs) -> None:
    said = list[str]()
    sqs.moved("junk")
    redrive(sqs.queue, table(), said.append, wait_seconds=0)
    assert "not an event of S3, so the worker will fail again: 1" in said


def test_looking_changes_nothing(sqs: Sqs) -> None:
    said = list[str]()
    bodies = [*[event_of_s3(f"job-{number:02}") for number in range(12)], "junk"]
    sqs.received(*bodies[:10])
    sqs.received(*bodies[10:], start=10)
    sqs.received()
    sqs.released(*range(10))
    sqs.released(*range(10, 13))
    jobs = JobTable(client=SmallTable(ends={"job-00": DONE}), name="jobs")
    assert look(sqs.queue, jobs, said.append) == 0
    assert said[0] == "dead letters: 13"
    assert said[1].startswith("  job job-00  DONE: 3 0  sent ")
    assert "not an event of S3" in said[13]


def test_a_look_that_takes_longer_than_messages_are_hidden_ends(sqs: Sqs) -> None:
    sqs.received(event_of_s3("one"))
    sqs.received(event_of_s3("one"))
    sqs.released(0)
    assert [each.message_id for each in sqs.queue.look()] == ["m0"]


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
