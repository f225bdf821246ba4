"""One host of a processing job: runs a Python program or a zip file with a `__main__.py` as the container would.

    python -m sagemaker_local.processing_container job/processing/code/steps.zip evaluate --model job/...

The program sees its own folder first on the path and nothing of this repository, and ends when standard input does,
with everything that it started.
"""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path

from sagemaker_local.container.standard_input import stop_when_stdin_closes


def main(arguments: list[str]) -> None:
    """Run the program with its arguments; ends as the program ends."""
    program = Path(arguments[0]).resolve()
    if not program.is_file():  # what the interpreter says, and its exit code
        sys.stderr.write(f"python3: can't open file '{program}': [Errno 2] No such file or directory\n")
        sys.exit(2)
    stop_when_stdin_closes(group=True)
    os.chdir(program.parent)
    sys.path[0] = str(program.parent)
    sys.argv = [str(program), *arguments[1:]]
    runpy.run_path(str(program), run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])
