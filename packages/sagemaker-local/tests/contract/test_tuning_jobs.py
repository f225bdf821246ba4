"""Tuning jobs as boto3 meets them: they really train, and know the best of what they trained."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from support.emulators import Emulator, eventually, trust
from support.job_requests import training_request
from support.refusals import refusal

BUCKET, ROLE = "emulated-tuning", "arn:aws:iam::123456789012:role/tuning"
OBJECTIVE = {"Type": "Minimize", "MetricName": "validation:mlogloss"}
ETA = {"Name": "eta", "MinValue": "0.05", "MaxValue": "0.9"}
DEPTH = {"Name": "max_depth", "MinValue": "1", "MaxValue": "4"}
TAKEN_OVER = ("AlgorithmSpecification", "InputDataConfig", "ResourceConfig", "StoppingCondition")
ENDED = ("Completed", "Failed", "Stopped")


@pytest.fixture(scope="module")
def sagemaker(emulator: Emulator) -> Any:
    s3, iam = emulator.client("s3"), emulator.client("iam")
    s3.create_bucket(Bucket=BUCKET)
    for seed, channel in enumerate(("train", "validation")):
        s3.put_object(Bucket=BUCKET, Key=f"channels/{channel}/part-0.csv", Body=csv_part(seed))
    iam.create_role(RoleName="tuning", AssumeRolePolicyDocument=trust("sagemaker.amazonaws.com"))
    statements = [
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{BUCKET}"},
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": f"arn:aws:s3:::{BUCKET}/*"},
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_role_policy(RoleName="tuning", PolicyName="data", PolicyDocument=policy)
    return emulator.client("sagemaker")


def csv_part(seed: int) -> bytes:
    """A csv part of 60 rows: a label of three, and a feature that nearly tells it."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 3, 60)
    rows = np.column_stack([labels, labels * 10 + random.integers(0, 16, 60)])
    return "".join(",".join(map(str, row)) + "\n" for row in rows).encode()


def request(name: str, *, strategy: str = "Random", ranges: Any = None, hyperparameters: Any = None) -> dict[str, Any]:
    of_training = training_request("unused")
    definition = {member: of_training[member] for member in TAKEN_OVER}
    for channel in definition["InputDataConfig"]:
        source = channel["DataSource"]["S3DataSource"]
        source["S3Uri"] = source["S3Uri"].replace("emulated-jobs", BUCKET)
    static = {"num_round": "2", "objective": "multi:softprob", "num_class": "3", "nthread": "1"}
    return {
        "HyperParameterTuningJobName": name,
        "HyperParameterTuningJobConfig": {
            "Strategy": strategy,
            "HyperParameterTuningJobObjective": OBJECTIVE,
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 3, "MaxParallelTrainingJobs": 2},
            "ParameterRanges": ranges or {"ContinuousParameterRanges": [ETA], "IntegerParameterRanges": [DEPTH]},
            "RandomSeed": 1,
        },
        "TrainingJobDefinition": {
            **definition,
            "RoleArn": ROLE,
            "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/jobs/"},
            "StaticHyperParameters": hyperparameters or static,
        },
        "Tags": [{"Key": "project", "Value": "churn"}],
    }


def ended(sagemaker: Any, name: str) -> dict[str, Any]:
    """The description of a tuning job that has ended."""
    last: dict[str, Any] = {}

    def over() -> bool:
        last.update(sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name))
        return last["HyperParameterTuningJobStatus"] in ENDED

    eventually(over)
    return last


@pytest.fixture(scope="module")
def tuned(sagemaker: Any) -> dict[str, Any]:
    """A tuning job of three training jobs that has completed."""
    sagemaker.create_hyper_parameter_tuning_job(**request("Tuned"))
    return ended(sagemaker, "tuned")


def trials(sagemaker: Any, name: str, **order: str) -> list[dict[str, Any]]:
    answer = sagemaker.list_training_jobs_for_hyper_parameter_tuning_job(HyperParameterTuningJobName=name, **order)
    found: list[dict[str, Any]] = answer["TrainingJobSummaries"]
    return found


def value(trial: dict[str, Any]) -> float:
    return float(trial["FinalHyperParameterTuningJobObjectiveMetric"]["Value"])


def test_a_tuning_job_counts_its_training_jobs_and_knows_the_best(sagemaker: Any, tuned: dict[str, Any]) -> None:
    assert tuned["HyperParameterTuningJobStatus"] == "Completed", tuned.get("FailureReason")
    assert tuned["TrainingJobStatusCounters"] == {
        "Completed": 3,
        "InProgress": 0,
        "RetryableError": 0,
        "NonRetryableError": 0,
        "Stopped": 0,
    }
    assert tuned["ObjectiveStatusCounters"] == {"Succeeded": 3, "Pending": 0, "Failed": 0}
    found = trials(sagemaker, "tuned", SortBy="FinalObjectiveMetricValue")
    assert [value(trial) for trial in found] == sorted(map(value, found))
    assert tuned["BestTrainingJob"] == found[0]
    assert len({json.dumps(trial["TunedHyperParameters"]) for trial in found}) == 3


