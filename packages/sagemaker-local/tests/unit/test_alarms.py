"""When alarms of the emulator go off, what they compute, and which metrics are found in lines of logs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sagemaker_local.ministack.alarm_rules import ALARM, INSUFFICIENT, OK, Rule, judge
from sagemaker_local.ministack.embedded_metrics import Datum, found_in
from sagemaker_local.ministack.metric_math import ExpressionError, evaluate


def rule(
    missing: str = "missing", *, periods: int = 3, needed: int = 3, comparison: str = "GreaterThanThreshold"
) -> Rule:
    return Rule(comparison=comparison, threshold=10.0, periods=periods, needed=needed, missing=missing)


HIGH, LOW, GAP = 11.0, 9.0, None


@pytest.mark.parametrize(
    ("values", "missing", "state"),
    [
        ([HIGH, HIGH, HIGH], "missing", ALARM),
        ([HIGH, LOW, HIGH], "missing", OK),
        ([GAP, GAP, GAP], "missing", INSUFFICIENT),
        ([GAP, GAP, GAP], "breaching", ALARM),
        ([GAP, GAP, GAP], "notBreaching", OK),
        ([GAP, GAP, GAP], "ignore", "before"),
        ([HIGH, GAP, GAP], "missing", ALARM),
        ([HIGH, GAP, GAP], "breaching", ALARM),
        ([HIGH, GAP, GAP], "notBreaching", OK),
        ([HIGH, GAP, GAP], "ignore", "before"),
        ([LOW, GAP, GAP], "missing", OK),
        ([LOW, GAP, GAP], "breaching", OK),
        ([LOW, GAP, GAP], "ignore", OK),
    ],
)
def test_missing_data_are_taken_as_the_alarm_says(values: list[float | None], missing: str, state: str) -> None:
    assert judge(values, rule(missing), "before") == state


def test_so_many_of_so_many_periods() -> None:
    two_of_three = rule("notBreaching", needed=2)
    assert judge([HIGH, LOW, HIGH], two_of_three, OK) == ALARM
    assert judge([LOW, LOW, HIGH], two_of_three, ALARM) == OK


@pytest.mark.parametrize(
    ("comparison", "state"),
    [
        ("GreaterThanThreshold", OK),
        ("GreaterThanOrEqualToThreshold", ALARM),
        ("LessThanThreshold", OK),
        ("LessThanOrEqualToThreshold", ALARM),
    ],
)
def test_the_threshold_itself(comparison: str, state: str) -> None:
    assert judge([10.0], rule(periods=1, needed=1, comparison=comparison), OK) == state


def test_a_rule_is_that_of_the_alarm() -> None:
    alarm: dict[str, Any] = {"ComparisonOperator": "LessThanThreshold", "Threshold": 2, "EvaluationPeriods": 3}
    assert Rule.of(alarm).needed == 3
    assert Rule.of({**alarm, "DatapointsToAlarm": 1, "TreatMissingData": "ignore"}) == Rule(
        comparison="LessThanThreshold", threshold=2.0, periods=3, needed=1, missing="ignore"
    )


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("100 * errors / calls", 25.0),
        ("errors / none", None),
        ("errors / zero", None),
        ("FILL(none, 0) + errors", 2.0),
        ("IF(calls > 5, errors, 0)", 2.0),
        ("IF(calls < 5 OR errors >= 2, 1, 0)", 1.0),
        ("IF(calls < 5 && errors >= 2, 1)", None),
        ("MAX([errors, calls, none])", 8.0),
        ("SUM(METRICS())", 10.0),
        ("-errors ^ 2", -4.0),
    ],
)
def test_metric_math(expression: str, value: float | None) -> None:
    assert evaluate(expression, {"errors": 2.0, "calls": 8.0, "none": None, "zero": 0.0}) == value


@pytest.mark.parametrize("expression", ["unknown + 1", "ANOMALY_DETECTION_BAND(errors)", "errors +", "'text'"])
def test_an_expression_that_is_not_understood_is_named(expression: str) -> None:
    with pytest.raises(ExpressionError, match="cannot be evaluated"):
        evaluate(expression, {"errors": 2.0})


def line(**changes: Any) -> str:
    directive = {
        "Namespace": "Churn",
        "Dimensions": [["service"], []],
        "Metrics": [{"Name": "Churn", "Unit": "Count"}],
    }
    metadata = {"Timestamp": 1_700_000_000_000, "CloudWatchMetrics": [directive]}
    return json.dumps({"_aws": metadata, "service": "worker", "Churn": [3.0, 4], **changes})


def test_metrics_are_found_with_every_set_of_dimensions() -> None:
    def datum(value: float, **dimensions: str) -> Datum:
        return Datum(
            namespace="Churn", name="Churn", dimensions=dimensions, unit="Count", value=value, at=1_700_000_000.0
        )

    assert found_in(line()) == [datum(3.0, service="worker"), datum(4.0, service="worker"), datum(3.0), datum(4.0)]
    assert found_in(line(service=7)) == [datum(3.0), datum(4.0)]  # a dimension is a text


@pytest.mark.parametrize(
    "message", ["", "hello", '{"a": 1}', '{"_aws": 1}', '"_aws"', line(Churn="x"), line(Churn=True)]
)
def test_other_lines_carry_none(message: str) -> None:
    assert found_in(message) == []
