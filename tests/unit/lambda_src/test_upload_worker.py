"""What happens with one upload: its one end, announced or not, and what is delivered again instead."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from contract.calibration import Calibration
from digit_model.problems import BAD_MODEL_OUTPUT, ENDPOINT_NOT_FOUND, ENDPOINT_TIMEOUT, MODEL_FAILED, THROTTLED
from gateway.problems import INTERNAL_ERROR, ProblemError, ProblemType
from http_api.problem_table import FAILURE_REASONS, PREDICTION_PROBLEMS
from tests.support.fakes import FailingEndpoint, FakeEndpoint
from tests.support.upload_fakes import JOB, NOW, UPLOAD, FakeAnnouncer, FakeJobs, FakePictures, read_bytes_as_digits
from upload_jobs.jobs import Job, Status
from upload_jobs.problems import STORAGE_UNAVAILABLE
from upload_worker.announcer import event_of
from upload_worker.messages import MessageError, Upload, uploads_in
from upload_worker.retries import LONGEST_SECONDS, pause_seconds
from upload_worker.worker import Handled, Picture, Report, Worker, is_final
from vision.problems import UNREADABLE_IMAGE
from vision.reading import Predict
from vision.sheet import Sheet


def worker(**changes: object) -> Worker:
    usual = Worker(
        jobs=FakeJobs({JOB.job_id: JOB}),
        pictures=FakePictures(),
        endpoint=FakeEndpoint(),
        announcer=FakeAnnouncer(),
        model="abababababab",
        canonical_form=0,
        calibration=Calibration(),
        read=read_bytes_as_digits,
        now=lambda: NOW,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def handle(made: Worker, upload: Upload = UPLOAD) -> Report:
    job = made.find_job(upload)
    assert job is not None
    return made.handle(upload, job)


def ended(made: Worker) -> Job:
    job = made.jobs.find(JOB.job_id)
    assert job is not None
    return job


def announced(made: Worker) -> list[Job]:
    assert isinstance(made.announcer, FakeAnnouncer)
    return made.announcer.announced


def test_a_picture_of_several_digits_is_answered_in_order() -> None:
    made = worker(pictures=FakePictures({JOB.key: Picture(body=b"307", content_type="image/png")}))
    assert handle(made).handled is Handled.DONE
    job = ended(made)
    assert job.status is Status.DONE
    assert (job.outcome["model"], job.outcome["width"], job.outcome["height"]) == ("abababababab", 60, 20)
    assert [(digit["digit"], digit["box"]) for digit in job.outcome["digits"]] == [
        (3, [0, 0, 10, 20]),
        (0, [20, 0, 10, 20]),
        (7, [40, 0, 10, 20]),
    ]
    first = job.outcome["digits"][0]
    assert first["probability"] == first["probabilities"][3] == max(first["probabilities"])
    assert base64.b64decode(first["pixels"]) == bytes([3]) + bytes(783)
    assert announced(made) == [job]


def test_the_event_is_small() -> None:
    made = worker()
    handle(made)
    event = event_of(ended(made))
    assert event.keys() == {"schema", "job_id", "status", "model", "width", "height", "turned", "digits"}
    assert event["digits"][0].keys() == {"digit", "probability", "probabilities", "unsure", "box"}


def test_the_id_of_the_user_action_goes_along_to_the_endpoint() -> None:
    called_with = []

    class Noting(FakeEndpoint):
        def invoke(self, csv: bytes, *, correlation_id: str = "") -> object:  # type: ignore[override]
            called_with.append(correlation_id)
            return super().invoke(csv)

    handle(worker(endpoint=Noting()))
    assert called_with == ["a-user-action"]


def test_delivered_twice_it_ends_once() -> None:
    made = worker()
    handle(made)
    first = ended(made)
    report = handle(made, replace(UPLOAD, version="2"))
    assert report.handled is Handled.LATE
    assert ended(made) == first


def test_an_end_that_was_perhaps_not_announced_is_announced_again() -> None:
    done = replace(JOB, status=Status.DONE, outcome={"model": "abababababab", "digits": []})
    made = worker(jobs=FakeJobs({JOB.job_id: done}))
    assert handle(made).handled is Handled.LATE
    assert announced(made) == [done]


def test_what_has_expired_stays_expired() -> None:
    expired = replace(JOB, status=Status.EXPIRED, outcome={"reason": {}})
    made = worker(jobs=FakeJobs({JOB.job_id: expired}))
    handle(made)
    assert ended(made) == expired


def test_what_expires_while_it_is_read_has_expired() -> None:
    jobs = FakeJobs({JOB.job_id: JOB})

    def slow(body: bytes, media_type: str, predict: Predict) -> Sheet:
        jobs.end(JOB.job_id, Status.EXPIRED, {"reason": {}})
        return read_bytes_as_digits(body, media_type, predict)

    made = worker(jobs=jobs, read=slow)
    assert handle(made).handled is Handled.LATE
    assert ended(made).status is Status.EXPIRED
    assert announced(made)[-1].status is Status.EXPIRED


def test_a_job_that_is_deleted_while_it_is_read_is_late_and_not_announced() -> None:
    jobs = FakeJobs({JOB.job_id: JOB})

    def slow(body: bytes, media_type: str, predict: Predict) -> Sheet:
        jobs.jobs.clear()
        return read_bytes_as_digits(body, media_type, predict)

    made = worker(jobs=jobs, read=slow)
    report = handle(made)
    assert (report.handled, report.announced, announced(made)) == (Handled.LATE, False, [])


def test_a_lost_announcement_loses_no_result() -> None:
    made = worker(announcer=FakeAnnouncer(is_available=False))
    report = handle(made)
    assert (report.handled, report.announced, report.announcement_failure) == (Handled.DONE, False, "no connection")
    assert ended(made).status is Status.DONE


def test_a_picture_that_cannot_be_read_fails_with_a_reason() -> None:
    def broken(_body: bytes, _type: str, _predict: Predict) -> Sheet:
        raise ProblemError(UNREADABLE_IMAGE, "the file is damaged or incomplete", cause="only for the log")

    made = worker(read=broken)
    assert handle(made).handled is Handled.FAILED
    job = ended(made)
    assert job.outcome == {
        "reason": {
            "type": "urn:digits:problem:unreadable-image",
            "title": "the picture cannot be decoded",
            "detail": "the file is damaged or incomplete",
        }
    }
    assert announced(made) == [job]


def test_a_file_that_is_gone_fails_with_a_reason() -> None:
    made = worker(pictures=FakePictures({}))
    handle(made)
    assert ended(made).outcome["reason"]["type"] == "urn:digits:problem:upload-gone"


@pytest.mark.parametrize("now", [JOB.deadline_at, JOB.deadline_at + 9999])
def test_an_upload_that_is_read_after_its_deadline_has_expired(now: int) -> None:
    made = worker(now=lambda: now)
    assert handle(made).handled is Handled.EXPIRED
    job = ended(made)
    assert (job.status, job.outcome["reason"]["type"]) == (Status.EXPIRED, "urn:digits:problem:upload-expired")
    assert announced(made) == [job]


TRANSIENT = [THROTTLED, ENDPOINT_TIMEOUT, ENDPOINT_NOT_FOUND, MODEL_FAILED, BAD_MODEL_OUTPUT, INTERNAL_ERROR]


@pytest.mark.parametrize("problem", TRANSIENT, ids=lambda problem: str(problem.slug))
def test_a_failure_of_the_endpoint_ends_nothing(problem: ProblemType) -> None:
    made = worker(endpoint=FailingEndpoint(problem))
    with pytest.raises(ProblemError):
        handle(made)
    assert ended(made) == JOB
    assert announced(made) == []


@pytest.mark.parametrize("failing_call", [1, 2])
def test_a_busy_table_ends_nothing(failing_call: int) -> None:
    class Busy(FakeJobs):
        calls = 0

        def _fail(self) -> None:
            self.calls += 1
            if self.calls == failing_call:
                raise ProblemError(STORAGE_UNAVAILABLE, STORAGE_UNAVAILABLE.remedy)

    made = worker(jobs=Busy({JOB.job_id: JOB}))
    with pytest.raises(ProblemError):
        handle(made)
    assert announced(made) == []
    assert handle(made).handled is Handled.DONE
    assert ended(made).status is Status.DONE


def test_only_the_file_of_its_own_key_belongs_to_a_job() -> None:
    assert worker(jobs=FakeJobs()).find_job(UPLOAD) is None
    assert worker().find_job(UPLOAD) == JOB
    assert worker().find_job(replace(UPLOAD, key=f"uploads/bert/{JOB.job_id}")) is None


def test_what_is_tried_again_and_what_is_not() -> None:
    again = {problem.slug for problem in PREDICTION_PROBLEMS if not is_final(ProblemError(problem, ""))}
    assert again == {problem.slug for problem in PREDICTION_PROBLEMS if problem.status >= 429 and problem.status != 431}
    assert all(is_final(ProblemError(reason, "")) for reason in FAILURE_REASONS)


def record(key: str, version: str | None = "3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY") -> dict[str, object]:
    picture: dict[str, object] = {"key": key, "size": 7, "eTag": "e", "sequencer": "0A1B2C3D4E5F678901"}
    if version:
        picture["versionId"] = version
    return {"eventName": "ObjectCreated:Post", "s3": {"bucket": {"name": "pictures"}, "object": picture}}


def body(*records: object) -> str:
    import json

    return json.dumps({"Records": records})


def test_a_message_names_its_uploads() -> None:
    first, second = uploads_in(body(record("uploads/anna/x+y%2Bz%C3%BC"), record("uploads/b", None)))
    assert first == Upload(bucket="pictures", key="uploads/anna/x y+zü", version="3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY")
    assert second == Upload(bucket="pictures", key="uploads/b", version="")


def test_the_event_with_which_s3_tries_out_is_none() -> None:
    assert uploads_in('{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026","Bucket":"pictures"}') == []


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "7", "{}", '{"Records": [{}]}', '{"Records": [{"s3": {}}]}', "[" * 100_000]
)
def test_what_is_no_event_of_s3_is_an_error(text: str) -> None:
    with pytest.raises(MessageError, match=r"no event of S3"):
        uploads_in(text)


def test_pauses_grow_and_end() -> None:
    for receives in range(1, 40):
        least = min(2**receives, LONGEST_SECONDS)
        assert least <= pause_seconds(receives, 2) <= min(2 * least, LONGEST_SECONDS)
    assert 1 <= pause_seconds(0, 1) <= 2
