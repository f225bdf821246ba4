"""What runs the emulator's training jobs, with processes and S3 made up: phases, stops, limits, interruptions."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from sagemaker_local.faults.fault import parse
from sagemaker_local.sagemaker.jobs.records import JobStatus, Phase
from sagemaker_local.sagemaker.jobs.training_jobs import WAITING
from support.job_requests import BUCKET, channel
from support.made_up_machines import Machine, World, fails, tick, trains, until_terminated

CHECKPOINT = {"S3Uri": f"s3://{BUCKET}/checkpoints/"}
SPOT: dict[str, Any] = {
    "EnableManagedSpotTraining": True,
    "StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60},
}


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders of jobs are made where they can be looked at."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_two_hosts_train_on_their_shares(temporary: Path) -> None:
    async def story() -> None:
        world = World(trains)
        job = world.begin(hosts=2)
        assert await world.ended(job) == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
        shares = {stream.split("/")[1][:6]: line for stream, line in world.lines if "part" in line}
        assert shares == {"algo-1": "part-0.csv", "algo-2": "part-1.csv"}
        assert world.lines[-1] == ("", "flushed")
        assert {name: metric.value for name, metric in job.metrics.items()} == {"train:merror": 0.5}
        assert job.model_artifacts == f"s3://{BUCKET}/jobs/job/output/model.tar.gz"
        assert world.unpacked("jobs/job/output/model.tar.gz") == ["xgboost-model"]
        assert world.unpacked("jobs/job/output/output.tar.gz") == ["algo-1", "algo-2"]

    asyncio.run(story())
    assert list(temporary.iterdir()) == []


def test_a_model_can_be_kept_unpacked() -> None:
    async def story() -> None:
        world = World(trains)
        output = {"S3OutputPath": f"s3://{BUCKET}/jobs", "CompressionType": "NONE"}
        job = world.begin(OutputDataConfig=output)
        await world.ended(job)
        assert job.model_artifacts == f"s3://{BUCKET}/jobs/job/output/model/"
        assert "jobs/job/output/model/xgboost-model" in world.s3.objects

    asyncio.run(story())


def test_a_host_that_fails_takes_the_others_down() -> None:
    async def story() -> None:
        world = World(fails)
        job = world.begin(hosts=2)
        assert (await world.ended(job))[-2:] == ["Training", "Failed"]
        assert job.failure_reason == "AlgorithmError: framework error: \nbad, exit code: 1"
        assert (job.model_artifacts, "jobs/job/output/output.tar.gz" in world.s3.objects) == (None, True)
        assert world.machines[1].terminated.is_set()

    asyncio.run(story())


def test_a_failure_is_told_even_if_the_output_cannot_be_kept() -> None:
    async def story() -> None:
        world = World(fails)
        world.s3.refused.add("jobs/job/output/output.tar.gz")
        job = world.begin()
        assert (await world.ended(job))[-1] == "Failed"
        assert job.failure_reason == "AlgorithmError: framework error: \nbad, exit code: 1"

    asyncio.run(story())


def test_a_job_that_is_stopped_with_its_last_object_does_not_train() -> None:
    async def story() -> None:
        world = World(trains)
        job, loop = world.begin(), asyncio.get_running_loop()
        world.s3.fetched = lambda key: "validation/part-1" in key and loop.call_soon_threadsafe(world.stop, job)
        assert await world.ended(job) == ["Starting", "Downloading", "Stopping", "Stopped"]
        assert world.machines == []

    asyncio.run(story())


def test_a_stopped_job_keeps_its_model() -> None:
    async def story() -> None:
        world = World(until_terminated)
        job = world.begin()
        await tick(lambda: job.phase is Phase.TRAINING and bool(world.machines))
        world.stop(job)
        assert (await world.ended(job))[-4:] == ["Training", "Stopping", "Uploading", "Stopped"]
        assert (job.status, job.failure_reason) == (JobStatus.STOPPED, None)
        assert world.unpacked("jobs/job/output/model.tar.gz") == ["xgboost-model"]

    asyncio.run(story())


def test_a_job_that_runs_too_long_is_stopped() -> None:
    async def story() -> None:
        world = World(until_terminated)
        job = world.begin(StoppingCondition={"MaxRuntimeInSeconds": 0.05})
        assert (await world.ended(job))[-3:] == ["Stopping", "Uploading", "MaxRuntimeExceeded"]
        assert (job.status, job.model_artifacts is not None) == (JobStatus.STOPPED, True)

    asyncio.run(story())


def test_jobs_wait_for_a_place_and_can_be_stopped_there() -> None:
    async def story() -> None:
        world = World(until_terminated, places=1)
        first = world.begin("first")
        await tick(lambda: first.phase is Phase.TRAINING)
        waiting, impatient = (
            world.begin("waiting"),
            world.begin(
                "impatient",
                **{**SPOT, "StoppingCondition": {"MaxRuntimeInSeconds": 0.05, "MaxWaitTimeInSeconds": 0.05}},
            ),
        )
        assert await world.ended(impatient) == ["Starting", "MaxWaitTimeExceeded"]
        assert waiting.transitions[-1].message == WAITING
        world.stop(waiting)
        assert await world.ended(waiting) == ["Starting", "Stopping", "Stopped"]
        assert waiting.training_began is None
        last = world.begin("last")
        world.stop(first)
        await tick(lambda: last.phase is Phase.TRAINING)
        await world.runner.under_way.close()

    asyncio.run(story())


def test_a_spot_job_goes_on_from_its_checkpoint() -> None:
    async def story() -> None:
        async def container(machine: Machine) -> int:
            machine.log(f"checkpoints {machine.files('checkpoints')}")
            if machine.files("checkpoints"):
                return await trains(machine)
            machine.write("checkpoints/xgboost-checkpoint.1")
            return await until_terminated(machine)

        world = World(container)
        world.faults.set("training-jobs", parse({"kind": "interrupt", "count": 1, "seconds": 0.05}))
        job = world.begin(CheckpointConfig=CHECKPOINT, **SPOT)
        phases = await world.ended(job)
        assert phases[2:] == [
            "Training",
            "Interrupted",
            "Starting",
            "Downloading",
            "Training",
            "Uploading",
            "Completed",
        ]
        found = [line for _, line in world.lines if line.startswith("checkpoints")]
        assert found == ["checkpoints []", "checkpoints ['xgboost-checkpoint.1']"]
        assert "checkpoints/xgboost-checkpoint.1" in world.s3.objects

    asyncio.run(story())


@pytest.mark.parametrize(
    ("kind", "reason"), [("capacity", "CapacityError: Unable to"), ("internal", "InternalServerError: We")]
)
def test_a_fault_fails_a_job_before_it_starts(kind: str, reason: str) -> None:
    async def story() -> None:
        world = World(trains)
        world.faults.set("training-jobs", parse({"kind": kind, "count": 1}))
        job = world.begin()
        assert await world.ended(job) == ["Starting", "Failed"]
        assert (job.failure_reason or "").startswith(reason)
        assert (await world.ended(world.begin("next")))[-1] == "Completed"

    asyncio.run(story())


@pytest.mark.parametrize(
    ("refused", "reason"),
    [
        ("channels/train/part-0.csv", "ClientError: Data download failed:AccessDenied (403): Access Denied"),
        ("jobs/job/output/model.tar.gz", "ClientError: Artifact upload failed:AccessDenied (403): Access Denied"),
    ],
)
def test_what_the_role_may_not_do_fails_the_job(refused: str, reason: str, temporary: Path) -> None:
    async def story() -> None:
        world = World(trains)
        world.s3.refused.add(refused)
        job = world.begin()
        assert (await world.ended(job))[-1] == "Failed"
        assert job.failure_reason == reason

    asyncio.run(story())
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("key", ["channels/train/../../../../outside.csv", "channels/train//../outside.csv"])
def test_an_object_does_not_get_out_of_its_folder(key: str, temporary: Path) -> None:
    async def story() -> None:
        world = World(trains)
        world.s3.objects = {key: b"0,1\n"}
        job = world.begin(InputDataConfig=[channel("train")])
        await world.ended(job)
        assert "would lie outside of its folder" in (job.failure_reason or "")

    asyncio.run(story())
    assert list(temporary.iterdir()) == []


def test_a_reset_leaves_nothing(temporary: Path) -> None:
    async def story() -> None:
        world = World(until_terminated)
        job = world.begin(hosts=2)
        await tick(lambda: len(world.machines) == 2)
        await world.runner.under_way.close()
        assert all(machine.terminated.is_set() for machine in world.machines)
        assert job.status is JobStatus.IN_PROGRESS  # it is forgotten with its account

    asyncio.run(story())
    assert list(temporary.iterdir()) == []
