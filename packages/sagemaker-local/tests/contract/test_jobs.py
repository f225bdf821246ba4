"""Training and processing jobs as boto3 meets them: they really run, and leave what they leave on AWS."""

from __future__ import annotations

import io
import json
import tarfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
import xgboost

from support.emulators import Emulator, eventually, trust
from support.job_data import LONG, prepare
from support.job_requests import BUCKET, ROLE, channel, processing_request, training_request
from support.refusals import refusal

ARN = "arn:aws:sagemaker:us-east-1:123456789012"
ENDED = ("Completed", "Failed", "Stopped")


@dataclass(frozen=True, kw_only=True)
class Jobs:
    """An emulator with data for jobs and a role that may use it."""

    emulator: Emulator

    @property
    def sagemaker(self) -> Any:
        return self.emulator.client("sagemaker")

    @property
    def s3(self) -> Any:
        return self.emulator.client("s3")

    def train(self, name: str, **changes: Any) -> str:
        """Create a training job; returns its ARN."""
        return str(self.sagemaker.create_training_job(**training_request(name, **changes))["TrainingJobArn"])

    def trained(self, name: str) -> dict[str, Any]:
        """The description of a training job that has ended."""
        return ended(lambda: self.sagemaker.describe_training_job(TrainingJobName=name), "TrainingJobStatus")

    def processed(self, name: str) -> dict[str, Any]:
        """The description of a processing job that has ended."""
        return ended(lambda: self.sagemaker.describe_processing_job(ProcessingJobName=name), "ProcessingJobStatus")

    def lines(self, group: str, job: str) -> dict[str, list[str]]:
        """What each host of a job has logged, by the host's name."""
        logs, found = self.emulator.client("logs"), {}
        group = f"/aws/sagemaker/{group}"
        streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=f"{job}/")["logStreams"]
        for name in (stream["logStreamName"] for stream in streams):
            events = logs.get_log_events(logGroupName=group, logStreamName=name, startFromHead=True)["events"]
            found[name.removeprefix(f"{job}/").rpartition("-")[0]] = [event["message"] for event in events]
        return found

    def model(self, description: dict[str, Any]) -> xgboost.Booster:
        """The model of a training job."""
        key = description["ModelArtifacts"]["S3ModelArtifacts"].removeprefix(f"s3://{BUCKET}/")
        content = self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        with tarfile.open(fileobj=io.BytesIO(content)) as tar:
            assert tar.getnames() == ["xgboost-model"]
            member = tar.extractfile("xgboost-model")
            assert member is not None
            return xgboost.Booster(model_file=bytearray(member.read()))


def ended(describe: Callable[[], dict[str, Any]], member: str) -> dict[str, Any]:
    """A description, once the job has ended."""
    last: dict[str, Any] = {}

    def over() -> bool:
        last.update(describe())
        return last[member] in ENDED

    eventually(over)
    return last


@pytest.fixture(scope="module")
def jobs(emulator: Emulator) -> Jobs:
    prepare(emulator)
    return Jobs(emulator=emulator)


@pytest.fixture(scope="module")
def one_host(jobs: Jobs) -> dict[str, Any]:
    """A training job of one host that has completed."""
    jobs.train("One", Tags=[{"Key": "project", "Value": "churn"}])
    return jobs.trained("one")


def test_a_job_trains_a_model_and_tells_how(jobs: Jobs, one_host: dict[str, Any]) -> None:
    assert one_host["TrainingJobStatus"] == "Completed", one_host.get("FailureReason")
    assert one_host["TrainingJobArn"] == f"{ARN}:training-job/one"
    phases = [transition["Status"] for transition in one_host["SecondaryStatusTransitions"]]
    assert phases == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert one_host["ModelArtifacts"] == {"S3ModelArtifacts": f"s3://{BUCKET}/jobs/One/output/model.tar.gz"}
    metrics = {metric["MetricName"]: metric["Value"] for metric in one_host["FinalMetricDataList"]}
    assert set(metrics) == {"train:merror", "validation:merror"}
    assert metrics["validation:merror"] < 0.05
    assert one_host["BillableTimeInSeconds"] == one_host["TrainingTimeInSeconds"] >= 1
    assert one_host["HyperParameters"] == training_request("x")["HyperParameters"]
    assert jobs.model(one_host).num_boosted_rounds() == 2


