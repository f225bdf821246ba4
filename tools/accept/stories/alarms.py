"""Every alarm, set off by hand, is told to whoever subscribes to the topic of alarms."""

from __future__ import annotations

from typing import Any

from tools.accept.listening import heard_alarms, listening_queue
from tools.accept.stage import Stage
from tools.accept.story import Differs, Story

RUNBOOK = "docs/operations.md#"
TOLD_SECONDS = 180


def play_alarms(stage: Stage) -> None:
    """Subscribe a queue to the topic, set each alarm off, and hear of each."""
    topic = stage.outputs("operations")["AlarmTopicArn"]
    alarms = [alarm for alarm in _alarms(stage) if topic in alarm["AlarmActions"]]
    if not alarms:
        raise Differs(f"alarms that publish to {topic}", "none")
    queue = listening_queue(stage.client, topic=topic, name=stage.name, at_end=stage.at_end)
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
    found = set()
    for told in heard_alarms(stage.client, queue):
        if RUNBOOK not in str(told["AlarmDescription"]):
            raise Differs(f"{told['AlarmName']} leads to {RUNBOOK}", told["AlarmDescription"])
        if told["NewStateValue"] == "ALARM":
            found.add(str(told["AlarmName"]))
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
