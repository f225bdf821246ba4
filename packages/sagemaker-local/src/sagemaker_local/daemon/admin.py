"""The emulator's own HTTP interface below `/_sagemaker_local/`: health, status, faults, reviving. JSON, no keys.

Only requests that name this machine in `Host` are answered, and changes must come as `application/json`; so no web page
can reach it from a browser.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable

from sagemaker_local.asgi import Json, Receive, Send, read_body, respond
from sagemaker_local.faults import fault as one_fault
from sagemaker_local.faults.store import Faults
from sagemaker_local.json_text import read_json
from sagemaker_local.ministack.site import Distribution
from sagemaker_local.sagemaker.control_plane import ControlPlane
from sagemaker_local.sagemaker.pipelines.pipelines import Pipelines
from sagemaker_local.sagemaker.records import Endpoint
from sagemaker_local.sagemaker.runtime import Runtime
from sagemaker_local.sagemaker.service import SageMaker

PREFIX = "/_sagemaker_local/"
_NAMES = ("localhost", "127.0.0.1")


class Admin:
    """Answers requests below `/_sagemaker_local/`.

    Parameters
    ----------
    service, runtime
        What is reported on, and where faults are set.
    facts
        What `health` reports about this daemon.
    distributions
        Gives those of CloudFront; the site port shows the first.
    """

    def __init__(
        self, service: SageMaker, runtime: Runtime, facts: Json, distributions: Callable[[], list[Distribution]]
    ) -> None:
        self._service, self._runtime, self._distributions = service, runtime, distributions
        self._facts = {**facts, "pid": os.getpid()}

    async def __call__(self, scope: Json, receive: Receive, send: Send) -> None:
        """Answer one ASGI request."""
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if headers.get("host", "").partition(":")[0] not in _NAMES:
            await answer(send, 403, {"message": "only requests to localhost or 127.0.0.1 are accepted"})
            return
        key = (scope["method"], scope["path"].removeprefix(PREFIX))
        if key == ("GET", "health"):
            await answer(send, 200, self._facts)
        elif key == ("GET", "status"):
            report = {
                "endpoints": self._endpoints(),
                "jobs": self._jobs(),
                "executions": self._executions(),
                "faults": self._faults.document(),
                "distributions": [
                    {"id": each.identifier, "domain": each.domain, "changed": each.changed}
                    for each in self._distributions()
                ],
            }
            await answer(send, 200, {**self._facts, **report})
        elif key == ("POST", "revive") and headers.get("content-type") == "application/json":
            await answer(send, 200, {"revived": await self._service.fleet.revive()})
        elif key[1] == "faults" and headers.get("content-type") == "application/json":
            await answer(send, *self._change(key[0], await read_body(receive)))
        else:
            await answer(
                send, 404, {"message": "there are GET health, GET status, POST revive, PUT faults, DELETE faults"}
            )

    @property
    def _faults(self) -> Faults:
        return self._runtime.faults

    def _change(self, method: str, body: bytes) -> tuple[int, Json]:
        try:
            document = read_json(body or b"{}")
            if not isinstance(document, dict):
                return 400, {"message": "a fault is a JSON object"}
            if method == "DELETE":
                self._faults.clear(document.get("target", document.get("endpoint")))
            else:
                target = document["target"] if "target" in document else document["endpoint"]
                self._faults.set(target, one_fault.parse(document))
        except (ValueError, TypeError, AttributeError) as error:
            return 400, {"message": str(error)}
        except KeyError:
            return 400, {"message": "a fault needs a target: an endpoint, a training job, or SERVICE:RESOURCE"}
        return 200, {"faults": self._faults.document()}

    def _endpoints(self) -> list[Json]:
        return [
            {
                "name": endpoint.name,
                "status": str(endpoint.status),
                "config": endpoint.config_name,
                "reason": endpoint.failure_reason,
                "region": control.scope.region,
                "account": control.scope.account,
                "variants": self._variants(control, endpoint),
            }
            for control in self._service.planes
            for endpoint in control.endpoints.values()
        ]

    def _jobs(self) -> list[Json]:
        jobs = self._service.jobs
        training = [job for control in self._service.planes for job in jobs.training(control.scope).jobs.values()]
        processing = [job for control in self._service.planes for job in jobs.processing(control.scope).jobs.values()]
        return [{"name": job.name, "status": str(job.status), "kind": "training"} for job in training] + [
            {"name": job.name, "status": str(job.status), "kind": "processing"} for job in processing
        ]

    def _executions(self) -> list[Json]:
        return [
            {
                "pipeline": execution.pipeline.name,
                "arn": execution.arn,
                "status": str(execution.status),
                "steps": {name: str(run.status) for name, run in execution.runs.items()},
            }
            for control in self._service.planes
            for execution in control.resources(Pipelines).executions.values()
        ]

    def _variants(self, control: ControlPlane, endpoint: Endpoint) -> list[Json]:
        processes = self._service.fleet.processes(control.scope, endpoint.name)
        return [
            {"name": name, "pid": process.pid, "artifact": process.launch.artifact, "ended": process.ended}
            for name, process in processes.items()
        ]


async def answer(send: Send, status: int, document: Json) -> None:
    """Send a JSON document."""
    await respond(send, status, {"content-type": "application/json"}, json.dumps(document).encode())
