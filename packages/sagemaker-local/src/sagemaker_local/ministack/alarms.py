"""Alarms of CloudWatch, looked at every second and judged as on AWS; MiniStack looks at no dimensions.

Periods end now and not at full minutes, so that an alarm goes off as soon as it can. Metric math is understood. An
action fails where it would on AWS: if the topic's policy does not let CloudWatch publish, or its key CloudWatch use it.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
import logging
import time
from typing import Any

from sagemaker_local.ministack import metric_math
from sagemaker_local.ministack.alarm_rules import ALARM, INSUFFICIENT, OK, Rule, judge
from sagemaker_local.ministack.registry import private, replace

logger = logging.getLogger("sagemaker_local.alarms")

_CLOUDWATCH = "ministack.services.cloudwatch"
_RECORD = "ministack.services.cloudformation.provisioners:_cw_metric_alarm_record"
_ACTIONS = {ALARM: "AlarmActions", OK: "OKActions", INSUFFICIENT: "InsufficientDataActions"}
_PUBLISHER = "cloudwatch.amazonaws.com"
_LOOK_SECONDS = 1.0
_DEFAULT_POLICY = "__default_policy_ID"

Json = dict[str, Any]


def install() -> None:
    """Put the judgement in the place of MiniStack's, and take alarms on metric math from stacks."""
    replace(f"{_CLOUDWATCH}:_evaluate_alarm", evaluate)
    record, dispatch = private(_RECORD), private(f"{_CLOUDWATCH}:_dispatch_alarm_actions")

    def metric_alarm_record(name: str, props: Json) -> Json:
        queries = props.get("Metrics")
        if not queries:
            return dict(record(name, props))
        simple = {key: value for key, value in props.items() if key != "Metrics"}
        alarm = dict(record(name, {**simple, "MetricName": "-", "Namespace": "-"}))
        for key in ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period"):
            alarm.pop(key, None)
        return {**alarm, "Metrics": queries}

    def dispatch_alarm_actions(alarm: Json, old: str, new: str, reason: str) -> None:
        field = _ACTIONS[new]
        allowed = [arn for arn in alarm.get(field) or [] if _may_publish(alarm, arn)]
        dispatch({**alarm, field: allowed}, old, new, reason)

    replace(_RECORD, metric_alarm_record)
    replace(f"{_CLOUDWATCH}:_dispatch_alarm_actions", dispatch_alarm_actions)


async def watch() -> None:
    """Look at every alarm once a second, until cancelled."""
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        scopes = {key[:2] for key, _ in private(f"{_CLOUDWATCH}:_alarms").all_items()}
        for account, region in scopes:
            contextvars.copy_context().run(_look, account, region)


def _look(account: str, region: str) -> None:
    with private("ministack.core.responses:request_scope")(account, region):
        private(f"{_CLOUDWATCH}:_evaluate_all_alarms")()


def evaluate(alarm: Json) -> None:
    """Give an alarm the state that its metrics have brought it into, and do what it is to do then."""
    rule, old = Rule.of(alarm), alarm["StateValue"]
    now = time.time()
    values = [_value(alarm, period, now) for period in range(rule.periods)]
    new = judge(values, rule, old)
    if new == old:
        return
    shown = ", ".join("missing" if value is None else f"{value:g}" for value in values)
    reason = f"Threshold Crossed: datapoints [{shown}] against {rule.comparison} {rule.threshold:g}"
    alarm.update(StateValue=new, StateReason=reason, StateUpdatedTimestamp=int(now))
    private(f"{_CLOUDWATCH}:_record_history")(alarm["AlarmName"], old, new, reason)
    private(f"{_CLOUDWATCH}:_dispatch_alarm_actions")(alarm, old, new, reason)
    private(f"{_CLOUDWATCH}:_evaluate_parent_alarms")(alarm)


