"""Queues that are mapped to a function, for tests: the function does what its messages ask for, and reports it."""

from __future__ import annotations

import json
from typing import Any

from support.emulated_functions import READS_QUEUE, depth, make_function, make_queue, map_queue, redriven_to
from support.emulators import Emulator, eventually

CODE = """
import json, os, time
import boto3
sqs = boto3.client("sqs", endpoint_url=os.environ["AWS_ENDPOINT_URL"], region_name="us-east-1")
def handler(event, context):
    failures, answer = [], None
    for record in event["Records"]:
        asked = json.loads(record["body"])
        count = int(record["attributes"]["ApproximateReceiveCount"])
        seen = {"n": asked.get("n"), "count": count, "batch": len(event["Records"])}
        seen |= {"began": time.time(), "code": "CODE"}
        sqs.send_message(QueueUrl=asked["seen"], MessageBody=json.dumps(seen))
        time.sleep(asked.get("sleep", 0) if count == 1 else 0)
        if "visible" in asked and count == 1:
            url = asked["seen"].rpartition("/")[0] + "/" + record["eventSourceARN"].rpartition(":")[2]
            sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=record["receiptHandle"],
                                          VisibilityTimeout=asked["visible"])
        if asked.get("raise") and count <= asked["raise"]:
            raise ValueError("as asked")
        if asked.get("fail") and count <= asked["fail"]:
            failures.append({"itemIdentifier": record["messageId"]})
        if "answer" in asked and count == 1:
            answer = asked["answer"]
    return {"batchItemFailures": failures} if answer is None else answer
"""
"""A function that does what the bodies of its messages ask for, and sends what it saw to a queue of its own."""
RIGHTS = ("sqs:SendMessage", "sqs:ChangeMessageVisibility")


class Story:
    """A queue, its dead-letter queue, the function it is mapped to, and a queue of what that one saw."""

    def __init__(self, emulator: Emulator, name: str, *, rights: tuple[str, ...] = READS_QUEUE, **queue: Any) -> None:
        self.emulator, self.name, self.sqs = emulator, name, emulator.client("sqs")
        self.dead = make_queue(emulator, f"{name}-dead")
        self.seen_url = make_queue(emulator, f"{name}-seen")
        attributes = {"VisibilityTimeout": 3, "RedrivePolicy": redriven_to(f"{name}-dead", after=2), **queue}
        self.url = make_queue(emulator, name, **attributes)
        make_function(emulator, name, CODE.replace("CODE", "first"), *rights, *RIGHTS)
        # Its process runs before the first message comes, so that no visibility timeout is used up by the start.
        emulator.client("lambda").invoke(FunctionName=name, Payload=json.dumps({"Records": []}))
        self.seen: list[dict[str, Any]] = []
        self.mapping = ""

    def begin(self, **rules: Any) -> Story:
        """Map the queue to the function."""
        self.mapping = map_queue(self.emulator, self.name, **rules)
        return self

    def send(self, *bodies: dict[str, Any]) -> None:
        """Send messages, numbered from 0."""
        entries = [
            {"Id": str(n), "MessageBody": json.dumps({"n": n, "seen": self.seen_url, **each})}
            for n, each in enumerate(bodies)
        ]
        for start in range(0, len(entries), 10):
            answer = self.sqs.send_message_batch(QueueUrl=self.url, Entries=entries[start : start + 10])
            assert not answer.get("Failed")

    def look(self) -> list[dict[str, Any]]:
        """What the function saw so far."""
        while messages := self.sqs.receive_message(QueueUrl=self.seen_url, MaxNumberOfMessages=10).get("Messages"):
            self.seen += [json.loads(message["Body"]) for message in messages]
        return self.seen

    def counts(self) -> list[tuple[int, int]]:
        """Number and receive count of each message that the function saw, in order of their numbers."""
        return sorted((seen["n"], seen["count"]) for seen in self.look())

    def waits_for(self, counts: list[tuple[int, int]]) -> None:
        """Wait until the function saw exactly that, and the queue is empty."""
        eventually(lambda: self.counts() == counts)
        eventually(lambda: depth(self.emulator, self.url) == (0, 0))
        assert self.counts() == counts

    def end(self) -> None:
        """Take the mapping away."""
        self.emulator.client("lambda").delete_event_source_mapping(UUID=self.mapping)
