"""Two queues of SQS in memory, with what moving dead letters needs of them: a small stand-in for botocore's client."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError


def event_of_s3(*job_ids: str) -> str:
    """The body of a message about uploads."""
    keys = [f"uploads/some%20body/{job_id}" for job_id in job_ids]
    return json.dumps({"Records": [{"s3": {"object": {"key": key}}} for key in keys]})


@dataclass
class Message:
    """One message; `held` ones are given to nobody."""

    message_id: str
    body: str
    receives: int = 0
    held: bool = False


@dataclass
class SmallSqs:
    """Queues by their address.

    Attributes
    ----------
    refuses
        Bodies that are not taken.
    before_deleting
        Called before anything is deleted, as when a person interrupts there.
    gives_up
        Whether what is sent to `queue` is a dead letter in `letters` at once.
    """

    queues: dict[str, list[Message]] = field(default_factory=lambda: {"letters": [], "queue": []})
    refuses: set[str] = field(default_factory=set)
    before_deleting: Callable[[], None] = lambda: None
    gives_up: bool = False
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    def put(self, *bodies: str) -> None:
        """Give uploads up."""
        self.queues["letters"] += [Message(f"m{next(self.numbers)}", body) for body in bodies]

    def bodies(self, queue: str) -> list[str]:
        """What is in a queue."""
        return [message.body for message in self.queues[queue]]

    def release_all(self) -> None:
        """Let the time pass that messages are held."""
        for message in itertools.chain(*self.queues.values()):
            message.held = False

    def receive_message(self, *, QueueUrl: str, MaxNumberOfMessages: int, **_: Any) -> dict[str, Any]:  # noqa: N803
        """Give some, and hold them."""
        free = [message for message in self.queues[QueueUrl] if not message.held][:MaxNumberOfMessages]
        for message in free:
            message.held, message.receives = True, message.receives + 1
        return {"Messages": [_received(message) for message in free]} if free else {}

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        """Take some."""
        assert len(Entries) <= 10
        good, bad = [], []
        for entry in Entries:
            if entry["MessageBody"] in self.refuses:
                bad.append({"Id": entry["Id"], "Code": "InternalError", "Message": "not now"})
                continue
            message = Message(f"m{next(self.numbers)}", entry["MessageBody"])
            self.queues["letters" if self.gives_up else QueueUrl].append(message)
            good.append({"Id": entry["Id"], "MessageId": message.message_id})
        return {"Successful": good, "Failed": bad}

    def delete_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        """Forget some."""
        self.before_deleting()
        gone = {entry["ReceiptHandle"] for entry in Entries}
        self.queues[QueueUrl] = [each for each in self.queues[QueueUrl] if f"handle-{each.message_id}" not in gone]
        return {}

    def change_message_visibility_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> None:  # noqa: N803
        """Hold some no longer."""
        if not Entries:
            raise ClientError({"Error": {"Code": "EmptyBatchRequest", "Message": ""}}, "ChangeMessageVisibilityBatch")
        freed = {entry["ReceiptHandle"] for entry in Entries}
        for message in self.queues[QueueUrl]:
            message.held = message.held and f"handle-{message.message_id}" not in freed

    def get_queue_attributes(self, *, QueueUrl: str, AttributeNames: list[str]) -> dict[str, Any]:  # noqa: N803
        """Count."""
        held = sum(message.held for message in self.queues[QueueUrl])
        counts = (len(self.queues[QueueUrl]) - held, held)
        return {"Attributes": dict(zip(AttributeNames, map(str, counts), strict=True))}


def _received(message: Message) -> dict[str, Any]:
    return {
        "MessageId": message.message_id,
        "ReceiptHandle": f"handle-{message.message_id}",
        "Body": message.body,
        "Attributes": {"SentTimestamp": "1000", "ApproximateReceiveCount": str(message.receives)},
    }
