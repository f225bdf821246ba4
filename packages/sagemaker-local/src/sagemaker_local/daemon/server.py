"""The daemon: MiniStack with the extension, on 127.0.0.1, until SIGTERM. Started by `sagemaker-local up`.

It binds its port before it says that it runs, and takes everything that it started down with it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import functools
import importlib
import logging
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from sagemaker_local import settings
from sagemaker_local.asgi import Json, Receive, Send
from sagemaker_local.daemon import function_environment, processes, record, tls
from sagemaker_local.daemon.admin import PREFIX, Admin, answer
from sagemaker_local.daemon.container_logs import ContainerLogs
from sagemaker_local.faults.front import OWN_USER_AGENT, FaultyServices
from sagemaker_local.faults.store import Faults
from sagemaker_local.ministack import (
    alarms,
    appsync_events,
    buckets,
    callers,
    cloudfront,
    cloudwatch,
    event_targets,
    function_faults,
    functions,
    installation,
    kinesis_mappings,
    queue_mappings,
    registry,
    service_metrics,
    stack_faults,
)
from sagemaker_local.ministack.roles import Roles
from sagemaker_local.ministack.site import Site
from sagemaker_local.sagemaker.artifacts import Artifacts
from sagemaker_local.sagemaker.errors import is_full
from sagemaker_local.sagemaker.fleet import Fleet
from sagemaker_local.sagemaker.http_api import HttpApi
from sagemaker_local.sagemaker.jobs.s3_access import JobBuckets
from sagemaker_local.sagemaker.jobs.service import Jobs
from sagemaker_local.sagemaker.operations import OPERATIONS
from sagemaker_local.sagemaker.pipelines.executions import Executions
from sagemaker_local.sagemaker.role_calls import RoleCalls
from sagemaker_local.sagemaker.runtime import Runtime
from sagemaker_local.sagemaker.service import SageMaker

logger = logging.getLogger("sagemaker_local")

_BACKLOG = 512
_making_clients = threading.Lock()


class Front:
    """The ASGI application that clients meet: `/_sagemaker_local/` here, everything else in MiniStack.

    Cross-origin requests of browsers are refused. Every other request is marked as if it had come
    over TLS: the bucket policies of a good stack refuse anything else, and there is nothing but loopback between the
    client and this process.
    """

    def __init__(self, ministack: Any, admin: Admin) -> None:
        self._ministack, self._admin = ministack, admin

    async def __call__(self, scope: Json, receive: Receive, send: Send) -> None:
        """Answer one ASGI request."""
        if scope["type"] in ("http", "websocket") and (reason := callers.refusal(scope["headers"])) is not None:
            await _refuse(scope, send, reason)
            return
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await self._admin(scope, receive, send)
            return
        if scope["type"] in ("http", "websocket"):
            kept = [(name, value) for name, value in scope["headers"] if name.lower() != b"x-forwarded-proto"]
            scope = {**scope, "headers": [*kept, (b"x-forwarded-proto", b"https")]}
        await self._ministack(scope, receive, send)


async def _refuse(scope: Json, send: Send, reason: str) -> None:
    if scope["type"] == "http":
        await answer(send, 403, {"message": reason})
    else:  # before it was accepted; the client sees a 403
        await send({"type": "websocket.close"})


@functools.cache
def _session() -> Any:
    """One for all clients: it reads the descriptions of the services once."""
    return boto3.session.Session()


def _s3(port: int, credentials: dict[str, str], region: str) -> Any:
    """An S3 client of the emulator itself with somebody's credentials."""
    config = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, user_agent_extra=OWN_USER_AGENT)
    where = f"http://{settings.HOST}:{port}"
    with _making_clients:  # a session makes one client at a time
        return _session().client("s3", region_name=region, endpoint_url=where, config=config, **credentials)


def _identity() -> Json:
    """What tells this process from every other one, for those who ask for its health."""
    process = processes.look_up(os.getpid())
    return {} if process is None else {"boot": process.boot, "process_started": process.started}


class Ports:
    """The ASGI application that the server runs: one application for each port, the first for everything else too."""

    def __init__(self, front: Any, others: dict[int, Any]) -> None:
        self._front, self._others = front, others

    async def __call__(self, scope: Json, receive: Receive, send: Send) -> None:
        """Pass on one ASGI connection."""
        _, port = scope.get("server") or ("", 0)
        application = self._others.get(port, self._front)
        await application(scope, receive, send)


