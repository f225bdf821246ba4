"""Runs the processes behind the endpoints: brings up, shifts, drains, takes down. All of it on the event loop.

An update is blue/green, all at once: the new processes must answer `/ping` before the first request reaches them, and
the old ones stop only after the last request they accepted. A deployment that fails leaves the old one untouched, and
so does one that a fault rolls back after it came up, as an alarm would.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

from sagemaker_local.faults.store import Faults
from sagemaker_local.sagemaker.artifacts import Artifacts, discard
from sagemaker_local.sagemaker.control_plane import ControlPlane, container_of
from sagemaker_local.sagemaker.endpoint_process import STARTUP_SECONDS, EndpointProcess, Launch, environment_of
from sagemaker_local.sagemaker.errors import DeploymentFailed, failure_of_the_emulator
from sagemaker_local.sagemaker.records import Definition, Endpoint, Scope, Status, Variant
from sagemaker_local.sagemaker.shapes import Json

logger = logging.getLogger(__name__)

ROLLED_BACK = (
    "One or more alarms that watch the deployment went into ALARM: it was rolled back (fault of the emulator)."
)
LogSink = Callable[[Scope, str, str, str], None]
Key = tuple[Scope, str]


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """The variants that serve one endpoint at one time, and their processes by variant name.

    They are ahead of what the endpoint's description says while the processes of the deployment before finish.
    """

    config: Definition
    variants: tuple[Variant, ...]
    processes: dict[str, EndpointProcess]


class Fleet:
    """All processes behind all endpoints.

    Parameters
    ----------
    artifacts
        Fetches the models.
    log
        Receives scope, log group, stream and line of whatever a process writes.
    flush
        Writes what `log` has received; awaited before an endpoint is gone, so that nothing is logged after it.
    faults
        The faults that are set.
    """

    def __init__(
        self, artifacts: Artifacts, log: LogSink, flush: Callable[[], Awaitable[None]], faults: Faults
    ) -> None:
        self._artifacts, self._log, self._flush, self.faults = artifacts, log, flush, faults
        self._serving: dict[Key, Deployment] = {}
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._reviving = asyncio.Lock()

    # --- what happens to an endpoint ----------------------------------------------------------------------------

    def deploy(self, control: ControlPlane, endpoint: Endpoint, *, retain: frozenset[str] = frozenset()) -> None:
        """Begin to serve the endpoint's pending configuration; the control plane hears how it ended."""
        self._begin(control.scope, endpoint, self._deploy(control, endpoint, retain))

    def remove(self, control: ControlPlane, endpoint: Endpoint) -> None:
        """Begin to take the endpoint down."""
        self._begin(control.scope, endpoint, self._remove(control, endpoint))

    async def settled(self, scope: Scope, name: str) -> None:
        """Wait until nothing is under way for that endpoint."""
        task = self._tasks.get((scope, name.lower()))
        if task is not None:
            await asyncio.wait([task])

    def reweigh(self, scope: Scope, endpoint: Endpoint) -> None:
        """Share the traffic as the endpoint's variants say from now on."""
        key = (scope, endpoint.name.lower())
        self._serving[key] = replace(self._serving[key], variants=endpoint.variants)

    def pick(self, scope: Scope, name: str, variant: str | None = None) -> tuple[Variant, EndpointProcess] | None:
        """The variant that takes the next request: the named one, or one drawn by weight; `None` if none serves."""
        deployment = self._serving.get((scope, name.lower()))
        if deployment is None:
            return None
        serving = [known for known in deployment.variants if variant in (None, known.name)]
        if not serving:
            return None
        shares = [known.weight for known in serving]
        chosen = random.choices(serving, shares if any(shares) else None)[0]  # noqa: S311
        return chosen, deployment.processes[chosen.name]

    def config_name(self, scope: Scope, name: str) -> str | None:
        """Name of the configuration that serves an endpoint now; `None` if nothing serves it."""
        deployment = self._serving.get((scope, name.lower()))
        return deployment.config.name if deployment else None

    def processes(self, scope: Scope, name: str) -> dict[str, EndpointProcess]:
        """The processes that serve an endpoint now, by variant name."""
        deployment = self._serving.get((scope, name.lower()))
        return deployment.processes if deployment else {}

    async def revive(self) -> dict[str, str]:
        """Start the processes again that have ended by themselves.

        Returns
        -------
        dict
            Names of their endpoints and variants, `endpoint/variant`, and why one does not start; empty if it did.
        """
        async with self._reviving:
            ended = [
                (key, deployment, process)
                for key, deployment in self._serving.items()
                for process in deployment.processes.values()
                if process.ended is not None
            ]
            reasons = await asyncio.gather(*(self._revive(*each) for each in ended))
        return {
            f"{key[1]}/{process.launch.variant}": why for (key, _, process), why in zip(ended, reasons, strict=True)
        }

    async def close(self) -> None:
        """Stop every process and everything under way."""
        tasks, deployments = list(self._tasks.values()), list(self._serving.values())
        self._tasks.clear()
        self._serving.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(_stop(deployment) for deployment in deployments))

    # --- inside -------------------------------------------------------------------------------------------------

    async def _revive(self, key: Key, deployment: Deployment, process: EndpointProcess) -> str:
        try:
            await process.start()
        except DeploymentFailed as failure:
            return str(failure)
        if self._serving.get(key) is not deployment:  # it was updated or removed meanwhile
            await process.stop()
        return ""

    def _begin(self, scope: Scope, endpoint: Endpoint, work: Coroutine[Any, Any, None]) -> None:
        key = (scope, endpoint.name.lower())
        self._tasks[key] = task = asyncio.create_task(work)
        task.add_done_callback(lambda done: self._tasks.pop(key, None) if self._tasks.get(key) is done else None)

    async def _deploy(self, control: ControlPlane, endpoint: Endpoint, retain: frozenset[str]) -> None:
        key = (control.scope, endpoint.name.lower())
        try:
            fresh = await self._bring_up(control, endpoint, retain)
        except DeploymentFailed as failure:
            logger.warning("endpoint %s: %s", endpoint.name, failure)
            control.deployment_failed(endpoint.name, str(failure))
            return
        except Exception as error:
            logger.exception("endpoint %s: the deployment broke", endpoint.name)
            control.deployment_failed(endpoint.name, f"Internal {failure_of_the_emulator(error)}")
            return
        if key in self._serving and self.faults.take_for_update(endpoint.name) is not None:
            await _stop(fresh)
            control.deployment_failed(endpoint.name, ROLLED_BACK)
            return
        old, self._serving[key] = self._serving.get(key), fresh
        if old is not None:
            await _drain_and_stop(old)
        control.deployed(endpoint.name, fresh.config, fresh.variants)
        logger.info("endpoint %s: serves %s", endpoint.name, fresh.config.name)

    async def _bring_up(self, control: ControlPlane, endpoint: Endpoint, retain: frozenset[str]) -> Deployment:
        config = control.config(endpoint.pending_config_name or endpoint.config_name)
        variants = control.planned_variants(endpoint, config, retain)
        requests = config.request["ProductionVariants"]
        started = await asyncio.gather(
            *(self._start(control, endpoint, request) for request in requests), return_exceptions=True
        )
        processes = [process for process in started if isinstance(process, EndpointProcess)]
        failures = [failure for failure in started if isinstance(failure, BaseException)]
        if failures:
            await asyncio.gather(*(_end(process) for process in processes))
            raise failures[0]
        by_name = {process.launch.variant: process for process in processes}
        return Deployment(config=config, variants=variants, processes=by_name)

    async def _start(self, control: ControlPlane, endpoint: Endpoint, variant: Json) -> EndpointProcess:
        scope, model = control.scope, control.model(variant["ModelName"])
        container = container_of(model)
        role = model.request.get("ExecutionRoleArn", "")
        folder = await asyncio.to_thread(self._artifacts.unpack, scope, container["ModelDataUrl"], role)
        launch = Launch(
            variant=variant["VariantName"],
            artifact=container["ModelDataUrl"],
            model_dir=folder,
            environment=environment_of(container),
            startup_seconds=variant.get("ContainerStartupHealthCheckTimeoutInSeconds", STARTUP_SECONDS),
        )
        group, stream = f"/aws/sagemaker/Endpoints/{endpoint.name}", f"{launch.variant}/{folder.name}"
        process = EndpointProcess(launch, lambda line: self._log(scope, group, stream, line))
        try:
            await process.start()
        except BaseException:
            await _end(process)
            raise
        return process

    async def _remove(self, control: ControlPlane, endpoint: Endpoint) -> None:
        deployment = self._serving.pop((control.scope, endpoint.name.lower()), None)
        if deployment is not None:
            await _drain_and_stop(deployment)
        await self._flush()
        if endpoint.status is Status.DELETING:
            control.deleted(endpoint.name)


async def _drain_and_stop(deployment: Deployment) -> None:
    try:
        await asyncio.gather(*(process.drain() for process in deployment.processes.values()))
    finally:  # also when everything is reset meanwhile: nobody else knows these processes any more
        await _stop(deployment)


async def _stop(deployment: Deployment) -> None:
    await asyncio.gather(*(_end(process) for process in deployment.processes.values()))


async def _end(process: EndpointProcess) -> None:
    await process.stop()
    discard(process.launch.model_dir)
