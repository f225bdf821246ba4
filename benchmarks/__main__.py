"""Run every benchmark, or the ones named, one after another: `python -m benchmarks [NAME ...]`."""

from __future__ import annotations

import subprocess
import sys

NAMES = ("channel_writer", "fit", "endpoint_server", "deployed_api", "synthesis")


def main(names: list[str]) -> int:
    """Run benchmarks as programs of their own; returns 1 if one of them failed."""
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        print(f"error: no benchmark {unknown[0]!r}; there are {', '.join(NAMES)}", file=sys.stderr)
        return 2
    codes = [
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode for name in names or NAMES
    ]
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
