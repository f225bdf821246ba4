"""Reach a Dask cluster and see that it can train: it is reachable, has workers, and these run what runs here."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from training.common.errors import FitError
from training.scale.by_value import ByValue

if TYPE_CHECKING:
    from distributed import Client

Versions = Mapping[str, str | None]


def worker_versions() -> dict[str, str | None]:
    """The versions that matter where this runs; None for a package that is missing."""
    from importlib.metadata import PackageNotFoundError, version

    def installed(*names: str) -> str | None:
        for name in names:
            try:
                return version(name)
            except PackageNotFoundError:
                continue
        return None

    return {
        "python": ".".join(platform.python_version_tuple()[:2]),
        "xgboost": installed("xgboost-cpu", "xgboost"),
        "pyarrow": installed("pyarrow"),
        "pandas": installed("pandas"),
    }


@contextmanager
def connected(address: str, *, timeout_seconds: float = 10) -> Iterator[Client]:
    """A client of the cluster whose workers have been seen and whose versions fit.

    Parameters
    ----------
    address
        of the scheduler, such as `tcp://10.0.0.5:8786`
    timeout_seconds
        to wait for its response

    Raises
    ------
    FitError
        when the packages are missing here, no scheduler responds, there is no worker, or versions differ
    """
    client = _client(address, timeout_seconds)
    try:
        if not worker_addresses(client):
            raise FitError(f"the cluster {address} has no workers; start some with: dask worker {address}")
        problem = version_problem(worker_versions(), client.run(ByValue(worker_versions)))
        if problem:
            raise FitError(problem)
        yield client
    finally:
        client.close(timeout=2)  # type: ignore[no-untyped-call]


def _client(address: str, timeout_seconds: float) -> Client:
    try:
        import xgboost.dask  # noqa: F401  it needs dask, distributed and pandas
        from distributed import Client
    except ImportError as problem:
        raise FitError(
            f"a cluster needs packages that are not installed ({problem}); run 'make setup', or"
            " 'pip install --group scale' with pip 25.1 or newer"
        ) from None
    try:
        return Client(address, timeout=timeout_seconds)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError) as problem:
        text = (str(problem) or type(problem).__name__).splitlines()[0].rstrip(".:")
        raise FitError(
            f"no Dask scheduler responds at {address} ({text}); give the address that `dask scheduler` prints,"
            " such as tcp://10.0.0.5:8786"
        ) from None


def worker_addresses(client: Client) -> list[str]:
    """The addresses of all workers, sorted."""
    workers: dict[str, Any] = client.scheduler_info(n_workers=-1)["workers"]
    return sorted(workers)


def require_workers(client: Client, workers: Sequence[str]) -> None:
    """See that these workers are still there: XGBoost waits for one that left, and pinned tasks do so for ever.

    Raises
    ------
    FitError
        naming the first one that is not
    """
    gone = sorted(set(workers) - set(worker_addresses(client)))
    if gone:
        raise FitError(
            f"the worker {gone[0]} left the cluster, and its results are lost; see its log (memory?),"
            " start it again and train again"
        )


def version_problem(here: Versions, workers: Mapping[str, Versions]) -> str | None:
    """The first difference that would break or change the training, as a sentence; None when there is none.

    Parameters
    ----------
    here
        what `worker_versions` says here
    workers
        address -> what it says there
    """
    for address, there in sorted(workers.items()):
        for name in ("python", "xgboost"):
            if there[name] != here[name]:
                found = f"has {name} {there[name]}" if there[name] else f"has no {name}"
                return f"the worker {address} {found}, here it is {here[name]}; install the same on every worker"
        for name in ("pyarrow", "pandas"):
            if there[name] is None:
                return f"the worker {address} has no {name}, which it needs to read its parts; install it there"
    return None
