"""Lines of a job's log as people read them: the container's own, but for tabs and controls."""

from __future__ import annotations

import re

_HOST = re.compile(r"/(algo-\d+)-")
_METRICS = re.compile(r"\[\d+\]((?:\t| )+\S+:[-+.\deE]+)+")


def host_of(stream: str) -> str:
    """The host that a log stream `JOB/algo-1-1764000000` belongs to."""
    match = _HOST.search(stream)
    return match[1] if match else stream.rsplit("/", 1)[-1]


def readable(line: str, *, host: str | None) -> str:
    """The line with tabs (which CloudWatch writes as `#011`) as spaces, without controls, marked with its host.

    Parameters
    ----------
    line
        as CloudWatch has it
    host
        None when there is only one
    """
    text = line.replace("#011", "\t").expandtabs(4)
    text = "".join(character if character.isprintable() else "?" for character in text)
    return text if host is None else f"{host} | {text}"


def is_metrics(line: str) -> bool:
    """Whether the line has the metrics of a round: `[12]#011train-merror:0.01#011validation-merror:0.02`."""
    return bool(_METRICS.search(line.replace("#011", "\t")))
