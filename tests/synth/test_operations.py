"""What must hold for alarms, the topic they are told on, and the dashboard, in every environment."""

from __future__ import annotations

import ast
import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from stacks.operations.alarm_topic import AlarmTopic
from stacks.operations.metrics import NAMESPACE
from stacks.operations.settings import OperationsSettings
from stacks.settings import PROD
from stacks.shared.errors import ConfigurationError
from stacks.upload.settings import UploadSettings
from tests.support.assemblies import ROOT, Assembly, Json, as_text

NEEDS = ("operations", "people", "stream", "uploads")

METRIC_SOURCES = (
    "gateway/metrics.py",
    "digit_model/metrics.py",
    "upload_worker/reporting.py",
    "uploads/application.py",
)


def alarms_of(assembly: Assembly) -> dict[str, Json]:
    """The properties of each alarm of the operations, by the end of its name."""
    found = assembly.resources("AWS::CloudWatch::Alarm", "operations").values()
    prefix = assembly.settings.stack_name("")
    return {alarm["Properties"]["AlarmName"].removeprefix(prefix): alarm["Properties"] for alarm in found}


def dashboard_of(assembly: Assembly) -> list[Json]:
    """The widgets, with references as text."""
    (resource,) = assembly.resources("AWS::CloudWatch::Dashboard", "operations").values()
    body = re.sub(r"<[^>]*>", "REF", as_text(resource["Properties"]["DashboardBody"]))
    widgets: list[Json] = json.loads(body)["widgets"]
    return widgets


def topic_policy(assembly: Assembly) -> list[Json]:
    (policy,) = assembly.resources("AWS::SNS::TopicPolicy", "operations").values()
    statements: list[Json] = policy["Properties"]["PolicyDocument"]["Statement"]
    return statements


def test_every_alarm_tells_people_and_leads_into_the_runbook(assembly: Assembly) -> None:
    alarms = alarms_of(assembly)
    assert len(alarms) >= 24
    for name, alarm in alarms.items():
        (action,) = alarm["AlarmActions"]
        assert action["Ref"].startswith("ToldTopic"), name
        assert re.search(r"\. What to do: docs/operations\.md#[a-z-]+$", alarm["AlarmDescription"]), name


def test_alarms_watch_single_metrics_and_take_silence_for_peace(assembly: Assembly) -> None:
    for name, alarm in alarms_of(assembly).items():
        # Metric math would be a metric that the dashboard does not show.
        assert "Metrics" not in alarm, name
        assert alarm["TreatMissingData"] == "notBreaching", name
        assert alarm["Period"] == 60 * assembly.settings.operations.minutes, name
        assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold", name
        assert alarm["Dimensions"], name


def test_no_two_alarms_watch_the_same(assembly: Assembly) -> None:
    keys = [
        (alarm["Namespace"], alarm["MetricName"], json.dumps(alarm["Dimensions"], sort_keys=True))
        for alarm in alarms_of(assembly).values()
    ]
    assert len(set(keys)) == len(keys)


def test_thresholds_are_those_of_the_settings(assembly: Assembly) -> None:
    alarms, settings = alarms_of(assembly), assembly.settings
    limits = settings.operations
    wanted = {
        "upload-dead-letters": 1,
        "upload-queue-age": limits.queue_age_seconds,
        "uploads-failing": limits.uploads_failed,
        "announcements-failing": limits.announcements_failed,
        "api-errors": limits.api_errors,
        "people-api-slow": limits.api_milliseconds,
        "endpoint-slow": limits.endpoint_milliseconds * 1000,
        "prediction-function-time-out": 25_000 * limits.time_out_percent // 100,
        "worker-function-time-out": settings.upload.worker_seconds * 10 * limits.time_out_percent,
        "stream-dead-letters": 1,
    }
    assert {name: alarms[name]["Threshold"] for name in wanted} == wanted
    assert alarms["stream-lag"]["Threshold"] == settings.stream.record_age_seconds * 500
    assert "python -m training dead-letters" in alarms["stream-dead-letters"]["AlarmDescription"]


def test_latency_is_that_of_one_in_twenty_for_three_periods(assembly: Assembly) -> None:
    slow = {name: alarm for name, alarm in alarms_of(assembly).items() if name.endswith("-slow")}
    assert set(slow) == {"api-slow", "people-api-slow", "endpoint-slow"}
    for alarm in slow.values():
        assert (alarm["ExtendedStatistic"], alarm["EvaluationPeriods"]) == ("p95", 3)


