"""What runs the emulator's training jobs, with processes and S3 made up: phases, stops, limits, interruptions."""

from __future__ import annotations

import asyncio
import io
import itertools
import tarfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sagemaker_local.faults.fault import parse
from sagemaker_local.faults.store import Faults
from sagemaker_local.sagemaker.jobs.container_process import Launch, Process
from sagemaker_local.sagemaker.jobs.records import JobStatus, Phase, TrainingJob
from sagemaker_local.sagemaker.jobs.s3_access import JobBuckets, S3Access
from sagemaker_local.sagemaker.jobs.slots import Slots
from sagemaker_local.sagemaker.jobs.training_jobs import WAITING, TrainingJobs
from sagemaker_local.sagemaker.jobs.training_runner import TrainingRunner
from sagemaker_local.sagemaker.records import Scope
from support.job_requests import BUCKET, ROLE, channel, training_request

SCOPE = Scope(account="123456789012", region="us-east-1")
CHECKPOINT = {"S3Uri": f"s3://{BUCKET}/checkpoints/"}
SPOT: dict[str, Any] = {
    "EnableManagedSpotTraining": True,
    "StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60},
}

Container = Callable[["Machine"], Awaitable[int]]


class Objects:
    """An S3 client with objects in a dictionary; keys in `refused` may neither be read nor written.

    `fetched` is called, on the thread that fetches, with every key that was read.
    """

    def __init__(self, objects: dict[str, bytes]) -> None:
        self.objects, self.refused = objects, set[str]()
        self.fetched: Callable[[str], object] = len

    def list_objects_v2(self, *, Prefix: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        return {"Contents": [{"Key": key} for key in sorted(self.objects) if key.startswith(Prefix)]}

    def get_paginator(self, _: str) -> Objects:
        return self

    def paginate(self, **arguments: Any) -> list[dict[str, Any]]:
        return [self.list_objects_v2(**arguments)]

    def download_file(self, _bucket: str, key: str, path: str) -> None:
        Path(path).write_bytes(self._allowed(key))
        self.fetched(key)

    def upload_file(self, path: str, _bucket: str, key: str, **_: Any) -> None:
        self._allowed(key)
        self.objects[key] = Path(path).read_bytes()

    def _allowed(self, key: str) -> bytes:
        if key in self.refused:
            answer: Any = {"Error": {"Code": "AccessDenied", "Message": "Access Denied"}}
            answer["ResponseMetadata"] = {"HTTPStatusCode": 403}
            raise ClientError(answer, "AnOperation")
        return self.objects.get(key, b"")


class Machine(Process):
    """A process that is a coroutine; `terminated` is SIGTERM."""

    def __init__(self, launch: Launch, log: Callable[[str], None], container: Container) -> None:
        self.log, self.terminated = log, asyncio.Event()
        self.opt_ml = Path(launch.command[launch.command.index("--opt-ml") + 1])
        self._task = asyncio.create_task(self._run(container))

    @property
    def pid(self) -> int:
        return 1

    async def wait(self) -> int:
        await asyncio.wait([self._task])
        return 137 if self._task.cancelled() else self._task.result()

    async def stop(self, seconds: float) -> None:
        self.terminated.set()
        await asyncio.wait([self._task], timeout=seconds)
        self._task.cancel()
        await self.wait()

    async def _run(self, container: Container) -> int:
        return await container(self)

    @property
    def name(self) -> str:
        return self.opt_ml.name

    def write(self, name: str, text: str = "x") -> None:
        (self.opt_ml / name).write_text(text)

    def files(self, name: str) -> list[str]:
        return sorted(path.name for path in (self.opt_ml / name).iterdir())


class World:
    """A runner, its S3, its log and its clock."""

    def __init__(self, container: Container, *, places: int = 2) -> None:
        names = itertools.product(("train", "validation"), range(2))
        self.s3 = Objects({f"channels/{channel}/part-{number}.csv": b"0,1\n" for channel, number in names})
        self.lines: list[tuple[str, str]] = []
        self.faults, self.machines = Faults(), list[Machine]()
        self.jobs = TrainingJobs(SCOPE, time.time)
        self._container = container
        self.runner = TrainingRunner(
            lambda _scope, _group, stream, line: self.lines.append((stream, line)),
            self._flush,
            faults=self.faults,
            slots=Slots(places),
            start=self._start,
        )

    async def _flush(self) -> None:
        self.lines.append(("", "flushed"))

    async def _start(self, launch: Launch, log: Callable[[str], None]) -> Process:
        self.machines.append(Machine(launch, log, self._container))
        return self.machines[-1]

    def assume(self, _: Scope, _role: str) -> dict[str, str]:
        return {}

    def access(self) -> S3Access:
        return JobBuckets(self, lambda *_: self.s3).access(SCOPE, ROLE)

    def begin(self, name: str = "job", **changes: Any) -> TrainingJob:
        job = self.jobs.create(training_request(name, **changes))
        self.runner.begin(self.jobs, job, self.access())
        return job

    async def ended(self, job: TrainingJob) -> list[str]:
        """Its phases, once it has ended."""
        await self.runner.under_way.settled(SCOPE, job.name)
        return [str(transition.phase) for transition in job.transitions]

    def stop(self, job: TrainingJob) -> None:
        self.jobs.stop(job.name)
        self.runner.under_way.stop(SCOPE, job.name)

    def unpacked(self, key: str) -> list[str]:
        with tarfile.open(fileobj=io.BytesIO(self.s3.objects[key])) as tar:
            return tar.getnames()


async def trains(machine: Machine) -> int:
    """Logs its data and a metric, and leaves a model and an output."""
    machine.log(",".join(machine.files("input/data/train")))
    machine.log("[0]#011train-merror:0.5")
    machine.write("model/xgboost-model")
    machine.write(f"output/data/{machine.name}")
    return 0


async def fails(machine: Machine) -> int:
    """The first host fails; the others would wait for it for ever."""
    machine.write("output/data/before-the-end")
    if machine.name != "algo-1":
        return await until_terminated(machine)
    machine.write("output/failure", "framework error: \nbad")
    return 1


async def until_terminated(machine: Machine) -> int:
    """Runs until SIGTERM, and leaves a model then."""
    await machine.terminated.wait()
    machine.write("model/xgboost-model")
    return 143


async def tick(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.001)


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
