"""Training and processing jobs of the emulator without processes: states, checks, what is told and where data goes."""

from __future__ import annotations

import asyncio
import itertools
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from sagemaker_local.faults.fault import Kind, parse
from sagemaker_local.faults.store import Faults
from sagemaker_local.faults.targets import TRAINING_JOBS
from sagemaker_local.sagemaker.errors import ServiceError
from sagemaker_local.sagemaker.jobs import channels, processing_checks, reasons, training_checks, training_metrics
from sagemaker_local.sagemaker.jobs.opt_ml import config_files, hosts_of, pack
from sagemaker_local.sagemaker.jobs.processing_folder import ProcessingFolder
from sagemaker_local.sagemaker.jobs.processing_jobs import ProcessingJobs
from sagemaker_local.sagemaker.jobs.records import JobFailed, JobStatus, Metric, Phase
from sagemaker_local.sagemaker.jobs.slots import Slots
from sagemaker_local.sagemaker.jobs.training_descriptions import summary, training_job
from sagemaker_local.sagemaker.jobs.training_files import model_url
from sagemaker_local.sagemaker.jobs.training_jobs import TrainingJobs
from sagemaker_local.sagemaker.listing import listed, page
from sagemaker_local.sagemaker.records import Scope
from sagemaker_local.sagemaker.shapes import check_input
from support.emulators import IMAGE
from support.job_requests import channel, processing_request, training_request

SCOPE = Scope(account="123456789012", region="eu-west-1")


@pytest.fixture
def jobs() -> TrainingJobs:
    ticks = itertools.count(1000)
    return TrainingJobs(SCOPE, lambda: float(next(ticks)))


# --- training jobs ----------------------------------------------------------------------------------------------


def test_a_job_is_described_through_its_life(jobs: TrainingJobs) -> None:
    job = jobs.create(training_request("First", EnableManagedSpotTraining=False))
    assert training_job(job)["SecondaryStatus"] == "Starting"
    for phase in (Phase.DOWNLOADING, Phase.TRAINING, Phase.UPLOADING):
        jobs.enter(job, phase)
    job.metrics["train:merror"] = Metric(value=0.25, seen=1003.0)
    job.model_artifacts = "s3://b/jobs/First/output/model.tar.gz"
    jobs.finish(job, Phase.COMPLETED)
    told = training_job(job)
    assert told["TrainingJobArn"] == "arn:aws:sagemaker:eu-west-1:123456789012:training-job/first"
    assert (told["TrainingJobStatus"], told["SecondaryStatus"]) == ("Completed", "Completed")
    assert told["ModelArtifacts"] == {"S3ModelArtifacts": "s3://b/jobs/First/output/model.tar.gz"}
    assert told["FinalMetricDataList"] == [{"MetricName": "train:merror", "Value": 0.25, "Timestamp": 1003.0}]
    began, ended = told["TrainingStartTime"], told["TrainingEndTime"]
    assert told["TrainingTimeInSeconds"] == told["BillableTimeInSeconds"] == ended - began
    transitions = told["SecondaryStatusTransitions"]
    assert [each["Status"] for each in transitions] == [
        "Starting",
        "Downloading",
        "Training",
        "Uploading",
        "Completed",
    ]
    assert all(first["EndTime"] == second["StartTime"] for first, second in itertools.pairwise(transitions))
    assert "FailureReason" not in told
    assert "Tags" not in told


def test_a_name_is_taken_for_ever(jobs: TrainingJobs) -> None:
    job = jobs.create(training_request("Once"))
    jobs.finish(job, Phase.FAILED, reason="AlgorithmError: x, exit code: 1")
    with pytest.raises(ServiceError, match="Training job names must be unique") as caught:
        jobs.create(training_request("ONCE"))
    assert caught.value.code == "ResourceInUse"