def test_the_log_of_a_job_is_there_when_it_has_ended(jobs: Jobs, one_host: dict[str, Any]) -> None:
    lines = jobs.lines("TrainingJobs", "One")
    assert list(lines) == ["algo-1"]
    metrics = [line for line in lines["algo-1"] if line.startswith("[1]#011train-merror:")]
    (final,) = (metric["Value"] for metric in one_host["FinalMetricDataList"] if metric["MetricName"] == "train:merror")
    assert len(metrics) == 1
    assert metrics[0].startswith(f"[1]#011train-merror:{final:.5f}#011validation-merror:")


def test_the_metrics_of_a_job_are_in_cloudwatch_one_for_each_round(jobs: Jobs, one_host: dict[str, Any]) -> None:
    seen = one_host["CreationTime"]
    points = jobs.emulator.client("cloudwatch").get_metric_statistics(
        Namespace="/aws/sagemaker/TrainingJobs",
        MetricName="validation:merror",
        Dimensions=[{"Name": "TrainingJobName", "Value": "One"}],
        StartTime=seen - timedelta(minutes=1),
        EndTime=seen + timedelta(minutes=5),
        Period=60,
        Statistics=["SampleCount", "Minimum"],
    )["Datapoints"]
    (final,) = (m["Value"] for m in one_host["FinalMetricDataList"] if m["MetricName"] == "validation:merror")
    assert sum(point["SampleCount"] for point in points) == 2
    assert min(point["Minimum"] for point in points) <= final


def test_a_name_is_used_once(jobs: Jobs, one_host: dict[str, Any]) -> None:
    code, text = refusal(jobs.sagemaker.create_training_job, **training_request("ONE"))
    assert code == "ResourceInUse"
    assert text.endswith(f"already exists ({one_host['TrainingJobArn']})")


def test_a_job_has_tags_and_can_be_found(jobs: Jobs, one_host: dict[str, Any]) -> None:
    arn = one_host["TrainingJobArn"]
    assert jobs.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "project", "Value": "churn"}]
    found = jobs.sagemaker.list_training_jobs(NameContains="ONE", StatusEquals="Completed")["TrainingJobSummaries"]
    assert [job["TrainingJobArn"] for job in found] == [arn]
    assert not jobs.sagemaker.list_training_jobs(NameContains="one", StatusEquals="Failed")["TrainingJobSummaries"]
    assert not jobs.sagemaker.list_training_jobs(WarmPoolStatusEquals="Available")["TrainingJobSummaries"]
    waiter = jobs.sagemaker.get_waiter("training_job_completed_or_stopped")
    waiter.wait(TrainingJobName="One", WaiterConfig={"Delay": 1, "MaxAttempts": 1})


def test_two_hosts_train_one_model_on_their_shares(jobs: Jobs, one_host: dict[str, Any]) -> None:
    jobs.train("two", hosts=2)
    described = jobs.trained("two")
    assert described["TrainingJobStatus"] == "Completed", described.get("FailureReason")
    lines = jobs.lines("TrainingJobs", "two")
    for host in ("algo-1", "algo-2"):
        assert any("Train matrix has 100 rows" in line for line in lines[host])
    rows = xgboost.DMatrix(np.full((3, 5), [[20], [80], [140]]))
    alone, together = (jobs.model(each).predict(rows).argmax(axis=1).tolist() for each in (one_host, described))
    assert alone == together == [0, 1, 2]


def test_a_wrong_hyperparameter_fails_the_job_with_the_container_s_reason(jobs: Jobs) -> None:
    jobs.train("wrong", HyperParameters={"num_round": "2", "eta": "7"})
    described = jobs.trained("wrong")
    assert described["TrainingJobStatus"] == described["SecondaryStatus"] == "Failed"
    assert described["FailureReason"].startswith("AlgorithmError: framework error: \nTraceback")
    assert len(described["FailureReason"]) == 1024
    assert any("Hyperparameter eta: 7" in line for line in jobs.lines("TrainingJobs", "wrong")["algo-1"])
    assert described["ModelArtifacts"]["S3ModelArtifacts"].endswith("/jobs/wrong/output/model.tar.gz")