def _value(alarm: Json, period: int, now: float) -> float | None:
    """The value of the alarm's metric, or of its expression, so many periods ago."""
    queries = alarm.get("Metrics")
    if not queries:
        return _statistic(
            alarm,
            str(alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"),
            int(alarm.get("Period") or 60),
            period,
            now,
        )
    values: dict[str, float | None] = {}
    for query in sorted(queries, key=lambda each: "Expression" in each):
        if "MetricStat" in query:
            stat = query["MetricStat"]
            values[query["Id"]] = _statistic(stat["Metric"], stat["Stat"], int(stat["Period"]), period, now)
    wanted = next(query for query in queries if query.get("ReturnData", True))
    others = [query for query in queries if "Expression" in query and query is not wanted]
    try:
        for query in others:
            values[query["Id"]] = metric_math.evaluate(query["Expression"], values)
        if "Expression" not in wanted:
            return values[wanted["Id"]]
        return metric_math.evaluate(wanted["Expression"], values)
    except metric_math.ExpressionError as error:
        logger.warning("alarm %s: %s", alarm["AlarmName"], error)
        return None


def _statistic(metric: Json, statistic: str, seconds: int, period: int, now: float) -> float | None:
    dimensions = {each["Name"]: each["Value"] for each in metric.get("Dimensions") or []}
    key = (metric["Namespace"], metric["MetricName"], private(f"{_CLOUDWATCH}:_dims_key")(dimensions))
    end = now - period * seconds
    points = [
        point
        for point in list(private(f"{_CLOUDWATCH}:_metrics").get(key) or ())
        if end - seconds < point["Timestamp"] <= end
    ]
    if not points:
        return None
    found = private(f"{_CLOUDWATCH}:_stat_value")(private(f"{_CLOUDWATCH}:_calc_stats")(points), statistic, points)
    return None if found is None else float(found)


def _may_publish(alarm: Json, arn: str) -> bool:
    """Whether CloudWatch may publish to a topic, in the words of CloudWatch where it may not."""
    topic = private("ministack.services.sns:_topics").get(arn)
    if topic is None:
        return True
    policy, key = topic["attributes"].get("Policy") or "{}", topic["attributes"].get("KmsMasterKeyId")
    if json.loads(policy).get("Id") != _DEFAULT_POLICY and not _allows(policy, "sns:Publish", arn, alarm):
        logger.warning("alarm %s: the policy of %s does not let %s publish", alarm["AlarmName"], arn, _PUBLISHER)
        return False
    if key and not _key_allows(str(key), alarm):
        text = "CloudWatch Alarms does not have authorization to access the SNS topic encryption key"
        logger.warning("alarm %s: %s (%s of %s)", alarm["AlarmName"], text, key, arn)
        return False
    return True


def _key_allows(key: str, alarm: Json) -> bool:
    """Whether CloudWatch may use a key; never one that AWS manages, whose policy nobody can change."""
    record = private("ministack.services.kms:_keys").get(key.rpartition("/")[2])
    if record is None or "alias/aws/" in key:
        return False
    policy, arn = record.get("Policy") or "{}", record.get("Arn", key)
    return all(_allows(policy, action, arn, alarm) for action in ("kms:Decrypt", "kms:GenerateDataKey"))


def _allows(policy: str, action: str, resource: str, alarm: Json) -> bool:
    source = {"aws:sourcearn": alarm["AlarmArn"], "aws:sourceaccount": alarm["AlarmArn"].split(":")[4]}
    context = private("ministack.core.iam_evaluator:EvalContext")(
        principal_arn="*",
        principal_type="Service",
        principal_account="",
        action=action,
        resource_arn=resource,
        region=alarm["AlarmArn"].split(":")[3],
        service_context=source,
        secure_transport=True,
    )
    decide = private("ministack.core.iam_evaluator:evaluate_resource_policy")
    return bool(decide(policy, context, service=_PUBLISHER).decision == "Allow")
