"""Have the workers of a Dask cluster read the parts of both channels, each its share. No data comes to this machine.

Part number i of a channel goes to worker number i (and round again), so that every worker has rows of both channels;
with fewer parts than workers one would train on nothing, which is refused as the built-in container refuses it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from contract.digit import PIXELS
from training.common.errors import DataError
from training.data.part_reading import list_parts, read_file, read_part
from training.scale.by_value import ByValue
from training.scale.cluster import require_workers
from training.scale.part_problems import reason_of
from training.scale.part_source import PartRead, PartSource

if TYPE_CHECKING:
    from distributed import Client, Future


_SECONDS_BETWEEN_LOOKS = 2.0


@dataclass(frozen=True, kw_only=True)
class ClusterChannel:
    """A channel in the memory of the workers.

    Parameters
    ----------
    images, labels
        dask arrays of one chunk a part: uint8, shapes (n, 784) and (n,)
    parts
        what was read, in order
    """

    images: Any
    labels: Any
    parts: tuple[PartRead, ...]


def parts_of(client: Client, source: PartSource, channel: str, workers: Sequence[str]) -> list[str]:
    """The locations of a channel's parts, which every worker must see alike.

    Raises
    ------
    DataError
        when a worker cannot read the folder, sees other files than the rest, or there are fewer parts than workers
    """
    folder = source.folders[channel]
    results = client.run(
        ByValue(list_parts), folder, source.endpoint_url, source.region, workers=list(workers), on_error="return"
    )
    for address, result in sorted(results.items()):
        if isinstance(result, BaseException):
            raise DataError(
                f"the worker {address} cannot read {folder} ({reason_of(result)[0]}); put the parts where all workers"
                " reach them, in S3 or on a shared disk, and give that as --channels"
            )
    seen = list(results.values())
    if any(result != seen[0] for result in seen):
        raise DataError(f"the workers see different files in {folder}; put the parts in S3 or on a disk that all share")
    parts: list[str] = seen[0]
    if len(parts) < len(workers):
        raise DataError(
            f"the {channel} channel has {len(parts)} parquet parts in {folder}, the cluster has {len(workers)} workers"
            f" and each needs one; run: python -m training prepare --parts {len(workers)}"
        )
    return parts


def read_on_workers(
    client: Client,
    source: PartSource,
    channel: str,
    workers: Sequence[str],
    *,
    on_step: Callable[[str], None] = lambda _step: None,
) -> ClusterChannel:
    """Have each part of a channel read by a worker.

    Parameters
    ----------
    client
        of the cluster
    source
        where the parts lie
    channel
        `train` or `validation`
    workers
        addresses, each of which gets its share
    on_step
        called with the progress in words

    Raises
    ------
    DataError
        see `parts_of`; also for the first part that a worker cannot read
    """
    parts = parts_of(client, source, channel, workers)
    homes = dict(zip(parts, cycle(workers), strict=False))
    read = {
        part: client.submit(
            ByValue(read_part), part, source.endpoint_url, source.region,
            workers=[home], pure=False, retries=1, key=f"digits-read-{channel}-{number}-{id(homes)}",
        )
        for number, (part, home) in enumerate(homes.items())
    }  # fmt: skip
    facts = []
    for number, (part, future) in enumerate(read.items(), start=1):
        on_step(f"the workers read {channel}, part {number} of {len(parts)}")
        _wait_for(future, client, workers)
        facts.append(_facts(client, channel, part, future, homes[part]))
    images, labels = (
        _array([_piece(client, read[part], index, homes[part]) for part in parts], facts, shape)
        for index, shape in ((0, (PIXELS,)), (1, ()))
    )
    return ClusterChannel(images=images, labels=labels, parts=tuple(facts))


def read_file_on_worker(client: Client, location: str, endpoint_url: str | None, region: str | None) -> bytes | None:
    """`read_file`, by one of the workers: they reach what this machine may not, or not with the same rights.

    Raises
    ------
    OSError
        when the worker cannot read it
    """
    content: bytes | None = client.submit(ByValue(read_file), location, endpoint_url, region, pure=False).result()
    return content


def _wait_for(future: Future[Any], client: Client, workers: Sequence[str]) -> None:
    """Wait until a part was read or could not be, as long as all workers are there."""
    from distributed import wait

    while not future.done():  # type: ignore[no-untyped-call]
        try:
            wait(future, timeout=_SECONDS_BETWEEN_LOOKS)  # type: ignore[no-untyped-call]
        except TimeoutError:
            require_workers(client, workers)


def _facts(client: Client, channel: str, part: str, future: Future[Any], home: str) -> PartRead:
    """Rows and digest of a part, once it has been read."""
    problem = future.exception()  # type: ignore[no-untyped-call]
    if problem is not None:
        reason, remedy = reason_of(problem)
        raise DataError(f"the worker {home} cannot read {part}: {reason}; {remedy or 'write it again with prepare'}")
    rows, sha256 = client.submit(itemgetter(2, 3), future, workers=[home], pure=False).result()
    return PartRead(channel=channel, location=part, rows=rows, sha256=sha256)


def _piece(client: Client, future: Future[Any], index: int, home: str) -> Future[Any]:
    return client.submit(itemgetter(index), future, workers=[home], pure=False)


def _array(pieces: Sequence[Future[Any]], facts: Sequence[PartRead], shape: tuple[int, ...]) -> Any:
    """One dask array of pieces that lie on the workers."""
    import dask.array
    import numpy as np
    from dask.delayed import delayed

    chunks = [
        dask.array.from_delayed(  # type: ignore[no-untyped-call]
            delayed(piece), shape=(part.rows, *shape), dtype=np.uint8
        )
        for piece, part in zip(pieces, facts, strict=True)
    ]
    return dask.array.concatenate(chunks)  # type: ignore[no-untyped-call]
