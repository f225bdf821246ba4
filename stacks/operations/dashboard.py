"""The dashboard: from the alarms along the path of a request, hop by hop, to the metrics of the model.

Every line of a graph is a single metric, so that it can have an alarm as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from contract.digit import CLASSES
from stacks.operations.metrics import Accounts, EnvironmentMetrics, Uploads
from stacks.shared.alarm import RUNBOOK
from stacks.stream.digit_stream import DigitStream

WIDTH = 24
DIGIT_SERVICES = {"prediction": "drawn or sent"}
UPLOAD_DIGIT_SERVICES = {"upload_worker": "photographed"}
PERCENTILES = ("p50", "p95")
VERBS = ("Read", "Write")

Row = list[cloudwatch.IWidget]


class OperationsDashboard(Construct):
    """The dashboard of one environment.

    Parameters
    ----------
    name
        Its name.
    metrics
        What it shows.
    alarms
        Shown at its top.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        metrics: EnvironmentMetrics,
        alarms: Sequence[cloudwatch.IAlarm],
    ) -> None:
        super().__init__(scope, construct_id)
        rows: list[Row] = [
            [cloudwatch.AlarmStatusWidget(title="Alarms", alarms=list(alarms), width=WIDTH, height=4)],
            *_requests(metrics),
            *(_uploads(metrics, metrics.uploads) if metrics.uploads else []),
            *_endpoint(metrics),
            *_digits(metrics),
            *_functions_and_tables(metrics),
            *(_stream(metrics, metrics.stream) if metrics.stream else []),
            *_others(metrics),
            *_logs(metrics),
        ]
        cloudwatch.Dashboard(
            self, "Dashboard", dashboard_name=name, default_interval=cdk.Duration.hours(3), widgets=rows
        )


def _requests(metrics: EnvironmentMetrics) -> list[Row]:
    apis = metrics.apis.items()
    traffic = [metrics.of_api(api, "Count", "Sum", name) for name, api in apis]
    errors = [
        metrics.of_api(api, f"{kind}XXError", "Sum", f"{name} {kind}xx") for name, api in apis for kind in ("4", "5")
    ]
    problems = [
        metrics.own(service, name, label=f"{service} {name}")
        for service in (["prediction", "uploads"] if metrics.uploads else ["prediction"])
        for name in ("RejectedRequests", "FailedRequests")
    ]
    hops = [metrics.of_api(api, "Latency", stat, f"{name} {stat}") for name, api in apis for stat in PERCENTILES]
    functions = [
        metrics.of_function(function, "Duration", stat, f"{name} {stat}")
        for name, function in metrics.functions.items()
        if name != "worker"
        for stat in PERCENTILES
    ]
    return [
        [_text("Requests", "From the caller to the function and back, in milliseconds.")],
        [
            _graph("Traffic", traffic),
            _graph("Errors of the API", errors),
            _graph("Rejected and failed", [*problems, metrics.own("prediction", "RejectedImages")]),
        ],
        [_graph("Latency: API", hops, 12), _graph("Latency: functions", functions, 12)],
    ]


def _uploads(metrics: EnvironmentMetrics, uploads: Uploads) -> list[Row]:
    ends = [
        metrics.own("uploads", "UploadsBegun", label="begun"),
        *(metrics.own("upload_worker", f"Uploads{end}", label=end.lower()) for end in ("Done", "Failed", "Late")),
        metrics.own("uploads", "UploadsExpired", label="expired, found by a question"),
        metrics.own("upload_worker", "UploadsExpired", label="expired, found by the worker"),
        metrics.own("upload_worker", "UploadsUnknown", label="unknown"),
    ]
    waits = [metrics.own("upload_worker", "UploadSeconds", stat, stat) for stat in PERCENTILES]
    work = [metrics.of_function(uploads.worker, "Duration", stat, f"worker {stat}") for stat in (*PERCENTILES, "max")]
    queued = [
        metrics.of_queue(uploads.queue, "ApproximateNumberOfMessagesVisible", "waiting"),
        metrics.of_queue(uploads.queue, "ApproximateNumberOfMessagesNotVisible", "worked on"),
        metrics.of_queue(uploads.dead_letters, "ApproximateNumberOfMessagesVisible", "dead letters"),
    ]
    trouble = [
        metrics.own("upload_worker", "Retries", label="tried again"),
        metrics.own("upload_worker", "AnnouncementsFailed", label="not pushed"),
        metrics.of_events(uploads, "4XXError", "Sum", "push 4xx"),
        metrics.of_events(uploads, "5XXError", "Sum", "push 5xx"),
    ]
    age = metrics.of_queue(uploads.queue, "ApproximateAgeOfOldestMessage", "oldest")
    return [
        [_text("Uploads", "From the request for an upload to its result, in seconds; the worker in milliseconds.")],
        [_graph("How uploads end", ends), _graph("Queue and dead letters", queued), _graph("Queue: age (s)", [age])],
        [
            _graph("Latency: request to result (s)", waits),
            _graph("Latency: worker, a batch (ms)", work),
            _graph("Trouble", trouble),
        ],
    ]


def _endpoint(metrics: EnvironmentMetrics) -> list[Row]:
    asked = [
        metrics.of_endpoint("Invocations", "Sum", "asked"),
        metrics.of_endpoint("Invocation4XXErrors", "Sum", "4xx"),
        metrics.of_endpoint("Invocation5XXErrors", "Sum", "5xx"),
    ]
    times = [
        metrics.of_endpoint(name, stat, f"{label} {stat}")
        for name, label in (("ModelLatency", "model"), ("OverheadLatency", "SageMaker"))
        for stat in PERCENTILES
    ]
    return [
        [_text("Endpoint", "In microseconds. What SageMaker adds has the cold starts of a serverless endpoint in it.")],
        [_graph("Questions and errors", asked, 12), _graph("Latency: endpoint (µs)", times, 12)],
    ]


