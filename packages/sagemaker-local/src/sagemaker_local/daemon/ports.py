"""Looks whether the ports of a daemon are free, and says who has them."""

from __future__ import annotations

import contextlib
import shlex
import socket

from sagemaker_local import settings
from sagemaker_local.daemon.client import ask
from sagemaker_local.settings import EmulatorError

_ANOTHER_PORT = "--port, or SAGEMAKER_LOCAL_PORT"


def check_port(port: int) -> None:
    """See that a port is free.

    Raises
    ------
    EmulatorError
        With who has it, if it is not.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.HOST, port))
        except PermissionError as error:
            msg = f"port {port} may not be opened by this user; choose one above 1023 with --port"
            raise EmulatorError(msg) from error
        except OSError as error:
            raise EmulatorError(_occupant(port)) from error


def free_port(wanted: int) -> int:
    """That port, or another if it is used.

    Raises
    ------
    EmulatorError
        If none is free.
    """
    for port in (wanted, 0):
        with socket.socket() as probe, contextlib.suppress(OSError, OverflowError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.HOST, port))
            return int(probe.getsockname()[1])
    msg = f"no port of {settings.HOST} is free"
    raise EmulatorError(msg)


def _occupant(port: int) -> str:
    try:
        health = ask(port, "health", seconds=0.5)
        pid, folder = int(health["pid"]), str(health["state"])
        return (
            f"port {port} is used by another emulator (process {pid}, state folder {folder}); "
            f"stop it with 'sagemaker-local down --state-dir {shlex.quote(folder)}', or choose another: {_ANOTHER_PORT}"
        )
    except (OSError, EmulatorError, KeyError, TypeError, ValueError):
        return f"port {port} is used by another program; stop that program, or choose another: {_ANOTHER_PORT}"