def test_its_training_jobs_are_training_jobs(sagemaker: Any, tuned: dict[str, Any]) -> None:
    best = tuned["BestTrainingJob"]
    job = sagemaker.describe_training_job(TrainingJobName=best["TrainingJobName"])
    assert best["TrainingJobName"].startswith("Tuned-00")
    assert job["TuningJobArn"] == tuned["HyperParameterTuningJobArn"]
    static = tuned["TrainingJobDefinition"]["StaticHyperParameters"]
    assert static["_tuning_objective_metric"] == "validation:mlogloss"
    assert job["HyperParameters"] == {**static, **best["TunedHyperParameters"]}
    assert {"MetricName": "validation:mlogloss", "Value": value(best)}.items() <= metric(job).items()
    assert job["ModelArtifacts"]["S3ModelArtifacts"].startswith(f"s3://{BUCKET}/jobs/{job['TrainingJobName']}/")
    assert sagemaker.list_tags(ResourceArn=job["TrainingJobArn"])["Tags"] == [{"Key": "project", "Value": "churn"}]


def metric(job: dict[str, Any]) -> dict[str, Any]:
    return next(each for each in job["FinalMetricDataList"] if each["MetricName"] == "validation:mlogloss")


def test_tuning_jobs_are_listed_and_their_names_are_taken(sagemaker: Any, tuned: dict[str, Any]) -> None:
    summaries = sagemaker.list_hyper_parameter_tuning_jobs(StatusEquals="Completed", NameContains="tune")
    (summary,) = summaries["HyperParameterTuningJobSummaries"]
    assert (summary["HyperParameterTuningJobName"], summary["Strategy"]) == ("Tuned", "Random")
    code, _ = refusal(sagemaker.create_hyper_parameter_tuning_job, **request("tuned"))
    assert code == "ResourceInUse"
    code, text = refusal(sagemaker.stop_hyper_parameter_tuning_job, HyperParameterTuningJobName="tuned")
    assert (code, "Completed" in text) == ("ValidationException", True)


def test_a_tuning_job_without_a_success_has_failed(sagemaker: Any) -> None:
    wrong = {"num_round": "2", "objective": "multi:softprob", "num_class": "2"}
    ranges = {"CategoricalParameterRanges": [{"Name": "eta", "Values": ["0.1"]}]}
    job = request("without-success", strategy="Grid", ranges=ranges, hyperparameters=wrong)
    del job["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxNumberOfTrainingJobs"]
    sagemaker.create_hyper_parameter_tuning_job(**job)
    failed = ended(sagemaker, "without-success")
    assert (failed["HyperParameterTuningJobStatus"], "BestTrainingJob" in failed) == ("Failed", False)
    assert failed["FailureReason"].startswith("All training jobs failed.")
    (trial,) = trials(sagemaker, "without-success")
    assert (trial["TrainingJobStatus"], trial["ObjectiveStatus"]) == ("Failed", "Failed")


def test_a_stopped_tuning_job_stops_its_training_jobs(sagemaker: Any) -> None:
    long = {"num_round": "100000", "objective": "multi:softprob", "num_class": "3"}
    sagemaker.create_hyper_parameter_tuning_job(**request("stopped", hyperparameters=long))
    eventually(lambda: len(trials(sagemaker, "stopped")) == 2)
    sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName="stopped")
    stopped = ended(sagemaker, "stopped")
    assert stopped["HyperParameterTuningJobStatus"] == "Stopped"
    assert stopped["TrainingJobStatusCounters"]["Stopped"] == 2
    sagemaker.delete_hyper_parameter_tuning_job(HyperParameterTuningJobName="stopped")
    code, _ = refusal(sagemaker.describe_hyper_parameter_tuning_job, HyperParameterTuningJobName="stopped")
    assert code == "ResourceNotFound"


def test_what_would_fail_every_training_job_is_refused_at_once(sagemaker: Any) -> None:
    job = request("refused", ranges={"ContinuousParameterRanges": [ETA | {"Name": "learning"}]})
    code, text = refusal(sagemaker.create_hyper_parameter_tuning_job, **job)
    assert (code, "untunable hyperparameters: [learning]" in text) == ("ValidationException", True)
    job = request("refused")
    job["TrainingJobDefinition"]["AlgorithmSpecification"] = {"TrainingImage": "other", "TrainingInputMode": "File"}
    assert "built-in XGBoost image" in refusal(sagemaker.create_hyper_parameter_tuning_job, **job)[1]
