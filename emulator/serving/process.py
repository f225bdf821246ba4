"""Runs the application as a process that ends well: in-flight requests are finished, then it exits.

It ends on SIGTERM, on SIGINT, and, if asked to, when its standard input is closed, which happens when its parent dies.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from emulator.serving.application import ContainerApplication

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
    """Serve until told to stop, then finish what is in flight."""
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


def stop_when_stdin_closes() -> None:
    """Watch standard input from a thread and send this process SIGTERM when it reaches its end."""
    threading.Thread(target=_wait_for_end_of_stdin, name="stdin-watch", daemon=True).start()


def _wait_for_end_of_stdin() -> None:
    # os.read, not sys.stdin: a thread inside a buffered read would hold its lock at interpreter shutdown.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
