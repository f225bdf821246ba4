"""Runs the application as a process that ends well: in-flight requests are finished, then it exits.

It ends on SIGTERM and on SIGINT.
"""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from sagemaker_local.container.serving.application import ContainerApplication

_BACKLOG = 2048
# A request in flight may take as long as SageMaker lets an invocation take.
_DRAIN_SECONDS = 60


class _Server(uvicorn.Server):
    """uvicorn without its habit of killing the process with the signal it has already obeyed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def listen(host: str, port: int) -> socket.socket:
    """Open the listening socket.

    Raises
    ------
    OSError
        If the address cannot be used, for instance because another process does.
    OverflowError
        If it is no port number.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError):
        listener.close()
        raise
    listener.listen(_BACKLOG)
    return listener


def serve(application: ContainerApplication, listener: socket.socket) -> None:
    """Serve until a signal to stop, then finish what is in flight."""
    config = uvicorn.Config(
        application,
        loop="auto",
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
    )
    _Server(config).run(sockets=[listener])