def test_what_has_ended_cannot_be_stopped_but_deleted(jobs: TrainingJobs) -> None:
    job = jobs.create(training_request("a"))
    with pytest.raises(ServiceError, match="only a job that has ended can be deleted") as caught:
        jobs.delete("a")
    assert caught.value.code == "ResourceInUse"
    jobs.stop("a")
    assert (job.status, job.phase) == (JobStatus.STOPPING, Phase.STOPPING)
    jobs.stop("a")
    jobs.finish(job, Phase.MAX_RUNTIME_EXCEEDED)
    assert job.status is JobStatus.STOPPED
    with pytest.raises(ServiceError, match="rejected because the training job is in status Stopped"):
        jobs.stop("a")
    jobs.delete("a")
    with pytest.raises(ServiceError, match=r"^Requested resource not found\.$"):
        jobs.job("a")


def test_lists_of_jobs_are_filtered_by_status(jobs: TrainingJobs) -> None:
    for name in "abc":
        jobs.create(training_request(name))
    jobs.finish(jobs.job("b"), Phase.COMPLETED)
    items = [summary(job) for job in jobs.jobs.values()]
    request: dict[str, Any] = {"StatusEquals": "InProgress", "SortBy": "Name", "SortOrder": "Ascending"}
    found, token = page(items, request, name_key="TrainingJobName", default_sort="CreationTime")
    assert ([item["TrainingJobName"] for item in found], token) == (["a", "c"], None)
    by_status, _ = page(items, {"SortBy": "Status"}, name_key="TrainingJobName", default_sort="CreationTime")
    assert [item["TrainingJobStatus"] for item in by_status] == ["InProgress", "InProgress", "Completed"]


@pytest.mark.parametrize(
    ("output", "folder"), [("s3://b", "s3://b"), ("s3://b/p/", "s3://b/p"), ("s3://b/p//", "s3://b/p/")]
)
def test_a_model_lies_below_the_output_path_as_it_is_written(jobs: TrainingJobs, output: str, folder: str) -> None:
    job = jobs.create(training_request("a", OutputDataConfig={"S3OutputPath": output}))
    assert model_url(job) == f"{folder}/a/output/model.tar.gz"


def test_a_page_is_filled_before_its_jobs_are_filtered_by_status(jobs: TrainingJobs) -> None:
    for name in "abc":
        jobs.create(training_request(name))
    jobs.finish(jobs.job("b"), Phase.COMPLETED)
    items = [summary(job) for job in jobs.jobs.values()]
    request: dict[str, Any] = {"StatusEquals": "Completed", "SortBy": "Name", "SortOrder": "Ascending"}

    def names(**more: Any) -> tuple[list[str], bool]:
        answer = listed("Jobs", items, {**request, **more}, name_key="TrainingJobName", status_last=True)
        return [item["TrainingJobName"] for item in answer["Jobs"]], "NextToken" in answer

    assert names() == (["b"], False)
    assert names(MaxResults=1) == ([], True)
    assert names(MaxResults=2) == (["b"], True)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "another image": ({"TrainingImage": "a/mine:1"}, "only runs the built-in XGBoost image"),
    "metrics of one's own": (
        {"MetricDefinitions": [{"Name": "x", "Regex": "y"}]},
        "You can't override the metric definitions",
    ),
    "an algorithm's name": ({"TrainingImage": None, "AlgorithmName": "mine"}, "not an AlgorithmName"),
    "a command": ({"ContainerEntrypoint": ["sh"]}, "the image's own entry point"),
    "no instances": ({"ResourceConfig": {"InstanceType": "ml.m5.xlarge", "VolumeSizeInGB": 1}}, "at least 1"),
    "no volume": ({"ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1}}, "VolumeSizeInGB must be"),
    "wait without spot": (
        {"StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 90}},
        "only supported when EnableManagedSpotTraining",
    ),
    "spot without wait": ({"EnableManagedSpotTraining": True}, "must be present and be greater than or equal"),
    "a wait too short": (
        {
            "EnableManagedSpotTraining": True,
            "StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 59},
        },
        "must be present and be greater than or equal to MaxRuntimeInSeconds",
    ),
    "a channel twice": ({"InputDataConfig": [channel("train"), channel("train")]}, "must be unique; got train, train"),
    "augmented manifests": ({"InputDataConfig": [channel("train", S3DataType="AugmentedManifestFile")]}, "is not read"),
    "compression": ({"InputDataConfig": [{**channel("train"), "CompressionType": "Gzip"}]}, "in Pipe mode only"),
    "a file system": ({"InputDataConfig": [{"ChannelName": "train", "DataSource": {}}]}, "from S3 only"),
    "an output on the web": (
        {"OutputDataConfig": {"S3OutputPath": "https://b/x"}},
        "reads s3://BUCKET/KEY, https://s3.REGION",
    ),
}


@pytest.mark.parametrize("case", sorted(REFUSED))
def test_a_request_that_cannot_be_run_is_refused(case: str) -> None:
    changes, text = REFUSED[case]
    request = training_request("x", **changes)
    with pytest.raises(ServiceError, match=text) as caught:
        training_checks.check(request)
    assert caught.value.code == "ValidationException"


def test_a_good_request_is_not_refused() -> None:
    stopping = {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60}
    request = training_request("x", EnableManagedSpotTraining=True, StoppingCondition=stopping)
    training_checks.check(check_input("CreateTrainingJob", request))


def test_names_of_hyperparameters_have_a_length() -> None:
    request = training_request("x", HyperParameters={"n" * 257: "1"})
    with pytest.raises(ServiceError, match="Map keys must satisfy constraint: \\[Member must have length less"):
        check_input("CreateTrainingJob", request)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("[12]#011train-merror:0.125#011validation-merror:0.25", {"train:merror": 0.125, "validation:merror": 0.25}),
        ("[0]#011train-mlogloss:1e-05", {"train:mlogloss": 1e-05}),
        ("2026 [3]#011train-rmse:1.5#011train-mae:-2", {"train:rmse": 1.5, "train:mae": -2.0}),
        ("[12] train-merror:0.1", {}),
        ("train-merror:0.1#011", {}),
    ],
)
def test_metrics_are_found_in_lines_of_the_log(line: str, found: dict[str, float]) -> None:
    metrics = training_metrics.found_in(line, 7.0)
    assert {name: metric.value for name, metric in metrics.items()} == found
    assert all(metric.seen == 7.0 for metric in metrics.values())


