"""What functions measure: names, values and dimensions of the records, and that no request suffers from them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from contract.digit import PIXELS
from digit_model.classify import Endpoint, Prediction
from digit_model.metrics import prediction_measures
from digit_model.problems import ENDPOINT_TIMEOUT, MODEL_FAILED
from gateway.events import Request
from gateway.http_app import Result, find_route, respond
from gateway.metrics import VALUES_MAX, FunctionMetrics, Measure
from gateway.problems import ProblemError
from prediction.application import Application
from prediction.handler import logger
from tests.support.fakes import FailingEndpoint, FakeEndpoint
from tests.support.upload_fakes import JOB, NOW, FakeJobs, FakeUploads
from tests.unit.lambda_src.test_prediction_handler import CARD, event
from upload_jobs.jobs import Status
from upload_worker.reporting import report_measures
from upload_worker.worker import Handled, Report
from uploads.application import Application as UploadApplication
from uploads.application import Limits

METRICS = FunctionMetrics(service="prediction", environment="dev")
Captured = pytest.CaptureFixture[str]


def predicted(digit: int, probability: float = 0.91) -> Prediction:
    others = (1 - probability) / 9
    return Prediction(digit=digit, probabilities=tuple(probability if n == digit else others for n in range(10)))


def records(captured: Captured) -> list[dict[str, Any]]:
    """The metric records on standard output; the log has a stream of its own only in Lambda."""
    lines = [json.loads(line) for line in captured.readouterr().out.splitlines()]
    return [line for line in lines if "_aws" in line]


def measured(given: object, captured: Captured, endpoint: Endpoint | None = None) -> list[dict[str, Any]]:
    """The records of one request."""
    captured.readouterr()
    respond(given, None, lambda: Application(card=CARD, endpoint=endpoint or FakeEndpoint()), logger, METRICS)
    return records(captured)


def values(record: dict[str, Any]) -> dict[str, list[float]]:
    """What CloudWatch makes metrics of."""
    (directive,) = record["_aws"]["CloudWatchMetrics"]
    return {metric["Name"]: record[metric["Name"]] for metric in directive["Metrics"]}


def test_a_prediction_is_one_record_of_digits_and_confidence(capsys: Captured) -> None:
    rows = [[7] + [0] * (PIXELS - 1), [7] + [1] * (PIXELS - 1), [3] + [0] * (PIXELS - 1)]
    headers = {"Content-Type": "application/json", "X-Correlation-Id": "action-1"}
    given = event("predict_json", body=json.dumps({"instances": rows}), headers=headers, multiValueHeaders=None)
    (record,) = measured(given, capsys)
    assert values(record) == {"Digit3": [1], "Digit7": [2], "Confidence": [0.91, 0.91, 0.91], "Unsure": [0, 0, 0]}
    assert record["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Digits"
    assert record["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service", "environment"]]
    assert (record["service"], record["environment"], record["correlation_id"]) == ("prediction", "dev", "action-1")


def test_a_record_holds_nothing_of_the_picture_or_the_person(capsys: Captured) -> None:
    (record,) = measured(event("predict_png"), capsys)
    names = {"_aws", "service", "environment", "correlation_id", "Confidence", "Unsure"}
    assert {name for name in record if not name.startswith("Digit")} == names
    assert len(json.dumps(record)) < 600


@pytest.mark.parametrize(
    ("name", "changes", "endpoint", "wanted", "problem"),
    [
        ("predict_json", {"body": "{"}, None, {"RejectedRequests"}, "invalid-json"),
        ("predict_png", {"body": "aGVsbG8="}, None, {"RejectedRequests", "RejectedImages"}, "content-type-mismatch"),
        ("predict_json", {}, FailingEndpoint(ENDPOINT_TIMEOUT), {"FailedRequests"}, "endpoint-timeout"),
        ("predict_json", {"resource": "/nowhere"}, None, {"RejectedRequests"}, "not-found"),
    ],
)
def test_problems_are_measured_by_kind_too(
    capsys: Captured, name: str, changes: dict[str, Any], endpoint: Endpoint | None, wanted: set[str], problem: str
) -> None:
    (record,) = measured(event(name, **changes), capsys, endpoint)
    assert values(record) == {each: [1] for each in wanted}
    dimensions = record["_aws"]["CloudWatchMetrics"][0]["Dimensions"]
    assert dimensions == [["service", "environment"], ["service", "environment", "problem"]]
    assert record["problem"] == problem


def test_what_is_no_prediction_and_no_problem_is_not_measured(capsys: Captured) -> None:
    assert measured(event("get_model"), capsys) == []
    assert measured(event("predict_json", httpMethod="OPTIONS"), capsys) == []


def test_an_unexpected_error_is_measured(capsys: Captured) -> None:
    def broken() -> Application:
        raise RuntimeError

    respond(event("get_model"), None, broken, logger, METRICS)
    (record,) = records(capsys)
    assert (values(record), record["problem"]) == ({"FailedRequests": [1]}, "internal-error")


def test_a_request_with_very_many_rows_is_one_record_of_bounded_size() -> None:
    predictions = [predicted(n % 10) for n in range(1000)]
    measures = {measure.name: measure for measure in prediction_measures(predictions)}
    assert {name: list(measures[name].values) for name in measures if name.startswith("Digit")} == {
        f"Digit{digit}": [100] for digit in range(10)
    }
    assert len(measures["Confidence"].values) == len(measures["Unsure"].values) == VALUES_MAX
    assert len(prediction_measures(predictions[:101])[-1].values) <= VALUES_MAX


def test_measuring_never_fails_a_request(capsys: Captured) -> None:
    unwritable = [Measure(name="Confidence", values=[object()])]  # type: ignore[list-item]
    METRICS.record(unwritable, logger=logger, correlation_id="x")
    assert records(capsys) == []


def test_without_an_environment_nothing_is_measured() -> None:
    assert FunctionMetrics.from_environment({"POWERTOOLS_SERVICE_NAME": "prediction"}) is None
    given = {"POWERTOOLS_SERVICE_NAME": "uploads", "ENVIRONMENT": "prod"}
    assert FunctionMetrics.from_environment(given) == FunctionMetrics(service="uploads", environment="prod")


def named(report: Report, now: float = 1012.34) -> dict[str, list[float]]:
    return {measure.name: list(measure.values) for measure in report_measures(report, now=now)}


def test_a_finished_upload_tells_how_long_it_took_and_what_was_found() -> None:
    report = Report(
        handled=Handled.DONE,
        job_id="j",
        requested_at=1000,
        predictions=(predicted(4), replace(predicted(2, 0.5), unsure=True)),
    )
    assert named(report) == {
        "UploadsDone": [1],
        "UploadSeconds": [12.3],
        "Digit2": [1],
        "Digit4": [1],
        "Confidence": [0.91, 0.5],
        "Unsure": [0, 1],
    }
    assert named(report, now=990)["UploadSeconds"] == [0]  # clocks differ


def test_other_ends_are_counted_and_so_are_lost_announcements() -> None:
    problem = ProblemError(MODEL_FAILED, "detail")
    failed = Report(handled=Handled.FAILED, job_id="j", announcement_failure="no connection", problem=problem)
    assert named(failed) == {"UploadsFailed": [1], "AnnouncementsFailed": [1]}
    assert named(Report(handled=Handled.LATE, job_id="j")) == {"UploadsLate": [1]}
    assert named(Report(handled=Handled.UNKNOWN, job_id="j")) == {"UploadsUnknown": [1]}


def asked(method: str, resource: str, **members: Any) -> Request:
    """A question of JOB's owner."""
    context = {"authorizer": {"claims": {"sub": JOB.owner}}}
    headers = {"Content-Type": "application/json"}
    given = {"httpMethod": method, "resource": resource, "headers": headers, "requestContext": context, **members}
    return Request.from_event(given)


