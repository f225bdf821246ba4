"""CloudWatch: alarms that fire later or tell nobody are lowered guards; dashboards, canaries and traces only show."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tools.review.change import Change, PropertyRules, Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.holders import altered, removed, replaced
from tools.review.members import fields, members
from tools.review.names import only_digests
from tools.review.shapes import SAME, always, each_type, listed, number, ordered, present, switch
from tools.review.values import figure, properties

CLOUDWATCH = "AWS::CloudWatch::"
ALARM = f"{CLOUDWATCH}Alarm"
LATER = access("the alarm fires later, or not at all")
SOONER = harmless("the alarm fires at the same time as before or sooner")
OTHER = access("the alarm watches something else")
STATISTICS = ("Minimum", "Average", "Maximum")


def _upward(resource: Mapping[str, Any] | None) -> bool | None:
    """Whether the alarm fires above its threshold; None when that is unknown."""
    operator = str(properties(resource).get("ComparisonOperator", ""))
    if operator in ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "GreaterThanUpperThreshold"):
        return True
    return False if operator in ("LessThanThreshold", "LessThanOrEqualToThreshold", "LessThanLowerThreshold") else None


def _by_direction(change: Change, rising: Rule) -> Verdict:
    upward = _upward(change.head if change.head is not None else change.base)
    verdict = rising(change)
    if upward is None or verdict is None or verdict == SAME:
        return LATER if upward is None else verdict or LATER
    if upward:
        return verdict
    return SOONER if verdict == LATER else LATER if verdict == SOONER else verdict


def threshold(change: Change) -> Verdict:
    """A higher threshold fires later where the alarm looks for high values, sooner where it looks for low ones."""
    if not all(figure(value) is not None for value in (change.before, change.after)):
        return LATER
    return _by_direction(change, number(up=LATER, down=SOONER))


def statistic(change: Change) -> Verdict:
    """Maximum and high percentiles reach a threshold sooner than the average, low ones later."""
    places = [_place(value) for value in (change.before, change.after)]
    if places[0] is None or places[1] is None:
        return access("the alarm looks at another statistic")
    part = Change(
        stack=change.stack,
        logical_id=change.logical_id,
        type=change.type,
        property=change.property,
        action=change.action,
        before=places[0],
        after=places[1],
        base=change.base,
        head=change.head,
    )
    return _by_direction(part, number(up=SOONER, down=LATER))


def _place(value: Any) -> float | None:
    if value in STATISTICS:
        return [0.0, 50.0, 100.0][STATISTICS.index(value)] if value != "Average" else None
    found = re.fullmatch(r"p(\d{1,2}(?:\.\d+)?)", str(value))
    return float(found[1]) if found else None


def operator(change: Change) -> Verdict:
    """With `OrEqual` an alarm fires at the threshold itself as well."""
    before, after = str(change.before), str(change.after)
    if after.replace("OrEqualTo", "") == before:
        return harmless("the alarm fires at the threshold itself as well")
    return access("the alarm no longer fires where it did")


def _datapoints(resource: Mapping[str, Any] | None) -> tuple[int, int] | None:
    found = properties(resource)
    try:
        periods = int(str(found.get("EvaluationPeriods", 1)))
        return int(str(found.get("DatapointsToAlarm", periods))), periods
    except ValueError:
        return None


def evaluation(change: Change) -> Verdict:
    """So many breaches within so many periods: fewer breaches, or more periods for them, fire sooner."""
    before, after = _datapoints(change.base), _datapoints(change.head)
    if before is None or after is None:
        return LATER
    (breaches, periods), (needed, within) = before, after
    return SOONER if needed <= breaches - max(0, periods - within) else LATER


def period(change: Change) -> Verdict:
    """A longer period tells later; a shorter one adds up to less where sums are watched."""
    sums = {properties(it).get("Statistic") for it in (change.base, change.head)} & {"Sum", "SampleCount"}
    if sums and str(change.before) != str(change.after):
        return access("the alarm adds up another span of time, so that its threshold means another rate")
    return number(up=LATER, down=SOONER)(change) or LATER


def dimensions(change: Change) -> Verdict:
    """The order makes no difference."""
    return members("Name", added=OTHER, removed=OTHER, changed=OTHER, unclear=OTHER)(change) or SAME


ACTIONS = listed(
    added=harmless("one more receiver is told"), removed=access("a receiver of the alarm is no longer told")
)
ENABLED = switch(
    on=harmless("the alarm tells its receivers"), off=access("the alarm tells nobody any more"), default=True
)
METRIC = fields(
    {
        "Label": always(harmless("only the label changes")),
        "MetricStat.Metric.Dimensions": dimensions,
        "MetricStat.Stat": always(access("the alarm looks at another statistic")),
        "MetricStat.Period": always(LATER),
        "Period": always(LATER),
    },
    other=OTHER,
)
TOLD: Mapping[str, Rule] = {
    "AlarmActions": ACTIONS,
    "OKActions": ACTIONS,
    "InsufficientDataActions": ACTIONS,
    "ActionsEnabled": ENABLED,
    "AlarmDescription": always(harmless("only the description changes")),
}
MISSING = ordered(
    ["notBreaching", "ignore", "missing", "breaching"],
    up=harmless("when nothing is measured the alarm fires at least as soon as before"),
    down=access("when nothing is measured the alarm stays quiet"),
    default="missing",
)
PROPERTIES: PropertyRules = {
    ALARM: {
        **TOLD,
        "AlarmName": always(
            access("who names the alarm, such as a roll-out or another alarm, no longer finds it by its old name")
        ),
        "Threshold": threshold,
        "Statistic": statistic,
        "ExtendedStatistic": statistic,
        "ComparisonOperator": operator,
        "EvaluationPeriods": evaluation,
        "DatapointsToAlarm": evaluation,
        "Period": period,
        "Dimensions": dimensions,
        "TreatMissingData": MISSING,
        "EvaluateLowSampleCountPercentile": ordered(
            ["ignore", "evaluate"],
            up=harmless("the alarm fires on few values as well"),
            down=access("the alarm stays quiet while there are few values"),
            default="evaluate",
        ),
        "WarmUpConfiguration": present(
            added=access("the alarm stays quiet at first"),
            removed=SOONER,
            changed=access("the alarm may stay quiet longer"),
        ),
        "Metrics": members("Id", added=OTHER, removed=OTHER, changed=METRIC, unclear=OTHER),
        **{
            name: always(OTHER)
            for name in (
                "MetricName",
                "Namespace",
                "Unit",
                "ThresholdMetricId",
                "EvaluationCriteria",
                "EvaluationWindow",
            )
        },
        "EvaluationInterval": number(up=LATER, down=SOONER),
    },
    f"{CLOUDWATCH}CompositeAlarm": {
        **TOLD,
        "AlarmRule": always(access("the alarm fires on other alarms than before, or on fewer")),
        "ActionsSuppressor": present(
            added=access("another alarm can keep this one quiet"),
            removed=harmless("nothing keeps the alarm quiet any more"),
            changed=access("another alarm can keep this one quiet"),
        ),
        "ActionsSuppressorWaitPeriod": always(LATER),
        "ActionsSuppressorExtensionPeriod": number(up=LATER, down=SOONER),
    },
    f"{CLOUDWATCH}LogAlarm": {
        **TOLD,
        "Threshold": threshold,
        "ComparisonOperator": operator,
        "TreatMissingData": MISSING,
        "QueryResultsToEvaluate": always(LATER),
        "QueryResultsToAlarm": number(up=LATER, down=SOONER),
        "ScheduledQueryConfiguration": always(OTHER),
    },
    f"{CLOUDWATCH}AnomalyDetector": {"Configuration": always(access("what counts as unusual changes"))},
    f"{CLOUDWATCH}AlarmMuteRule": {
        name: always(access("alarms are kept quiet at other times, or others of them"))
        for name in ("Rule", "MuteTargets", "StartDate", "ExpireDate")
    },
    f"{CLOUDWATCH}Dashboard": {
        "DashboardBody": always(harmless("a dashboard only shows")),
        "DashboardName": always(harmless("people find the same dashboard under another name")),
    },
    f"{CLOUDWATCH}InsightRule": {
        "RuleState": switch(
            on=harmless("the rule counts"), off=access("the rule counts nothing, and alarms on it are blind")
        ),
        "RuleBody": always(access("the rule counts something else, and alarms on it with it")),
    },
    f"{CLOUDWATCH}MetricStream": {
        name: always(interruption("metrics are sent elsewhere, in another form or others of them"))
        for name in ("FirehoseArn", "RoleArn", "OutputFormat", "IncludeFilters", "ExcludeFilters")
    },
    "AWS::Synthetics::Canary": {
        "Schedule": always(access("the canary looks at other times, perhaps less often")),
        "StartCanaryAfterCreation": switch(on=harmless("the canary looks"), off=access("the canary no longer looks")),
        "Code": lambda change: (
            harmless("a release of what the canary does")
            if only_digests(change)
            else access("the canary looks at something else")
        ),
        "RuntimeVersion": always(harmless("the canary runs in another version of its runtime")),
        "RunConfig": always(access("the canary looks with another time limit or other settings")),
        "SuccessRetentionPeriod": number(
            up=cost("results are kept longer"), down=data_loss("results of earlier runs are deleted"), default=31
        ),
        "FailureRetentionPeriod": number(
            up=cost("results are kept longer"), down=data_loss("results of failed runs are deleted"), default=31
        ),
        "ArtifactS3Location": always(interruption("results are written elsewhere")),
        "ExecutionRoleArn": always(interruption("the canary runs with other permissions")),
        "VPCConfig": always(interruption("the canary looks from another network")),
    },
    "AWS::XRay::SamplingRule": {
        "SamplingRule": always(cost("more or fewer requests are traced; each trace is paid for"))
    },
    "AWS::XRay::Group": {
        "FilterExpression": always(harmless("only which traces are shown together")),
        "InsightsConfiguration": always(access("whether anybody is told of unusual traces changes")),
    },
    "AWS::ApplicationSignals::ServiceLevelObjective": {
        name: always(access("the objective counts something else, and alarms on it may stay quiet"))
        for name in ("Sli", "RequestBasedSli", "Goal", "BurnRateConfigurations", "ExclusionWindows")
    },
    "AWS::RUM::AppMonitor": {
        "AppMonitorConfiguration": always(access("what browsers may report, and how much, changes")),
        "Domain": always(interruption("browsers report from other pages")),
        "CwLogEnabled": switch(on=cost("reports are kept"), off=access("reports are no longer kept as logs")),
    },
    "AWS::Grafana::Workspace": {
        "AuthenticationProviders": altered(access("people sign in to the workspace in another way")),
        "NetworkAccessControl": present(
            added=interruption("people outside of these networks no longer reach the workspace"),
            removed=access("the workspace can be reached from the internet"),
            changed=access("the workspace can be reached from other networks"),
        ),
    },
    "AWS::InternetMonitor::Monitor": {"Status": switch(on=cost("is paid for"), off=access("nobody watches any more"))},
}
SHOWS = "AWS::CloudWatch::Dashboard AWS::XRay::Group AWS::Synthetics::Group AWS::ApplicationInsights::Application"
SHOWS += " AWS::ApplicationSignals::Discovery AWS::ApplicationSignals::GroupingConfiguration AWS::XRay::SamplingRule"
SHOWS += " AWS::XRay::TransactionSearchConfig AWS::CloudWatch::OTelEnrichment"
WATCHES = (
    "AWS::CloudWatch::Alarm AWS::CloudWatch::CompositeAlarm AWS::CloudWatch::LogAlarm AWS::CloudWatch::AnomalyDetector"
)
WATCHES += " AWS::CloudWatch::InsightRule AWS::ApplicationSignals::ServiceLevelObjective AWS::Synthetics::Canary"
WATCHES += " AWS::RUM::AppMonitor AWS::InternetMonitor::Monitor AWS::Oam::Link AWS::Oam::Sink"
SENDS = "AWS::CloudWatch::MetricStream"
PROPERTIES = {
    name: {path: altered(rule) for path, rule in table.items()} if name in WATCHES.split() else table
    for name, table in PROPERTIES.items()
}
ADDED: dict[str, Rule] = {
    "AWS::Grafana::Workspace": always(cost("each of its users is paid for")),
    **each_type("", SHOWS, harmless("only shows what is there")),
    **each_type("", WATCHES, harmless("watches more than before")),
    **each_type("", "AWS::Synthetics::Canary AWS::RUM::AppMonitor", cost("each run or report is paid for")),
    **each_type("", "AWS::CloudWatch::MetricStream", cost("each metric that is sent is paid for")),
    **each_type("", "AWS::CloudWatch::AlarmMuteRule", access("alarms are kept quiet")),
    **each_type("", "AWS::Oam::Link AWS::Oam::Sink", access("another account sees metrics, logs or traces")),
}
REMOVED: dict[str, Rule] = {
    "AWS::Grafana::Workspace": removed("the workspace, with its dashboards and users,"),
    **each_type("", SHOWS, harmless("only showed what is there")),
    **each_type("", WATCHES, access("nobody is told any more of what it watched")),
    **each_type("", SENDS, interruption("receivers no longer get what was sent to them")),
    **each_type("", "AWS::CloudWatch::AlarmMuteRule", harmless("nothing keeps alarms quiet any more")),
}
REPLACED: dict[str, Rule] = {
    "AWS::Grafana::Workspace": replaced("the old workspace, with its dashboards and users,"),
    **each_type("", SHOWS, harmless("the same is shown under another name")),
    **each_type("", WATCHES, access("a new one takes its place; what names the old one no longer sees its state")),
    **each_type("", SENDS, interruption("what is sent meanwhile does not reach its receivers")),
    **each_type("", "AWS::CloudWatch::AlarmMuteRule", access("alarms are kept quiet by another rule")),
    **each_type("", "AWS::CloudWatch::AnomalyDetector", access("what is usual has to be learnt anew")),
}
