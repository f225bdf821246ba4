"""What the runner of training jobs needs, made up: processes that are coroutines, S3 in a dictionary, a log."""

from __future__ import annotations

import asyncio
import io
import itertools
import tarfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from sagemaker_local.faults.store import Faults
from sagemaker_local.sagemaker.jobs.container_process import Launch, Process
from sagemaker_local.sagemaker.jobs.records import TrainingJob
from sagemaker_local.sagemaker.jobs.s3_access import JobBuckets, S3Access
from sagemaker_local.sagemaker.jobs.slots import Slots
from sagemaker_local.sagemaker.jobs.training_jobs import TrainingJobs
from sagemaker_local.sagemaker.jobs.training_runner import TrainingRunner
from sagemaker_local.sagemaker.records import Scope
from support.job_requests import ROLE, training_request

SCOPE = Scope(account="123456789012", region="us-east-1")

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