def _digits(metrics: EnvironmentMetrics) -> list[Row]:
    services = {**DIGIT_SERVICES, **(UPLOAD_DIGIT_SERVICES if metrics.uploads else {})}
    shares: Row = [
        cloudwatch.GraphWidget(
            title=f"Digits that were {how}",
            left=[metrics.own(service, f"Digit{digit}", label=str(digit)) for digit in range(CLASSES)],
            view=cloudwatch.GraphWidgetView.BAR,
            set_period_to_time_range=True,
            width=8,
        )
        for service, how in services.items()
    ]
    sure = [
        metrics.own(service, "Confidence", stat, f"{service} {stat}") for service in services for stat in ("p10", "p50")
    ]
    unsure = [metrics.own(service, "Unsure", "Average", service) for service in services]
    text = (
        "What the model answers. Digits that people write are about evenly spread; confidence that falls, or a growing "
        "share of unsure digits, is drift."
    )
    return [
        [_text("Digits", text)],
        shares,
        [_graph("Confidence", sure, 12), _graph("Unsure digits (share)", unsure, 12)],
    ]


def _functions_and_tables(metrics: EnvironmentMetrics) -> list[Row]:
    def each(name: str) -> list[cloudwatch.IMetric]:
        return [metrics.of_function(f, name, "Sum", label) for label, f in metrics.functions.items()]

    row: Row = [_graph("Errors", each("Errors")), _graph("Throttled runs", each("Throttles"))]
    if metrics.uploads is not None:
        table = metrics.uploads.jobs_table
        refused = [metrics.of_table(table, f"{verb}ThrottleEvents", f"jobs {verb.lower()}") for verb in VERBS]
        row.append(_graph("Throttled tables", refused))
    return [[_text("Functions and tables", "Nothing of this is there on a good day.")], row]


def _stream(metrics: EnvironmentMetrics, stream: DigitStream) -> list[Row]:
    consumer = stream.consumer.function
    arrived = stream.stream.metric("IncomingRecords", statistic="Sum", label="arrived", period=metrics.period)
    dead_letters = metrics.of_queue(stream.dead_letters, "ApproximateNumberOfMessagesVisible", "dead letters")
    errors = metrics.of_function(consumer, "Errors", "Sum", "errors")
    lag = metrics.of_function(consumer, "IteratorAge", "Maximum", "behind")
    return [
        [_text("Stream", "Labelled digits, from Kinesis to the bucket.")],
        [_graph("Records", [arrived, dead_letters]), _graph("Consumer: lag (ms)", [lag]), _graph("Consumer", [errors])],
    ]


def _others(metrics: EnvironmentMetrics) -> list[Row]:
    row: Row = []
    if metrics.settings.parts.pipeline:
        kinds = ("Started", "Succeeded", "Failed")
        row.append(_graph("Pipeline", [metrics.of_pipeline(f"Execution{what}", what.lower()) for what in kinds]))
    if metrics.accounts is not None:
        row.append(_graph("Sign-ins", _sign_ins(metrics, metrics.accounts)))
    if metrics.distribution_id is not None:
        site = [
            metrics.of_site(metrics.distribution_id, "Requests", "Sum", "requests"),
            metrics.of_site(metrics.distribution_id, "5xxErrorRate", "Average", "5xx (%)"),
        ]
        row.append(_graph("Site", site))
    text = _text("Pipeline, people, site", "The metrics of the site are those of us-east-1.")
    return [[text], row] if row else []


def _sign_ins(metrics: EnvironmentMetrics, accounts: Accounts) -> list[cloudwatch.IMetric]:
    return [
        metrics.of_accounts(accounts, "SignInSuccesses", "Sum", "signed in"),
        metrics.of_accounts(accounts, "SignInThrottles", "Sum", "throttled"),
    ]


def _logs(metrics: EnvironmentMetrics) -> list[Row]:
    """Queries of the functions' log lines; the records of metrics among them have no `message`."""
    groups = [function.log_group.log_group_name for function in metrics.functions.values()]
    kinds = [
        "filter ispresent(problem) and ispresent(message)",
        "stats count(*) as times by problem, service",
        "sort times desc",
    ]
    latest = [
        "filter level in ['ERROR', 'WARNING'] or ispresent(announcement)",
        "fields @timestamp, service, correlation_id, job_id, problem, cause, announcement",
        "sort @timestamp desc",
        "limit 20",
    ]
    queries = {"Problems by kind": (kinds, 8), "Latest errors": (latest, 16)}
    row: Row = [
        cloudwatch.LogQueryWidget(
            title=title,
            log_group_names=groups,
            query_lines=lines,
            view=cloudwatch.LogQueryVisualizationType.TABLE,
            width=width,
        )
        for title, (lines, width) in queries.items()
    ]
    return [[_text("Logs", "Half a cent for each gigabyte that is read.")], row]


def _graph(title: str, metrics: Sequence[cloudwatch.IMetric], width: int = 8) -> cloudwatch.GraphWidget:
    zero = cloudwatch.YAxisProps(min=0, show_units=False)
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=width, left_y_axis=zero)


def _text(title: str, text: str) -> cloudwatch.TextWidget:
    return cloudwatch.TextWidget(markdown=f"## {title}\n{text} Runbook: `{RUNBOOK}`", width=WIDTH, height=2)