async def _serve(listening: socket.socket, site: socket.socket, state: settings.StateFolder) -> None:
    port, loop, stop = listening.getsockname()[1], asyncio.get_running_loop(), asyncio.Event()
    site_port = site.getsockname()[1]
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    logs = ContainerLogs(cloudwatch.write_log)
    faults, roles, s3 = Faults(), Roles(), functools.partial(_s3, port)
    artifacts = Artifacts(roles, s3)
    fleet = Fleet(artifacts, logs.add, logs.flush, faults)
    jobs = Jobs(JobBuckets(roles, s3), logs.add, logs.flush, faults)
    executions = Executions(RoleCalls(roles, s3, port))
    service = SageMaker(OPERATIONS, artifacts=artifacts, fleet=fleet, jobs=jobs, executions=executions)
    runtime = Runtime(service, faults)
    function_python = function_environment.make(state.functions)
    installation.install(HttpApi(service, runtime, registry.scope), loop, function_python)
    function_faults.install(faults)
    stack_faults.install(faults)
    kinesis_mappings.install(port)
    mappings = queue_mappings.install(loop)
    event_targets.install(lambda sessions: RoleCalls(sessions, s3, port), loop)
    facts = {"port": port, "state": str(state.path), "auth": settings.asks_policies(), "started": time.time()}
    facts |= _identity()
    secure, certificate = _listen_near(site_port + 1), tls.make_certificate(state)
    facts |= {"site_port": site_port, "site_url": f"{settings.url(site_port)}/"}
    facts |= {"tls_port": secure.getsockname()[1], "certificate": str(certificate.path)}
    services = FaultyServices(appsync_events.install(registry.application()), faults, buckets.cors_headers)
    front = Front(services, Admin(service, runtime, facts, cloudfront.distributions))
    ports = Ports(front, {site_port: Site(services, cloudfront.distributions)})
    serve, config = _hypercorn(listening, site, secure=secure, certificate=certificate)
    lasting = [asyncio.create_task(work) for work in (logs.run(), mappings.run(), service_metrics.measure_queues())]
    lasting.append(asyncio.create_task(alarms.watch()))
    try:
        await serve(ports, config, shutdown_trigger=stop.wait)
    finally:
        for task in lasting:
            task.cancel()
        await service.reset()


def _hypercorn(*listening: socket.socket, secure: socket.socket, certificate: tls.Certificate) -> tuple[Any, Any]:
    """The server function and its configuration: bound sockets, short waits at the end."""
    config = importlib.import_module("hypercorn.config").Config()
    config.insecure_bind, config.bind = ([f"fd://{each.fileno()}" for each in some] for some in (listening, [secure]))
    config.certfile, config.keyfile = str(certificate.path), str(certificate.key)
    config.alpn_protocols = ["http/1.1"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 0.3
    config.backlog = _BACKLOG
    config.errorlog = logging.getLogger("hypercorn.error")  # otherwise it gets a second handler, and says all twice
    return importlib.import_module("hypercorn.asyncio").serve, config


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((settings.HOST, port))
    listening.listen(_BACKLOG)  # only then nobody else can have the port
    return listening


def _listen_near(port: int) -> socket.socket:
    """At that port, or at any that is free: `status` and `health` name the port."""
    try:
        return _listen(port)
    except OSError:
        return _listen(0)


def main(arguments: list[str]) -> int:
    """Run until a signal to stop; never returns when it served."""
    parser = argparse.ArgumentParser(prog="python -m sagemaker_local.daemon.server", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--site-port", type=int, required=True)
    parser.add_argument("--state-dir", type=Path, required=True)
    options = parser.parse_args(arguments)
    state = settings.StateFolder(path=options.state_dir)
    port = options.port
    try:
        listening = _listen(port)
        port = options.site_port
        site = _listen(port)
    except OSError as error:
        logger.error("cannot listen on %s:%s: %s", settings.HOST, port, error.strerror)  # noqa: TRY400
        return 1
    try:
        asyncio.new_event_loop().run_until_complete(_serve(listening, site, state))
    except OSError as error:
        logger.error("cannot start: %s: %s", error.filename or state.path, error.strerror)  # noqa: TRY400
        return settings.NO_SPACE if is_full(error) else 1
    functions.stop_all()
    for each in (listening, site):
        with contextlib.suppress(OSError):
            each.close()
    state.remove_temporary()
    logger.info("stopped")
    known = record.read(state)
    if known is not None and known.process == processes.look_up(os.getpid()):
        state.record.unlink(missing_ok=True)
    # A custom resource that waits for an answer holds a thread that the interpreter would wait for.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
