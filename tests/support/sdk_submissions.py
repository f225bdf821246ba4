"""Submit jobs with the SageMaker SDK: a program of its own, run in the environment that has the SDK.

`python tests/support/sdk_submissions.py` reads pickled specs (that environment has another package called `tests`), and
prints as JSON every host that anything in this process connected to.
"""

from __future__ import annotations

import json
import pickle
import sys
from typing import Any

_hosts: set[str] = set()


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    """See https://docs.python.org/3/library/audit_events.html."""
    if event in ("socket.connect", "socket.getaddrinfo"):
        address = arguments[1] if event == "socket.connect" else arguments[0]
        _hosts.add(str(address[0] if isinstance(address, tuple) else address))


def main() -> None:
    """Submit, then tell."""
    sys.addaudithook(_note)
    from training.jobs.sdk_backend import SdkBackend

    backend = SdkBackend()
    for spec in pickle.load(sys.stdin.buffer):  # noqa: S301  written by the test
        backend.submit(spec)
    print(json.dumps(sorted(_hosts)))  # noqa: T201  it is what the program is for


if __name__ == "__main__":
    main()
