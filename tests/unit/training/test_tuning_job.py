"""The tuning job that is asked for is the one written down, botocore takes it, and its progress is reported."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from tests.support.training_jobs import ON_SPOT, ONE_HOST, SEVERAL_HOSTS, channel
from tests.support.training_platforms import platform
from tests.support.tuning_fakes import MemoryTuning
from training.commands.tune_options import Strategy, TuneOptions
from training.commands.tune_sagemaker import tuning_spec
from training.common.errors import BusyError, JobError
from training.common.paths import BuildPaths
from training.jobs.request import create_training_job_request
from training.model.hyperparameters import Hyperparameters
from training.tuning.request import TuningSpec, create_tuning_job_request, new_tuning_name
from training.tuning.search_space import Range, SearchSpace
from training.tuning.trials import Outcome, Search
from training.tuning.tuning_job import (
    TuningJob,
    described,
    follow,
    trial_from_summary,
    tuning_job_from_description,
)

GOLDEN = Path(__file__).parent / "tuning_job_request.json"
SPACE = SearchSpace(
    ranges=(
        Range(name="eta", least=0.05, most=0.5, scale="log"),
        Range(name="max_depth", least=2, most=8),
    )
)
SPEC = TuningSpec(
    name="digits-local-t-1122-213045-3f9a",
    job=replace(ONE_HOST, hyperparameters=Hyperparameters.default(num_round="5", max_depth="2")),
    space=SPACE,
    max_jobs=4,
    parallel=2,
    max_seconds=7200,
)


def test_the_request_is_the_one_written_down() -> None:
    assert create_tuning_job_request(SPEC) == json.loads(GOLDEN.read_text(encoding="utf-8"))


@pytest.mark.parametrize("job", [ONE_HOST, SEVERAL_HOSTS], ids=["one host", "several hosts"])
def test_botocore_finds_nothing_wrong_with_it(job: Any) -> None:
    model = botocore.session.get_session().get_service_model("sagemaker")
    operation = model.operation_model("CreateHyperParameterTuningJob")
    assert operation.input_shape
    report = ParamValidator().validate(create_tuning_job_request(replace(SPEC, job=job)), operation.input_shape)
    assert not report.has_errors(), report.generate_report()


def test_its_training_jobs_are_those_that_would_be_submitted_alone() -> None:
    definition = create_tuning_job_request(SPEC)["TrainingJobDefinition"]
    alone = create_training_job_request(SPEC.job)
    assert {name: alone[name] for name in definition if name != "StaticHyperParameters"} == {
        name: value for name, value in definition.items() if name != "StaticHyperParameters"
    }
    varying = set(SPACE.names)
    assert definition["StaticHyperParameters"] == {
        name: text for name, text in alone["HyperParameters"].items() if name not in varying
    }


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"name": "digits-production-t-20261122-213045-3f9a"}, "at most 32 letters"),
        ({"name": "-t"}, "is not valid"),
        ({"max_jobs": 0, "parallel": 0}, "0 training jobs at the same time"),
        ({"max_jobs": 751}, "751 trials are requested"),
        ({"parallel": 5}, "5 training jobs at the same time are requested, allowed are 1 to 4"),
        ({"max_seconds": 60}, "the time limit is 60 seconds"),
        ({"strategy": "Grid"}, "allowed are Bayesian, Random"),
        ({"job": replace(ONE_HOST, channels=(channel(),))}, "needs the channel validation"),
        ({"job": ON_SPOT}, "would go on from each other's checkpoints"),
    ],
    ids=["long", "hyphen", "none", "many", "parallel", "short", "strategy", "validation", "checkpoint"],
)
def test_what_would_be_refused_is_refused_here(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(JobError, match=complaint):
        replace(SPEC, **changes)


@pytest.mark.parametrize("environment", ["local", "dev", "prod"])
def test_a_new_name_is_short_enough(environment: str) -> None:
    name = new_tuning_name(f"digits-{environment}-", now=datetime(2026, 11, 22, 21, 30, 45, tzinfo=UTC), token="3f9a")
    assert replace(SPEC, name=name).name == f"digits-{environment}-t-1122-213045-3f9a"


def test_options_platform_and_data_make_the_spec(tmp_path: Path) -> None:
    from tests.support.training_digits import small_data_folder

    digest = small_data_folder(tmp_path).channels_digest("csv")
    options = TuneOptions(
        search=("eta=0.1:0.4",), hyperparameters={"max_leaves": "31"}, trials=3, parallel=9,
        strategy=Strategy.RANDOM, num_round="12", search_seed=2, instance_count=2, spot=False, volume_gb=20,
    )  # fmt: skip
    spec = tuning_spec(BuildPaths(build=tmp_path), platform(), options)
    assert spec.name.startswith("digits-local-t-")
    assert (spec.parallel, spec.max_jobs, spec.strategy, spec.seed) == (3, 3, "Random", 2)
    assert spec.fixed["max_leaves"] == "31"
    assert spec.fixed["num_round"] == "12"
    assert "eta" not in spec.fixed
    assert (spec.job.machines.instance_count, spec.job.machines.volume_gb) == (2, 20)
    assert [each.uri for each in spec.job.channels] == [
        f"s3://digits-local-bucket/channels/{digest}/{name}/" for name in ("train", "validation")
    ]


def test_what_sagemaker_describes_is_read() -> None:
    request = create_tuning_job_request(SPEC)
    job = tuning_job_from_description(
        {
            **request,
            "HyperParameterTuningJobStatus": "InProgress",
            "TrainingJobStatusCounters": {"Completed": 1, "InProgress": 2},
            "TrainingJobDefinition": {
                "StaticHyperParameters": {**SPEC.fixed, "_tuning_objective_metric": "validation:mlogloss"}
            },
        }
    )
    assert set(job.space.ranges) == set(SPEC.space.ranges)
    assert (job.name, job.fixed, job.max_jobs, job.has_ended) == (SPEC.name, SPEC.fixed, 4, False)


def test_a_training_job_of_it_is_read() -> None:
    begun = datetime(2026, 11, 22, 21, 30, tzinfo=UTC)
    summary = {
        "TrainingJobName": "digits-local-t-1122-213045-3f9a-001-0123abcd",
        "TrainingJobStatus": "Stopped",
        "TunedHyperParameters": {"eta": "0.25", "max_depth": "4"},
        "TrainingStartTime": begun,
        "TrainingEndTime": begun + timedelta(seconds=90),
        "FinalHyperParameterTuningJobObjectiveMetric": {"MetricName": "validation:mlogloss", "Value": 0.25},
    }
    trial = trial_from_summary(summary)
    assert (trial.metric, trial.seconds, trial.outcome) == (0.25, 90.0, Outcome.PRUNED)
    waiting = trial_from_summary({"TrainingJobName": "x", "TrainingJobStatus": "InProgress"})
    assert (waiting.metric, waiting.seconds, waiting.outcome) == (None, None, Outcome.RUNNING)


def test_it_is_followed_to_its_end_though_aws_is_busy_now_and_then() -> None:
    service = MemoryTuning(lambda values: abs(float(values["eta"]) - 0.2), busy=3)
    service.create(SPEC)
    reported: list[tuple[TuningJob, Search]] = []
    slept: list[float] = []
    job, found = follow(SPEC.name, service=service, on_change=lambda *now: reported.append(now), sleep=slept.append)
    assert job.status == "Completed"
    assert [len(search.trials) for _, search in reported] == [1, 2, 3, 4]
    assert len(slept) == 3 + 3
    assert found.best is not None
    assert found.best.metric == min(abs(float(trial.values["eta"]) - 0.2) for trial in found.trials)
    best = json.loads(found.best_json() or b"")
    assert best["hyperparameters"] == {**found.given, **found.best.values}
    assert best["where"] == SPEC.name


def test_who_follows_is_told_when_aws_cannot_be_asked_any_more() -> None:
    service = MemoryTuning(lambda _values: 0.0, busy=100)
    service.create(SPEC)
    with pytest.raises(BusyError, match=f"follow it again with: python -m training tune --attach {SPEC.name}"):
        follow(SPEC.name, service=service, on_change=lambda *_now: None, sleep=lambda _seconds: None)


def test_an_unknown_one_is_said_to_be_unknown() -> None:
    with pytest.raises(JobError, match="there is no tuning job nobody"):
        described(MemoryTuning(lambda _values: 0.0), "nobody")