def test_a_job_that_is_stopped_keeps_its_model_and_is_followed_meanwhile(jobs: Jobs) -> None:
    jobs.train("stopped", HyperParameters=LONG)

    def follows() -> bool:
        described = jobs.sagemaker.describe_training_job(TrainingJobName="stopped")
        return described["SecondaryStatus"] == "Training" and any(
            line.startswith("[3]#011") for line in jobs.lines("TrainingJobs", "stopped").get("algo-1", [])
        )

    eventually(follows)
    jobs.sagemaker.stop_training_job(TrainingJobName="stopped")
    described = jobs.trained("stopped")
    phases = [transition["Status"] for transition in described["SecondaryStatusTransitions"]]
    assert phases[-4:] == ["Training", "Stopping", "Uploading", "Stopped"]
    assert jobs.model(described).num_boosted_rounds() > 3
    again = refusal(jobs.sagemaker.stop_training_job, TrainingJobName="stopped")
    assert again == ("ValidationException", "The request was rejected because the training job is in status Stopped.")


def test_a_role_without_access_is_refused_at_once(jobs: Jobs) -> None:
    iam = jobs.emulator.client("iam")
    nobody = "arn:aws:iam::123456789012:role/nobody"
    code, text = refusal(jobs.sagemaker.create_training_job, **training_request("x", RoleArn=nobody))
    assert code == "ValidationException"
    assert text.startswith(f"Could not assume role {nobody}. Please ensure that the role exists and allows principal")
    blind = iam.create_role(RoleName="blind", AssumeRolePolicyDocument=trust("sagemaker.amazonaws.com"))["Role"]["Arn"]
    code, text = refusal(jobs.sagemaker.create_training_job, **training_request("x", RoleArn=blind))
    assert code == "ValidationException"
    assert text == (
        f'No S3 objects found under S3 URL "s3://{BUCKET}/channels/train" given in input data source. Please ensure '
        "that the bucket exists in the selected region (us-east-1), that objects exist under that S3 prefix, and that "
        f'the role "{blind}" has "s3:ListBucket" permissions on bucket "{BUCKET}".'
    )


def test_a_role_that_may_not_read_fails_the_job(jobs: Jobs) -> None:
    jobs.s3.put_object(Bucket=BUCKET, Key="closed/part-0.csv", Body=b"0,1\n")
    jobs.train("closed", InputDataConfig=[channel("train", S3Uri=f"s3://{BUCKET}/closed")])
    reason = jobs.trained("closed")["FailureReason"]
    assert reason == "ClientError: Data download failed:AccessDenied (403): Access Denied"


def test_a_role_that_may_not_write_fails_the_job(jobs: Jobs) -> None:
    elsewhere = {"S3OutputPath": f"s3://{BUCKET}/elsewhere"}
    jobs.train("unwritten", OutputDataConfig=elsewhere)
    reason = jobs.trained("unwritten")["FailureReason"]
    assert reason.startswith("ClientError: Artifact upload failed:AccessDenied (403): ")


def test_creating_needs_the_right_to_pass_the_role_and_to_tag(jobs: Jobs) -> None:
    iam = jobs.emulator.client("iam")
    iam.create_user(UserName="trainer")
    key = iam.create_access_key(UserName="trainer")["AccessKey"]
    sagemaker = jobs.emulator.client("sagemaker", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    statements: list[dict[str, Any]] = []

    def may(action: str, resource: str, **condition: Any) -> None:
        statements.append({"Effect": "Allow", "Action": action, "Resource": resource, **condition})
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_user_policy(UserName="trainer", PolicyName="p", PolicyDocument=policy)

    def lacking() -> str:
        request = training_request("mine-1", Tags=[{"Key": "a", "Value": "b"}], HyperParameters=LONG)
        code, text = refusal(sagemaker.create_training_job, **request)
        assert code == "AccessDeniedException"
        return text.partition("perform: ")[2].partition(" because")[0]

    may("sagemaker:CreateTrainingJob", f"{ARN}:training-job/other-*")
    assert lacking() == f"sagemaker:CreateTrainingJob on resource: {ARN}:training-job/mine-1"
    may("sagemaker:CreateTrainingJob", f"{ARN}:training-job/mine-*")
    assert lacking() == f"iam:PassRole on resource: {ROLE}"
    may("iam:PassRole", ROLE, Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}})
    assert lacking() == f"iam:PassRole on resource: {ROLE}"
    may("iam:PassRole", ROLE, Condition={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}})
    assert lacking() == f"sagemaker:AddTags on resource: {ARN}:training-job/mine-1"
    may("sagemaker:AddTags", f"{ARN}:training-job/mine-*")
    missing = {**training_request("mine-1", Tags=[{"Key": "a", "Value": "b"}]), "RoleArn": ROLE}
    missing["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"] = f"s3://{BUCKET}/nothing"
    assert refusal(sagemaker.create_training_job, **missing)[0] == "ValidationException"
    assert refusal(sagemaker.describe_training_job, TrainingJobName="mine-1")[0] == "AccessDeniedException"


