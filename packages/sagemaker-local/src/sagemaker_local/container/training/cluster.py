"""Training on several hosts together: who has data, then one ring of XGBoost's collective among those.

On SageMaker the first host by name listens on its name and port 9099, then 9100. Here the hosts are processes of one
machine whose names do not resolve: the first listens at the rendezvous address, and the second ring's master announces
a free port of its own. The container leaves it to the platform to end the hosts that wait for one that has failed; here
a host that waits in vain gives up after `_PATIENCE_SECONDS`.
"""

from __future__ import annotations

import json
import logging
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from xgboost import collective
from xgboost.core import XGBoostError
from xgboost.tracker import RabitTracker

_LOG = logging.getLogger("RabitContextManager")
_PATIENCE_SECONDS = 60
_TIMEOUT_SECONDS = 30
_PAUSE_SECONDS = 0.2
_NOBODY_LISTENS = "Connection refused"


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where the hosts meet."""

    host: str
    port: int

    @classmethod
    def parsed(cls, text: str) -> Address:
        """An address from `HOST:PORT`.

        Raises
        ------
        ValueError
            If it is none.
        """
        host, _, port = text.rpartition(":")
        if not host or not port.isdigit():
            raise ValueError(f"the rendezvous address is HOST:PORT, got {text!r}; give 127.0.0.1:9099 for instance")
        return cls(host=host, port=int(port))


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """The hosts of a job.

    Parameters
    ----------
    hosts
        Their names.
    current
        The name of this one.
    rendezvous
        Where they meet first.
    """

    hosts: list[str]
    current: str
    rendezvous: Address

    def run(self, train: Callable[[bool], None] | None) -> None:
        """Tell the others whether this host has data; if it has, train with those that have.

        Parameters
        ----------
        train
            Trains, given whether this host is the master; None if this host has no data.

        Raises
        ------
        SystemExit
            With exit code 0 on a host without data.
        RuntimeError
            If no host has data.
        xgboost.core.XGBoostError
            If the hosts do not find each other.
        """
        with self._ring(self.hosts, self.rendezvous):
            own = {"host": self.current, "include_in_training": train is not None}
            records = _exchanged({**own, "port": _free_port(self.rendezvous.host)})
        if train is None:
            logging.getLogger(__name__).warning("Host %s not being used for distributed training.", self.current)
            raise SystemExit(0)
        ports = {record["host"]: record["port"] for record in records if record["include_in_training"]}
        hosts = sorted(ports)
        if len(hosts) == 1:
            train(True)
            return
        with self._ring(hosts, Address(host=self.rendezvous.host, port=ports[hosts[0]])):
            train(self.current == hosts[0])

    @contextmanager
    def _ring(self, hosts: list[str], address: Address) -> Iterator[None]:
        hosts = sorted(hosts)
        tracker = _tracker(len(hosts), address) if self.current == hosts[0] else None
        try:
            arguments = tracker.worker_args() if tracker else _arguments(address)
            if tracker:
                _LOG.info("RabitTracker started, worker_args: %s", arguments)
            context = _joined({**arguments, "dmlc_task_id": str(hosts.index(self.current))})
            try:
                yield
            finally:
                context.__exit__(None, None, None)
            if tracker:  # freed while it still closes its connections to the others, it would fail them and itself
                tracker.wait_for(_TIMEOUT_SECONDS)
        finally:
            if tracker:
                with suppress(XGBoostError):  # what it could not do has been reported by then
                    tracker.free()


def _tracker(workers: int, address: Address) -> RabitTracker:
    tracker = RabitTracker(n_workers=workers, host_ip=address.host, port=address.port, sortby="task")
    tracker.start()
    return tracker


def _arguments(address: Address) -> dict[str, Any]:
    return {"dmlc_tracker_uri": address.host, "dmlc_tracker_port": address.port}


def _joined(arguments: dict[str, Any]) -> collective.CommunicatorContext:
    """A member of the ring; tried again until the tracker listens, but not once it has heard of this host."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        context = collective.CommunicatorContext(**arguments, dmlc_timeout=_TIMEOUT_SECONDS, dmlc_retry=1)
        try:
            context.__enter__()
        except XGBoostError as error:
            if _NOBODY_LISTENS not in str(error) or time.monotonic() > deadline:
                _LOG.exception("Collective init failed")
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return context


def _exchanged(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Every host's record, by rank."""
    own, rank = json.dumps(record), collective.get_rank()
    return [
        json.loads(str(collective.broadcast(own if rank == each else "", each)))
        for each in range(collective.get_world_size())
    ]


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port