def test_the_metric_definitions_keep_the_limits_of_the_service() -> None:
    algorithm = {"TrainingImage": IMAGE, "TrainingInputMode": "File", "MetricDefinitions": training_metrics.DEFINITIONS}
    check_input("CreateTrainingJob", training_request("x", AlgorithmSpecification=algorithm))


@pytest.mark.parametrize(
    ("text", "code", "reason"),
    [
        ("framework error: \nno\n", 1, "AlgorithmError: framework error: \nno, exit code: 1"),
        ("Customer Error: wrong data", 2, "ClientError: wrong data, exit code: 2"),
        ("Platform Error: no disk", 3, "InternalServerError: no disk, exit code: 3"),
        ("", 139, "AlgorithmError: , exit code: 139"),
    ],
)
def test_a_failure_is_worded_as_the_service_words_it(text: str, code: int, reason: str) -> None:
    assert reasons.of_failure(text, code) == reason


def test_a_long_failure_is_cut_with_its_exit_code() -> None:
    assert reasons.of_failure("x" * 5000, 1) == f"AlgorithmError: {'x' * 1008}"


def test_what_was_killed_lacked_memory() -> None:
    assert "more memory" in reasons.of_failure("", 137)
    assert "more memory" in reasons.of_processing(137)


# --- where data goes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "prefix", "name"),
    [
        ("channels/x/train/part-0.csv", "channels/x/train", "part-0.csv"),
        ("channels/x/train/part-0.csv", "channels/x/train/", "part-0.csv"),
        ("channels/x/train/a/part-0.csv", "channels/x/train", "a/part-0.csv"),
        ("channels/x/train/part-0.csv", "channels/x/tr", "train/part-0.csv"),
        ("channels/x/train/part-0.csv", "channels/x/train/part", "part-0.csv"),
        ("code/steps.zip", "code/steps.zip", "steps.zip"),
        ("a/b.csv", "", "a/b.csv"),
        ("channels/x/train//part-0.csv", "channels/x/train", "part-0.csv"),
    ],
)
def test_files_lie_as_their_keys_go_on_after_the_prefix(key: str, prefix: str, name: str) -> None:
    assert channels.local_name(key, prefix) == name


