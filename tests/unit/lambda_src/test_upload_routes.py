"""The upload routes from event to answer: forms, jobs and their owners, what is refused, and when a job is given up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from contract.upload_layout import UPLOAD_BYTES_LIMIT
from gateway.cors import Origins
from gateway.events import BODY_BYTES_MAX
from gateway.http_app import respond
from tests.support.upload_fakes import JOB, NOW, FakeJobs, FakeUploads
from upload_jobs.jobs import Status
from upload_jobs.problems import STORAGE_UNAVAILABLE
from uploads.application import Application, Limits
from uploads.identity import owner_of

LIMITS = Limits(bytes_max=25 * 1024 * 1024, url_seconds=300, answer_seconds=3600, keep_seconds=86_400)
ANNA: dict[str, Any] = {"authorizer": {"claims": {"sub": "anna"}}}
BERT: dict[str, Any] = {"authorizer": {"claims": {"sub": "bert"}}}
SERVICE: dict[str, Any] = {"identity": {"user": "AROAEXAMPLE:session-1"}}
REQUESTED = {"content_type": "image/jpeg", "size_bytes": 4_000_000}
logger = Logger(service="test")


def event(method: str, resource: str, caller: Mapping[str, Any], **members: Any) -> dict[str, Any]:
    context = {"requestId": "a-request", "domainName": "api.example", "path": "/v1/uploads", **caller}
    headers = {"Content-Type": "application/json", **members.pop("headers", {})}
    return {"httpMethod": method, "resource": resource, "headers": headers, "requestContext": context, **members}


def call(given: dict[str, Any], jobs: FakeJobs | None = None, now: float = NOW) -> dict[str, Any]:
    app = Application(
        jobs=FakeJobs() if jobs is None else jobs,
        uploads=FakeUploads(),
        limits=LIMITS,
        origins=Origins(patterns=("https://site.example",)),
        now=lambda: now,
        new_id=lambda: JOB.job_id,
    )
    return respond(given, None, lambda: app, logger)


def begin(requested: object = REQUESTED, jobs: FakeJobs | None = None, **members: Any) -> dict[str, Any]:
    return call(event("POST", "/uploads", ANNA, body=json.dumps(requested), **members), jobs)


def show(caller: Mapping[str, Any], jobs: FakeJobs, now: float = NOW, job_id: str = JOB.job_id) -> dict[str, Any]:
    return call(event("GET", "/uploads/{job_id}", caller, pathParameters={"job_id": job_id}), jobs, now)


def slug(answer: Mapping[str, Any]) -> str:
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    return str(json.loads(answer["body"])["type"]).rpartition(":")[2]


def test_a_request_becomes_a_job_and_a_form() -> None:
    jobs = FakeJobs()
    answer = begin(jobs=jobs, headers={"X-Correlation-Id": "my-action"})
    assert answer["statusCode"] == 201
    document = json.loads(answer["body"])
    assert document == {
        "job_id": JOB.job_id,
        "upload": {
            "url": "https://pictures.example/",
            "fields": {"key": f"uploads/anna/{JOB.job_id}", "Content-Type": "image/jpeg"},
        },
        "channel": f"/predictions/anna/{JOB.job_id}",
        "status_url": f"https://api.example/v1/uploads/{JOB.job_id}",
        "expires_at": "2026-11-22T18:05:00Z",
    }
    assert answer["headers"]["Location"] == document["status_url"]
    assert answer["headers"]["X-Correlation-Id"] == "my-action"
    (job,) = jobs.jobs.values()
    assert (job.owner, job.status, job.correlation_id) == ("anna", Status.PENDING, "my-action")
    assert (job.deadline_at, job.forgotten_at) == (NOW + 3600, NOW + 86_400)


@pytest.mark.parametrize(
    ("requested", "status", "told"),
    [
        ([], 422, "wrong-upload-request"),
        ({}, 422, "wrong-upload-request"),
        ({**REQUESTED, "key": "uploads/bert/x"}, 422, "wrong-upload-request"),
        ({**REQUESTED, "size_bytes": 0}, 422, "wrong-upload-request"),
        ({**REQUESTED, "size_bytes": True}, 422, "wrong-upload-request"),
        ({**REQUESTED, "size_bytes": 4.0}, 422, "wrong-upload-request"),
        ({**REQUESTED, "size_bytes": "4"}, 422, "wrong-upload-request"),
        ({**REQUESTED, "size_bytes": UPLOAD_BYTES_LIMIT + 1}, 422, "wrong-upload-request"),
        ({**REQUESTED, "size_bytes": UPLOAD_BYTES_LIMIT}, 413, "upload-too-large"),
        ({**REQUESTED, "size_bytes": LIMITS.bytes_max + 1}, 413, "upload-too-large"),
        ({**REQUESTED, "content_type": "image/gif"}, 415, "unsupported-media-type"),
        ({**REQUESTED, "content_type": ["image/png"]}, 415, "unsupported-media-type"),
        ({**REQUESTED, "content_type": "IMAGE/PNG"}, 415, "unsupported-media-type"),
    ],
)
def test_a_request_that_cannot_be_is_refused_and_leaves_nothing(requested: object, status: int, told: str) -> None:
    jobs = FakeJobs()
    answer = begin(requested, jobs)
    assert (answer["statusCode"], slug(answer)) == (status, told)
    assert jobs.jobs == {}


def test_the_largest_picture_is_taken() -> None:
    assert begin({**REQUESTED, "size_bytes": LIMITS.bytes_max})["statusCode"] == 201


@pytest.mark.parametrize(
    ("body", "status", "told", "detail"),
    [
        ("", 400, "malformed-request", "the body is empty"),
        (" " * (BODY_BYTES_MAX + 1), 413, "body-too-large", f"the body has {BODY_BYTES_MAX + 1} bytes; "),
        ('{"content_type": ["a"], "size_bytes": 1}', 415, "unsupported-media-type", 'content_type is ["a"]; '),
        ('{"content_type": "image/png", "size_bytes": true}', 422, "wrong-upload-request", "size_bytes is true; "),
        ('{"content_type": "image/png", "size_bytes": "9"}', 422, "wrong-upload-request", 'size_bytes is "9"; '),
    ],
)
def test_a_body_is_refused_as_that_of_a_prediction(body: str, status: int, told: str, detail: str) -> None:
    answer = call(event("POST", "/uploads", ANNA, body=body))
    assert (answer["statusCode"], slug(answer)) == (status, told)
    assert json.loads(answer["body"])["detail"].startswith(detail)


def test_a_body_of_another_type_is_refused() -> None:
    answer = begin(headers={"Content-Type": "image/png"})
    assert (answer["statusCode"], answer["headers"]["Accept"]) == (415, "application/json")


def test_a_table_that_is_busy_is_said_and_no_form_is_handed_out() -> None:
    answer = begin(jobs=FakeJobs(problem=STORAGE_UNAVAILABLE, failures=1))
    assert (answer["statusCode"], slug(answer)) == (503, "storage-unavailable")
    assert "Retry-After" in answer["headers"]


def test_the_owner_sees_the_job() -> None:
    answer = show(ANNA, FakeJobs({JOB.job_id: JOB}))
    assert answer["statusCode"] == 200
    assert answer["headers"]["Retry-After"] == "1"
    assert json.loads(answer["body"]) == {
        "schema": "digits.upload/1",
        "job_id": JOB.job_id,
        "status": "PENDING",
        "created_at": "2026-11-22T18:00:00Z",
        "expires_at": "2026-11-22T19:00:00Z",
    }


def test_a_result_is_shown_with_its_members_and_without_a_wait() -> None:
    done = replace(JOB, status=Status.DONE, outcome={"model": "abababababab", "digits": []})
    answer = show(ANNA, FakeJobs({JOB.job_id: done}))
    assert "Retry-After" not in answer["headers"]
    assert json.loads(answer["body"])["model"] == "abababababab"


@pytest.mark.parametrize("caller", [BERT, SERVICE])
@pytest.mark.parametrize("status", list(Status))
def test_nobody_sees_the_job_of_another(caller: Mapping[str, Any], status: Status) -> None:
    answer = show(caller, FakeJobs({JOB.job_id: replace(JOB, status=status, outcome={"model": "secret"})}))
    nothing = show(caller, FakeJobs())
    assert (answer["statusCode"], slug(answer)) == (404, "no-such-upload")
    assert "secret" not in answer["body"]
    assert answer["body"] == nothing["body"]  # not even that there is one


def test_a_job_without_a_result_is_given_up_for_good() -> None:
    jobs = FakeJobs({JOB.job_id: JOB})
    assert json.loads(show(ANNA, jobs, JOB.deadline_at - 1)["body"])["status"] == "PENDING"
    document = json.loads(show(ANNA, jobs, JOB.deadline_at)["body"])
    assert document["status"] == "EXPIRED"
    assert document["reason"]["type"] == "urn:digits:problem:upload-expired"
    assert "2026-11-22T19:00:00Z" in document["reason"]["detail"]
    assert jobs.end(JOB.job_id, Status.DONE, {}) is False  # a late result changes nothing


def test_a_result_that_comes_at_the_last_moment_is_shown() -> None:
    class Racing(FakeJobs):
        def end(self, job_id: str, status: Status, outcome: Mapping[str, Any]) -> bool:
            super().end(job_id, Status.DONE, {"model": "in-time"})  # the worker is a moment faster
            return super().end(job_id, status, outcome)

    document = json.loads(show(ANNA, Racing({JOB.job_id: JOB}), JOB.deadline_at)["body"])
    assert (document["status"], document["model"]) == ("DONE", "in-time")


def test_what_ended_stays_as_it_ended() -> None:
    done = replace(JOB, status=Status.DONE, outcome={"model": "abababababab"})
    document = json.loads(show(ANNA, FakeJobs({JOB.job_id: done}), JOB.deadline_at + 9)["body"])
    assert document["status"] == "DONE"


@pytest.mark.parametrize("job_id", ["", "x", "0" * 5000, "../../etc", f"{JOB.job_id}\n", "\ud800"])
def test_what_is_no_id_is_not_looked_up_and_told_shortly(job_id: str) -> None:
    # DynamoDB would refuse the longest, and that is no fault of ours.
    answer = show(ANNA, FakeJobs(problem=STORAGE_UNAVAILABLE, failures=1), job_id=job_id)
    assert (answer["statusCode"], slug(answer)) == (404, "no-such-upload")
    assert len(answer["body"]) < 500


@pytest.mark.parametrize(
    ("context", "owner"),
    [
        (ANNA, "anna"),
        (
            {"authorizer": {"claims": {"sub": "6478d4f8-1091-7048-b9ae-c7f6c61a1a4e"}}},
            "6478d4f8-1091-7048-b9ae-c7f6c61a1a4e",
        ),
        (SERVICE, "AROAEXAMPLE"),
        ({"identity": {"user": "AIDAEXAMPLE"}}, "AIDAEXAMPLE"),
    ],
)
def test_people_and_services_have_one_name_each(context: dict[str, Any], owner: str) -> None:
    assert owner_of(context) == owner


@pytest.mark.parametrize(
    "context",
    [{}, {"identity": {"user": None}}, {"identity": {"user": ""}}, {"identity": []}, {"identity": {"user": "a/b"}}],
)
def test_without_a_caller_nothing_is_done(context: dict[str, Any]) -> None:
    jobs = FakeJobs()
    answer = call(event("POST", "/uploads", context, body=json.dumps(REQUESTED)), jobs)
    assert (answer["statusCode"], jobs.jobs) == (500, {})


def test_only_the_site_may_read_answers() -> None:
    assert (
        begin(headers={"Origin": "https://site.example"})["headers"]["Access-Control-Allow-Origin"]
        == "https://site.example"
    )
    foreign = begin(headers={"Origin": "https://evil.example"})["headers"]
    assert "Access-Control-Allow-Origin" not in foreign
    assert foreign["Vary"] == "Origin"


def test_the_site_may_read_problems_too() -> None:
    answer = begin({}, headers={"Origin": "https://site.example"})
    assert answer["statusCode"] == 422
    assert answer["headers"]["Access-Control-Allow-Origin"] == "https://site.example"


@pytest.mark.parametrize(("resource", "method"), [("/uploads", "POST"), ("/uploads/{job_id}", "GET")])
def test_a_browser_that_asks_is_told_what_the_site_may_do(resource: str, method: str) -> None:
    answer = call(event("OPTIONS", resource, {}, headers={"Origin": "https://site.example"}))
    assert (answer["statusCode"], answer["body"]) == (204, "")
    assert answer["headers"]["Access-Control-Allow-Methods"] == method
    assert "Authorization" in answer["headers"]["Access-Control-Allow-Headers"]
    foreign = call(event("OPTIONS", resource, {}, headers={"Origin": "https://evil.example"}))
    assert "Access-Control-Allow-Methods" not in foreign["headers"]


@pytest.mark.parametrize(
    ("pattern", "origin", "allowed"),
    [
        ("http://localhost:*", "http://localhost:4567", True),
        ("http://localhost:*", "http://localhost.evil.example", False),
        ("https://site.example", "https://siteXexample", False),
        ("https://site.example", "https://site.example.evil.example", False),
        ("https://site.example", "", False),
    ],
)
def test_origins_are_compared_whole(pattern: str, origin: str, allowed: bool) -> None:
    app = replace(_application(), origins=Origins(patterns=(pattern,)))
    answer = respond(event("OPTIONS", "/uploads", {}, headers={"Origin": origin}), None, lambda: app, logger)
    assert ("Access-Control-Allow-Origin" in answer["headers"]) is allowed


@pytest.mark.parametrize("forged", ["a b", "x" * 65, 'x"} {"level": "ERROR', "ü", "a\nb"])
def test_what_is_no_good_id_is_not_taken_over(forged: str) -> None:
    assert begin(headers={"X-Correlation-Id": forged})["headers"]["X-Correlation-Id"] == "a-request"


def _application() -> Application:
    return Application(jobs=FakeJobs(), uploads=FakeUploads(), limits=LIMITS)