def test_a_program_processes_inputs_into_outputs(jobs: Jobs) -> None:
    where = ("/opt/ml/processing/data", "/opt/ml/processing/output")
    environment = {"GREETING": "hello", "MESSAGE": "/opt/ml/output/message"}
    for what in ("right", "wrong", "slow"):
        stopping = {"MaxRuntimeInSeconds": 1} if what == "slow" else None
        request = processing_request(what, *where, what, Environment=environment, StoppingCondition=stopping)
        jobs.sagemaker.create_processing_job(**request)
    right, wrong, slow = (jobs.processed(what) for what in ("right", "wrong", "slow"))
    assert right["ProcessingJobStatus"] == "Completed", right
    assert right["ExitMessage"] == "this was right"
    assert jobs.s3.get_object(Bucket=BUCKET, Key="out/right/deep/names")["Body"].read() == b"part-0.csv part-1.csv"
    assert jobs.lines("ProcessingJobs", "right") == {"algo-1": ["read part-0.csv part-1.csv with hello"]}
    assert (wrong["ProcessingJobStatus"], wrong["ExitMessage"]) == ("Failed", "this was wrong")
    assert wrong["FailureReason"] == "AlgorithmError: See job logs for more information, exit code: 3"
    assert slow["ProcessingJobStatus"] == "Stopped"
    assert (slow["ProcessingEndTime"] - slow["ProcessingStartTime"]).total_seconds() < 60
    kept = jobs.s3.list_objects_v2(Bucket=BUCKET, Prefix="out/")["Contents"]
    assert [item["Key"] for item in kept] == ["out/right/deep/names"]
    listed = jobs.sagemaker.list_processing_jobs(StatusEquals="Failed")["ProcessingJobSummaries"]
    assert [job["ProcessingJobName"] for job in listed] == ["wrong"]


def test_a_processing_job_is_stopped(jobs: Jobs) -> None:
    environment = {"GREETING": "hello", "MESSAGE": "/opt/ml/output/message"}
    where = ("/opt/ml/processing/data", "/opt/ml/processing/output")
    jobs.sagemaker.create_processing_job(**processing_request("halted", *where, "slow", Environment=environment))
    eventually(lambda: jobs.sagemaker.describe_processing_job(ProcessingJobName="halted").get("ProcessingStartTime"))
    began = time.monotonic()
    jobs.sagemaker.stop_processing_job(ProcessingJobName="halted")
    assert jobs.processed("halted")["ProcessingJobStatus"] == "Stopped"
    assert time.monotonic() - began < 60
    jobs.sagemaker.delete_processing_job(ProcessingJobName="halted")
    assert "Could not find" in refusal(jobs.sagemaker.describe_processing_job, ProcessingJobName="halted")[1]


def test_a_fault_takes_the_capacity_away(jobs: Jobs) -> None:
    assert jobs.emulator.command("faults", "training-jobs", "capacity", "--count", "1").returncode == 0
    jobs.train("unlucky")
    assert jobs.trained("unlucky")["FailureReason"].startswith("CapacityError: Unable to provision requested ML")
    status = jobs.emulator.command("status").stdout
    assert "training job unlucky: Failed" in status