def test_shards_are_dealt_in_the_order_of_keys() -> None:
    keys = ["d", "a", "c", "b", "e"]
    dealt = [channels.share(keys, "ShardedByS3Key", host, 2) for host in range(2)]
    assert dealt == [["a", "c", "e"], ["b", "d"]]
    assert channels.share(keys, "FullyReplicated", 1, 2) == sorted(keys)


def test_a_manifest_lists_objects_after_its_prefix() -> None:
    content = json.dumps([{"prefix": "s3://b/x/"}, "1.csv", "y/2.csv"]).encode()
    assert channels.manifest_urls(content, "s3://b/m") == ("s3://b/x/", ["s3://b/x/1.csv", "s3://b/x/y/2.csv"])
    mistyped = (b'[{"prefix": 5}, "1.csv"]', b'[{"prefix": "b/x/"}, "1.csv"]', b'[{"prefix": "s3://b/"}, {}]')
    for wrong in (b"{}", b"[]", b"no", b'["1.csv"]', *mistyped):
        with pytest.raises(JobFailed, match=r"ClientError: Data download failed:Invalid manifest file .s3://b/m"):
            channels.manifest_urls(wrong, "s3://b/m")


def test_the_configuration_names_all_hosts_of_all_groups() -> None:
    groups = [
        {"InstanceGroupName": "big", "InstanceType": "ml.m5.4xlarge", "InstanceCount": 1},
        {"InstanceGroupName": "small", "InstanceType": "ml.m5.large", "InstanceCount": 2},
    ]
    request = training_request("x", ResourceConfig={"InstanceGroups": groups, "VolumeSizeInGB": 1})
    training_checks.check(check_input("CreateTrainingJob", request))
    hosts = hosts_of(request)
    files = config_files(request, hosts[2], hosts)
    assert files["resourceconfig.json"] == {
        "current_host": "algo-3",
        "current_instance_type": "ml.m5.large",
        "current_group_name": "small",
        "hosts": ["algo-1", "algo-2", "algo-3"],
        "instance_groups": [
            {"instance_group_name": "big", "instance_type": "ml.m5.4xlarge", "hosts": ["algo-1"]},
            {"instance_group_name": "small", "instance_type": "ml.m5.large", "hosts": ["algo-2", "algo-3"]},
        ],
        "network_interface_name": "lo",
    }
    assert files["inputdataconfig.json"]["train"] == {
        "ContentType": "text/csv",
        "TrainingInputMode": "File",
        "S3DistributionType": "FullyReplicated",
        "RecordWrapperType": "None",
    }
    assert "checkpointconfig.json" not in files


def test_what_two_hosts_made_goes_into_one_archive(tmp_path: Path) -> None:
    for host, files in (("algo-1", ("xgboost-model", "own/1")), ("algo-2", ("xgboost-model", "own/2"))):
        for name in files:
            path = tmp_path / host / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{host} {name}")
    (tmp_path / "algo-2" / "link").symlink_to("/etc/hostname")
    target = tmp_path / "model.tar.gz"
    assert pack([tmp_path / "algo-1", tmp_path / "algo-2"], target)
    with tarfile.open(target) as tar:
        assert tar.getnames() == ["own/1", "own/2", "xgboost-model"]
        content = tar.extractfile("xgboost-model")
        assert content is not None
        assert content.read() == b"algo-1 xgboost-model"
    (tmp_path / "empty").mkdir()
    assert not pack([tmp_path / "empty"], target)


# --- places and faults ------------------------------------------------------------------------------------------


def test_jobs_wait_in_their_order_and_a_big_one_runs_alone() -> None:
    async def story() -> list[str]:
        slots, told = Slots(2), []

        async def job(name: str, count: int) -> None:
            await slots.acquire(count, lambda: told.append(f"{name} waits"))
            told.append(f"{name} runs")
            await asyncio.sleep(0)
            slots.release(count)

        await asyncio.gather(job("a", 1), job("big", 5), job("b", 1), job("c", 1))
        return told

    assert asyncio.run(story()) == ["a runs", "big waits", "b waits", "c waits", "big runs", "b runs", "c runs"]


