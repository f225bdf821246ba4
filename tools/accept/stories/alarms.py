"""Every alarm, set off by hand, is told to whoever subscribes to the topic of alarms."""

from __future__ import annotations

import json
from typing import Any

from tools.accept.stage import Stage
from tools.accept.story import Differs, Story

RUNBOOK = "docs/operations.md#"
TOLD_SECONDS = 180
BATCH = 10


def play_alarms(stage: Stage) -> None:
    """Subscribe a queue to the topic, set each alarm off, and hear of each."""
    topic = stage.outputs("operations")["AlarmTopicArn"]
    alarms = [alarm for alarm in _alarms(stage) if topic in alarm["AlarmActions"]]
    if not alarms:
        raise Differs(f"alarms that publish to {topic}", "none")
    queue = _listening_queue(stage, topic)
    missing = {str(alarm["AlarmName"]) for alarm in alarms}
    for alarm in alarms:
        stage.say(f"setting {alarm['AlarmName']} off")
        _set_off(stage, alarm)
    stage.say(f"waiting for {len(missing)} alarms")
    heard: set[str] = set()

    def all_told() -> bool:
        heard.update(_heard(stage, queue))
        return missing <= heard

    try:
        stage.until(all_told, "everybody is told", seconds=TOLD_SECONDS)
    except Differs:
        silent = ", ".join(sorted(missing - heard))
        raise Differs(
            f"a message of each of {len(missing)} alarms within {TOLD_SECONDS} s", f"none of {silent}"
        ) from None


def _alarms(stage: Stage) -> list[dict[str, Any]]:
    pages = (
        stage.client("cloudwatch")
        .get_paginator("describe_alarms")
        .paginate(AlarmNamePrefix=f"digits-{stage.deployment.environment}-", AlarmTypes=["MetricAlarm"])
    )
    return [alarm for page in pages for alarm in page["MetricAlarms"]]


def _listening_queue(stage: Stage, topic: str) -> str:
    """The address of a queue that hears what people are told; SNS may write to it because it says so itself."""
    sqs, sns = stage.client("sqs"), stage.client("sns")
    url: str = sqs.create_queue(QueueName=stage.name)["QueueUrl"]
    stage.at_end(f"the queue {stage.name}", sqs.delete_queue, QueueUrl=url)
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
    stage.at_end(
        f"the subscription of the queue {stage.name}",
        sns.unsubscribe,
        SubscriptionArn=subscription["SubscriptionArn"],
    )
    return url


def _set_off(stage: Stage, alarm: dict[str, Any]) -> None:
    """Only a change of state is told, so an alarm that rings already is silenced first."""
    cloudwatch, name, before = stage.client("cloudwatch"), alarm["AlarmName"], alarm["StateValue"]
    if before == "ALARM":
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason=stage.name)
    stage.at_end(
        f"the state ALARM of {name}, which CloudWatch corrects itself",
        cloudwatch.set_alarm_state,
        AlarmName=name,
        StateValue=before,
        StateReason=f"{stage.name} is over",
    )
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason=f"{stage.name} tries it")


def _heard(stage: Stage, queue: str) -> set[str]:
    """Names of the alarms that were told now, in words that lead to the runbook."""
    sqs, found = stage.client("sqs"), set()
    answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1, MaxNumberOfMessages=BATCH)
    for message in answer.get("Messages", []):
        told = json.loads(json.loads(message["Body"])["Message"])
        if RUNBOOK not in str(told["AlarmDescription"]):
            raise Differs(f"{told['AlarmName']} leads to {RUNBOOK}", told["AlarmDescription"])
        if told["NewStateValue"] == "ALARM":
            found.add(str(told["AlarmName"]))
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return found


STORIES = (
    Story(
        slug="alarms",
        sentence="every alarm that goes off is told to the subscribers of the topic, with its place in the runbook",
        needs=("operations",),
        seconds=400,
        changes="a queue and its subscription; each alarm rings once, and its recipients get a message",
        play=play_alarms,
    ),
)
