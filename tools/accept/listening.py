"""Hears what alarms tell people: a queue that subscribes to the topic of alarms, and what has arrived in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from tools.leftovers import Client

BATCH = 10


def listening_queue(client: Client, *, topic: str, name: str, at_end: Callable[..., object]) -> str:
    """The address of a new queue that hears what people are told; SNS may write to it because it says so itself.

    Parameters
    ----------
    client
        Gives clients of the account and region.
    topic
        ARN of the topic.
    name
        Of the queue.
    at_end
        Is told what is there then, how it is cleaned up, and of which members, see `Stage.at_end`.
    """
    sqs, sns = client("sqs"), client("sns")
    url: str = sqs.create_queue(QueueName=name)["QueueUrl"]
    at_end(f"the queue {name}", sqs.delete_queue, QueueUrl=url)
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True)
    at_end(f"the subscription of the queue {name}", sns.unsubscribe, SubscriptionArn=subscription["SubscriptionArn"])
    return url


def heard_alarms(client: Client, queue: str) -> Iterator[dict[str, Any]]:
    """What CloudWatch has told since, the oldest first, at most ten at once; waits a second for the first."""
    sqs = client("sqs")
    answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1, MaxNumberOfMessages=BATCH)
    for message in answer.get("Messages", []):
        yield json.loads(json.loads(message["Body"])["Message"])
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
