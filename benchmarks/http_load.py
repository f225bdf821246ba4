"""A small load generator: N connections that each send the next request as soon as they have the answer to the last.

Only for loopback and for servers that say `Content-Length`. A server that closes a connection after each answer is
connected to again, within the measured time. The generator shares the processors with the server it loads, which costs
a fast server more than a slow one.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Load:
    """What a run of requests took.

    Parameters
    ----------
    seconds
        Wall time of the run.
    latencies
        Seconds of each answered request.
    """

    seconds: float
    latencies: Sequence[float]

    @property
    def per_second(self) -> float:
        """Answered requests a second."""
        return len(self.latencies) / self.seconds

    def milliseconds(self, percent: int) -> float:
        """Percentile of the latency."""
        return statistics.quantiles(self.latencies, n=100)[percent - 1] * 1000


def csv_request(port: int, body: bytes) -> bytes:
    """Write one invocation as it goes over the wire."""
    head = f"POST /invocations HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: text/csv\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def load(port: int, bodies: Sequence[bytes], *, connections: int, seconds: float) -> Load:
    """Send requests for some seconds.

    Parameters
    ----------
    port
        Of the server on this machine.
    bodies
        CSV bodies, sent in turn.
    connections
        How many are open, each with one request under way.
    seconds
        How long.
    """
    requests = [csv_request(port, body) for body in bodies]
    started = time.perf_counter()
    each = await asyncio.gather(*(_one(port, requests, started + seconds) for _ in range(connections)))
    elapsed = time.perf_counter() - started
    return Load(seconds=elapsed, latencies=[latency for latencies in each for latency in latencies])


async def _one(port: int, requests: Sequence[bytes], end: float) -> list[float]:
    latencies = []
    sent = 0
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (before := time.perf_counter()) < end:
        if writer.is_closing():
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(requests[sent % len(requests)])
        sent += 1
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(_length(head))
        if b" 200 " not in head[:16]:
            raise RuntimeError(head.decode())
        latencies.append(time.perf_counter() - before)
        if b"connection: close" in head.lower():
            writer.close()
    writer.close()
    await writer.wait_closed()
    return latencies


def _length(head: bytes) -> int:
    return int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