def routes(*, now: float) -> UploadApplication:
    limits = Limits(bytes_max=1000, url_seconds=60, answer_seconds=600, keep_seconds=3600)
    return UploadApplication(jobs=FakeJobs({JOB.job_id: JOB}), uploads=FakeUploads(), limits=limits, now=lambda: now)


def result_of(app: UploadApplication, request: Request) -> Result:
    return find_route(app, request)(request)


def test_an_upload_that_is_begun_is_measured() -> None:
    body = json.dumps({"content_type": "image/png", "size_bytes": 10})
    result = result_of(routes(now=NOW), asked("POST", "/uploads", body=body))
    assert [(measure.name, measure.values) for measure in result.measures] == [("UploadsBegun", [1])]


def test_a_job_expires_once_and_is_measured_once() -> None:
    made = routes(now=JOB.deadline_at + 1)
    question = asked("GET", "/uploads/{job_id}", pathParameters={"job_id": JOB.job_id})
    first, second = result_of(made, question), result_of(made, question)
    assert first.response.document == second.response.document
    assert [measure.name for measure in first.measures] == ["UploadsExpired"]
    assert list(second.measures) == []


def test_a_job_that_two_questions_give_up_is_measured_once() -> None:
    class Racing(FakeJobs):
        def end(self, job_id: str, status: Status, outcome: Mapping[str, Any]) -> bool:
            super().end(job_id, status, outcome)  # the other question is a moment faster
            return super().end(job_id, status, outcome)

    question = asked("GET", "/uploads/{job_id}", pathParameters={"job_id": JOB.job_id})
    made = replace(routes(now=JOB.deadline_at + 1), jobs=Racing({JOB.job_id: JOB}))
    result = result_of(made, question)
    assert result.facts["job_status"] == "EXPIRED"
    assert list(result.measures) == []
