"""What an alarm tells people is heard in a queue that subscribes to the topic of alarms, and nothing of it stays."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest

from tests.support.emulator import Emulator
from tests.support.uploading import until
from tools.accept.listening import heard_alarms, listening_queue

pytestmark = pytest.mark.slow


def test_an_alarm_is_heard_once(emulator: Emulator) -> None:
    cloudwatch, sns, sqs = (emulator.client(service) for service in ("cloudwatch", "sns", "sqs"))
    topic = sns.create_topic(Name="listening")["TopicArn"]
    cloudwatch.put_metric_alarm(
        AlarmName="listening", AlarmDescription="read on", AlarmActions=[topic], Namespace="N", MetricName="M",
        Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    left: list[str] = []
    with ExitStack() as ends:

        def at_end(what: str, clean_up: Callable[..., object], **members: str) -> None:
            left.append(what)
            ends.callback(clean_up, **members)

        queue = listening_queue(emulator.client, topic=topic, name="listener", at_end=at_end)
        cloudwatch.set_alarm_state(AlarmName="listening", StateValue="ALARM", StateReason="a test")
        told: list[dict[str, Any]] = []

        def is_heard() -> bool:
            told.extend(heard_alarms(emulator.client, queue))
            return bool(told)

        until(is_heard, 300, "nothing is heard")
        assert [(each["AlarmName"], each["NewStateValue"], each["AlarmDescription"]) for each in told] == [
            ("listening", "ALARM", "read on")
        ]
        assert list(heard_alarms(emulator.client, queue)) == []
    assert left == ["the queue listener", "the subscription of the queue listener"]
    assert sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []
    assert sqs.list_queues(QueueNamePrefix="listener").get("QueueUrls", []) == []