def test_a_job_that_goes_away_leaves_no_gap() -> None:
    async def story() -> None:
        slots = Slots(1)
        await slots.acquire(1, lambda: None)
        waiting = [asyncio.create_task(slots.acquire(1, lambda: None)) for _ in range(2)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        slots.release(1)
        async with asyncio.timeout(60):
            await waiting[1]

    asyncio.run(story())


def test_faults_of_jobs_do_not_hit_endpoints() -> None:
    set_ = Faults()
    set_.set(TRAINING_JOBS, parse({"kind": "capacity", "count": 1}))
    set_.set("e", parse({"kind": "throttle"}))
    kinds = frozenset(Kind)
    assert set_.take(TRAINING_JOBS) is None
    assert set_.take_for_job("e", kinds) is not None  # counted as the fault of all jobs
    assert set_.take_for_job("any", kinds) is None
    set_.set("any", parse({"kind": "interrupt", "seconds": 3}))
    assert set_.take_for_job("any", frozenset({Kind.CAPACITY})) is None
    found = set_.take_for_job("any", frozenset({Kind.INTERRUPT}))
    assert found is not None
    assert found.seconds == 3


# --- processing jobs --------------------------------------------------------------------------------------------


def test_a_processing_job_through_its_life() -> None:
    ticks = itertools.count(1000)
    jobs = ProcessingJobs(SCOPE, lambda: float(next(ticks)))
    job = jobs.create(processing_request("P"))
    with pytest.raises(ServiceError, match="Job name must be unique"):
        jobs.create(processing_request("p"))
    jobs.started(job)
    jobs.finish(job, JobStatus.FAILED, reason="AlgorithmError: x", message="m" * 2000)
    assert (job.status, len(job.exit_message or "")) == (JobStatus.FAILED, 1024)
    with pytest.raises(ServiceError, match="is in status Failed"):
        jobs.stop("p")
    jobs.delete("P")
    with pytest.raises(ServiceError, match="Could not find requested job with name: P"):
        jobs.job("P")


def test_paths_of_the_container_become_paths_of_this_machine(tmp_path: Path) -> None:
    folder = ProcessingFolder(tmp_path / "algo-1")
    inside = f"{tmp_path}/algo-1/processing"
    assert folder.translated("/opt/ml/processing/input/x") == f"{inside}/input/x"
    assert folder.translated("--data=/opt/ml/processing") == f"--data={inside}"
    assert folder.translated("a:/opt/ml/processing/b:/opt/ml/output/message") == (
        f"a:{inside}/b:{tmp_path}/algo-1/output/message"
    )
    for kept in ("/my/opt/ml/processing/x", "/opt/ml/processings", "/opt/ml/model"):
        assert folder.translated(kept) == kept


REFUSED_PROCESSING: dict[str, tuple[dict[str, Any], str]] = {
    "no program": ({"ContainerEntrypoint": None}, "Python programs that an input brings"),
    "a shell": ({"ContainerEntrypoint": ["bash", "-c", "ls"]}, "Python programs that an input brings"),
    "a program of the image": ({"ContainerEntrypoint": ["python3", "/opt/program.py"]}, "that an input brings"),
    "another image": ({"ImageUri": "a/mine:1"}, "only runs the built-in XGBoost image"),
    "a path elsewhere": ({"LocalPath": "/data"}, "LocalPath must begin with /opt/ml/processing/; got '/data'"),
    "a path out of it": ({"LocalPath": "/opt/ml/processing/../x"}, "LocalPath must begin with"),
    "pipes": ({"S3InputMode": "Pipe"}, "S3InputMode File without compression only"),
}


@pytest.mark.parametrize("case", sorted(REFUSED_PROCESSING))
def test_a_processing_request_that_cannot_be_run_is_refused(case: str) -> None:
    changes, text = REFUSED_PROCESSING[case]
    processing_checks.check(check_input("CreateProcessingJob", processing_request("x")))
    with pytest.raises(ServiceError, match=text):
        processing_checks.check(processing_request("x", **changes))
