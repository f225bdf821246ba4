"""What watches and guards: alarms, dashboards, logs, keys, secrets, parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tools.review.cost.assumptions import ACCESS_LOG_BYTES, FUNCTION_LOG_BYTES, GIGABYTE
from tools.review.cost.items import (
    Item,
    Missing,
    Part,
    Pricer,
    Resource,
    by_use,
    monthly_fee,
    number,
    properties_of,
    resources_of,
)

STANDARD_SECONDS = 60
"""Alarms on shorter periods are high-resolution ones."""
BAND = "ANOMALY_DETECTION_BAND"
BAND_METRICS = 3
"""An alarm on an anomaly band is billed as its metric and both bounds."""


def _alarm(resource: Resource) -> Iterator[Part]:
    metrics = [metric for metric in resource.items("Metrics") if isinstance(metric, Mapping)]
    stats = [metric["MetricStat"] for metric in metrics if "MetricStat" in metric]
    periods = [number(stat.get("Period", 300)) for stat in stats] or [resource.figure("Period", 300)]
    fast = any(period is not None and period < STANDARD_SECONDS for period in periods)
    band = any(BAND in str(metric.get("Expression", "")) for metric in metrics)
    count = max(1, len(stats)) * (BAND_METRICS if band else 1)
    yield from monthly_fee("cloudwatch", "high-resolution alarm" if fast else "alarm", count)


def _tracking(resource: Resource) -> Iterator[Part]:
    """Alarms that Application Auto Scaling makes for a policy of target tracking: one to add, one to remove.

    https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking.html
    """
    if resource.get("PolicyType") == "TargetTrackingScaling":
        keeps = resource.get("TargetTrackingScalingPolicyConfiguration.DisableScaleIn") in (True, "true")
        yield from monthly_fee("cloudwatch", "alarm", 1 if keeps else 2)


def _composite(_: Resource) -> Iterator[Part]:
    yield from monthly_fee("cloudwatch", "composite alarm")


def _dashboard(_: Resource) -> Iterator[Part]:
    yield from monthly_fee("cloudwatch", "dashboard")


def _log_group(resource: Resource) -> Iterator[Part]:
    rare = resource.get("LogGroupClass") == "INFREQUENT_ACCESS"
    what = "logs in, infrequent access" if rare else "logs in"
    size = ACCESS_LOG_BYTES if _is_access_log(resource) else FUNCTION_LOG_BYTES
    yield Item("cloudwatch", what, resource.uses(size / GIGABYTE))
    yield from by_use("cloudwatch", "logs kept")


def _is_access_log(resource: Resource) -> bool:
    return any(
        resource.logical_id in str(properties_of(resource.template, name).get("AccessLogSetting"))
        for name, other in resources_of(resource.template).items()
        if str(other.get("Type", "")).endswith("::Stage")
    )


def _canary(_: Resource) -> Iterator[Part]:
    yield Missing("runs of a canary")


def _key(_: Resource) -> Iterator[Part]:
    """Rotation makes the first and the second new version cost as much again; that is not counted."""
    yield from monthly_fee("kms", "key")
    yield from by_use("kms", "requests")


def _secret(_: Resource) -> Iterator[Part]:
    yield from monthly_fee("secretsmanager", "secret")


def _parameter(resource: Resource) -> Iterator[Part]:
    tier: Any = resource.get("Tier", "Standard")
    if tier == "Advanced":
        yield from monthly_fee("ssm", "advanced parameter")
    elif tier != "Standard":
        yield Missing("a parameter whose tier is not fixed")


PRICERS: Mapping[str, Pricer] = {
    "AWS::ApplicationAutoScaling::ScalingPolicy": _tracking,
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::CloudWatch::CompositeAlarm": _composite,
    "AWS::CloudWatch::Dashboard": _dashboard,
    "AWS::Logs::LogGroup": _log_group,
    "AWS::Synthetics::Canary": _canary,
    "AWS::KMS::Key": _key,
    "AWS::KMS::ReplicaKey": _key,
    "AWS::SecretsManager::Secret": _secret,
    "AWS::SSM::Parameter": _parameter,
}
