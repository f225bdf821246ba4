"""Following a job: every phase and line once, in spite of throttling, late lines and new streams; then its end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.job_fakes import FakeJobs, FakeLogs, job, phase
from training.common.errors import BusyError, JobEndedError, JobError
from training.jobs.costs import bill_of, describe_prices, most_usd, usd
from training.jobs.description import Job
from training.jobs.following import Reporter, follow
from training.jobs.log_lines import host_of, is_metrics, readable
from training.jobs.outcomes import raise_unless_completed

ONE, TWO, LATER = "job/algo-1-1764000000", "job/algo-2-1764000000", "job/algo-1-1764000900"
STARTING = phase("Starting", "Preparing the instances for training")
TRAINING = phase("Training", "Training in progress")


def running(*phases: dict[str, Any]) -> Job:
    return job(
        TrainingJobStatus="InProgress", SecondaryStatus="Training", SecondaryStatusTransitions=list(phases),
        ModelArtifacts={},
    )  # fmt: skip


ENDED = job(SecondaryStatusTransitions=[STARTING, TRAINING, phase("Completed", "Training job completed")])
ENDED_REPORTED = [
    "<Starting: Preparing the instances for training>",
    "<Training: Training in progress>",
    "<Completed: Training job completed>",
]


class Followed:
    """What was reported, in order, and how long was slept."""

    def __init__(self, jobs: FakeJobs, logs: FakeLogs) -> None:
        self.reported: list[str] = []
        self.slept: list[float] = []
        reporter = Reporter(
            on_phase=lambda each: self.reported.append(f"<{each.status}: {each.message}>"),
            on_line=lambda stream, line: self.reported.append(f"{host_of(stream)} {line}"),
            on_waiting=self.reported.append,
        )
        self.job = follow("job", jobs=jobs, logs=logs, reporter=reporter, sleep=self.slept.append)


def test_phases_and_lines_are_reported_once_and_in_order() -> None:
    jobs = FakeJobs([running(STARTING), running(STARTING, TRAINING), running(STARTING, TRAINING), ENDED])
    followed = Followed(jobs, FakeLogs([{}, {ONE: ["a", "b", "c"]}, {ONE: ["d"], TWO: ["x"]}, {ONE: ["e"]}]))
    assert followed.reported == [
        "<Starting: Preparing the instances for training>",
        "<Training: Training in progress>",
        "algo-1 a", "algo-1 b", "algo-1 c", "algo-1 d", "algo-2 x", "algo-1 e",
        "<Completed: Training job completed>",
    ]  # fmt: skip
    assert followed.job == ENDED


def test_a_phase_whose_message_changes_is_reported_again() -> None:
    changed = phase("Starting", "Insufficient capacity error, retrying")
    followed = Followed(FakeJobs([running(STARTING), running(changed), ENDED]), FakeLogs([]))
    assert followed.reported[:2] == [
        "<Starting: Preparing the instances for training>",
        "<Starting: Insufficient capacity error, retrying>",
    ]


def test_lines_that_come_after_the_end_are_reported() -> None:
    followed = Followed(FakeJobs([ENDED]), FakeLogs([{}, {ONE: ["late"]}, {}, {ONE: ["later"]}]))
    assert [line for line in followed.reported if line.startswith("algo")] == ["algo-1 late", "algo-1 later"]


def test_a_replaced_host_has_a_stream_of_its_own() -> None:
    jobs = FakeJobs([running(), running(), running(), ENDED])
    followed = Followed(jobs, FakeLogs([{ONE: ["a"]}, {LATER: ["again"]}, {LATER: ["b"]}]))
    assert followed.reported[:3] == ["algo-1 a", "algo-1 again", "algo-1 b"]


def test_throttling_is_waited_out() -> None:
    busy = BusyError("too many requests")
    jobs = FakeJobs([running(), busy, busy, busy, running(), ENDED])
    followed = Followed(jobs, FakeLogs([{ONE: ["a"]}, {ONE: ["b"]}]))
    assert followed.reported[:3] == ["algo-1 a", "waiting: too many requests", "algo-1 b"]
    assert followed.slept[1:4] == [4.0, 8.0, 16.0]


def test_a_single_refusal_is_not_worth_a_line() -> None:
    jobs = FakeJobs([running(), BusyError("too many requests"), running(), ENDED])
    assert Followed(jobs, FakeLogs([{ONE: ["a"]}, {ONE: ["b"]}])).reported == ["algo-1 a", "algo-1 b", *ENDED_REPORTED]


def test_a_network_that_stays_away_ends_it_and_says_how_to_go_on() -> None:
    with pytest.raises(
        BusyError, match=r"cannot be reached; the job continues, .* python -m training jobs job --follow"
    ):
        Followed(FakeJobs([running(), BusyError("cannot be reached")]), FakeLogs([]))


def test_no_such_job() -> None:
    with pytest.raises(JobError, match="there is no training job job"):
        Followed(FakeJobs([None]), FakeLogs([]))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"TrainingJobStatus": "Failed", "FailureReason": "ClientError: Extraneous channel found: test. "},
            "failed: ClientError: Extraneous channel found: test; correct the channels",
        ),
        (
            {"TrainingJobStatus": "Failed", "FailureReason": "ClientError: Hyperparameter eta: 2 is not in [0, 1]"},
            "correct the hyperparameters",
        ),
        (
            {"TrainingJobStatus": "Failed", "FailureReason": "CapacityError: Unable to provision requested ML compute"},
            "use another instance type, or try again later",
        ),
        (
            {"TrainingJobStatus": "Failed", "FailureReason": "AlgorithmError: , exit code: 137"},
            "use an instance type with more memory",
        ),
        (
            {
                "TrainingJobStatus": "Failed",
                "FailureReason": "AlgorithmError: framework error: \nTraceback (most recent call last):\n  label",
            },
            "failed: AlgorithmError: framework error; read its log: python -m training jobs digits-local-",
        ),
        ({"TrainingJobStatus": "Failed"}, "failed: no reason was given; read its log"),
        ({"TrainingJobStatus": "Stopped", "SecondaryStatus": "MaxRuntimeExceeded"}, "raise max_run_seconds"),
        ({"TrainingJobStatus": "Stopped", "SecondaryStatus": "MaxWaitTimeExceeded"}, "raise max_wait_seconds"),
        ({"TrainingJobStatus": "Stopped", "SecondaryStatus": "Stopped"}, "was stopped"),
        (
            {
                "TrainingJobStatus": "Stopped",
                "SecondaryStatus": "Stopped",
                "HyperParameters": {"num_round": "5", "save_model_on_termination": "true"},
            },
            "fetched with: python -m training fetch",
        ),
    ],
    ids=["channel", "hyperparameter", "capacity", "memory", "trace", "nothing", "run", "wait", "stopped", "kept"],
)
def test_a_job_that_did_not_complete_says_why_and_what_to_do(changes: dict[str, Any], expected: str) -> None:
    with pytest.raises(JobEndedError) as caught:
        raise_unless_completed(job(**changes))
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_completed_job_raises_nothing() -> None:
    raise_unless_completed(job())


def test_the_bill_of_a_spot_job() -> None:
    bill = bill_of(job())
    assert bill is not None
    assert (bill.billable_seconds, bill.instance_count, bill.saved) == (50, 2, 0.75)
    assert bill.usd == pytest.approx(0.23 * 2 * 50 / 3600)


def test_no_bill_before_the_time_is_known_and_no_price_for_what_is_not_in_the_table() -> None:
    assert bill_of(job(BillableTimeInSeconds=None)) is None
    unknown = bill_of(job(ResourceConfig={"InstanceType": "ml.zz9.large", "InstanceCount": 1}))
    assert unknown is not None
    assert unknown.usd is None
    unpriced = bill_of(job(ResourceConfig={"InstanceType": "ml.m7i.large", "InstanceCount": 1}))
    assert unpriced is not None
    assert unpriced.usd is None


def test_what_a_job_costs_at_most() -> None:
    assert most_usd("ml.m5.xlarge", instance_count=2, max_run_seconds=3600) == pytest.approx(0.46)
    assert (usd(0.46), usd(12.345)) == ("$0.4600", "$12.35")


def test_the_estimate_says_whose_prices_it_uses() -> None:
    assert describe_prices("us-east-1") == "by prices of us-east-1, collected 2026-11-22"
    assert "us-east-1, not of eu-west-1" in describe_prices("eu-west-1")


def test_lines_become_readable() -> None:
    line = "[12]#011train-merror:0.10000#011validation-merror:0.2\x1b[2J"
    assert readable(line, host=None) == "[12]    train-merror:0.10000    validation-merror:0.2?[2J"
    assert readable("x", host="algo-2") == "algo-2 | x"
    assert host_of("job/of/nobody") == "nobody"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("[0]#011train-mlogloss:1.32318#011validation-merror:0.10000", True),
        ("[7]\tvalidation-merror:1e-05", True),
        ("[2026-11-22:21:45:23:INFO] Single node training.", False),
        ("[12] nothing", False),
    ],
)
def test_lines_of_metrics_are_known(line: str, expected: bool) -> None:
    assert is_metrics(line) is expected