def test_the_topic_is_encrypted_and_takes_nothing_but_our_alarms_over_tls(assembly: Assembly) -> None:
    (topic,) = assembly.resources("AWS::SNS::Topic", "operations").values()
    (key_id,) = assembly.resources("AWS::KMS::Key", "operations")
    assert topic["Properties"]["KmsMasterKeyId"] == {"Fn::GetAtt": [key_id, "Arn"]}
    tls, write = topic_policy(assembly)
    assert (tls["Effect"], tls["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert (write["Effect"], write["Action"]) == ("Allow", "sns:Publish")
    assert write["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert write["Condition"] == _only_our_alarms(assembly)


def test_cloudwatch_may_use_the_key_or_nobody_would_be_told(assembly: Assembly) -> None:
    (key,) = assembly.resources("AWS::KMS::Key", "operations").values()
    assert key["Properties"]["EnableKeyRotation"] is True
    account, cloudwatch = key["Properties"]["KeyPolicy"]["Statement"]
    assert account["Principal"] == {"AWS": f"arn:aws:iam::{assembly.settings.account}:root"}
    assert cloudwatch["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert set(cloudwatch["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey*"}
    assert cloudwatch["Condition"] == _only_our_alarms(assembly)


def _only_our_alarms(assembly: Assembly) -> Json:
    settings = assembly.settings
    alarms = f"arn:aws:cloudwatch:{settings.region}:{settings.account}:alarm:{settings.stack_name('')}*"
    # Alarms with other names would be refused, and nobody told.
    assert all(alarm["AlarmName"].startswith(settings.stack_name("")) for alarm in alarms_of(assembly).values())
    return {"StringEquals": {"aws:SourceAccount": settings.account}, "ArnLike": {"aws:SourceArn": alarms}}


def test_nobody_is_told_by_default(assembly: Assembly) -> None:
    assert assembly.settings.operations.emails == ()
    assert assembly.resources("AWS::SNS::Subscription", "operations") == {}


EMAILS = ("one@example.com", "two+digits@mail.example.com")


def test_people_are_told_by_email() -> None:
    stack = cdk.Stack(cdk.App(builtin_cloud_formation_validation=False), "Stack")
    AlarmTopic(stack, "Told", name="digits", alarm_prefix="digits-", emails=EMAILS)
    template = Template.from_stack(stack)
    template.resource_count_is("AWS::SNS::Subscription", len(EMAILS))
    for email in EMAILS:
        template.has_resource_properties("AWS::SNS::Subscription", {"Protocol": "email", "Endpoint": email})


def _graphs(assembly: Assembly) -> list[Json]:
    return [widget for widget in dashboard_of(assembly) if widget["type"] == "metric"]


def test_the_dashboard_shows_what_alarms_watch(assembly: Assembly) -> None:
    shown = {(metric[0], metric[1]) for widget in _graphs(assembly) for metric in _metrics(widget)}
    watched = {(alarm["Namespace"], alarm["MetricName"]) for alarm in alarms_of(assembly).values()}
    assert watched - shown == set()


def test_the_dashboard_shows_latency_of_every_hop(assembly: Assembly) -> None:
    titles = {widget["properties"]["title"] for widget in _graphs(assembly)}
    assert {
        "Latency: API",
        "Latency: functions",
        "Latency: worker, a batch (ms)",
        "Latency: request to result (s)",
        "Latency: endpoint (µs)",
        "Queue: age (s)",
        "Confidence",
        "Unsure digits (share)",
        "Digits that were photographed",
    } <= titles


def test_metrics_of_our_own_are_those_that_the_functions_record(assembly: Assembly) -> None:
    recorded = {name for source in METRIC_SOURCES for name in _names_in(ROOT / "lambda_src" / source)}
    recorded |= {f"Digit{digit}" for digit in range(10)}
    wanted = {metric[1] for widget in _graphs(assembly) for metric in _metrics(widget) if metric[0] == NAMESPACE} | {
        alarm["MetricName"] for alarm in alarms_of(assembly).values() if alarm["Namespace"] == NAMESPACE
    }
    assert len(wanted) > 15
    assert wanted - recorded == set()
    assert f'NAMESPACE = "{NAMESPACE}"' in (ROOT / "lambda_src/gateway/metrics.py").read_text()


def _names_in(source: Path) -> set[str]:
    tree = ast.walk(ast.parse(source.read_text(encoding="utf-8")))
    return {node.value for node in tree if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def _metrics(widget: Json) -> list[list[Any]]:
    metrics: list[list[Any]] = widget["properties"].get("metrics", [])
    return metrics


def test_functions_know_what_they_measure_for(assembly: Assembly) -> None:
    measuring = {}
    for function in assembly.resources("AWS::Lambda::Function", "api", "upload").values():
        variables = function["Properties"].get("Environment", {}).get("Variables", {})
        measuring[variables.get("POWERTOOLS_SERVICE_NAME")] = variables.get("ENVIRONMENT")
    name = assembly.settings.environment
    assert measuring == {"prediction": name, "uploads": name, "upload_worker": name}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"emails": ("nobody",)}, "emails is 'nobody'; allowed is an address"),
        ({"emails": ("a@example.com", "a@example.com")}, "each address once"),
        ({"minutes": 2}, "minutes is 2; allowed is one of 1, 5, 10, 15, 30, 60"),
        ({"api_errors": 0}, "api_errors is 0; allowed is 1 to"),
        ({"time_out_percent": 100}, "time_out_percent is 100; allowed is 50 to 99"),
        ({"queue_age_seconds": 10}, "queue_age_seconds is 10; allowed is 60 to"),
        ({"api_milliseconds": 30_000}, "api_milliseconds is 30000; allowed is 100 to 29000"),
    ],
)
def test_settings_are_checked(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(told)):
        OperationsSettings(**changes)


def test_a_queue_may_not_be_older_than_people_wait() -> None:
    with pytest.raises(ConfigurationError, match="queue_age_seconds is 3600; allowed is less than the answer_seconds"):
        dataclasses.replace(
            PROD, upload=UploadSettings(answer_seconds=3600), operations=OperationsSettings(queue_age_seconds=3600)
        )
