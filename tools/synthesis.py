"""Run the `app.py` of the working directory once for each environment, in one process: `synthesis.py FOLDER ENV ...`.

The library of the CDK takes seconds to start, and starts once. Below FOLDER each environment gets its cloud assembly;
`CDK_OUTDIR`, which the library reads when it starts, is where each is written first. An environment that `app.py` does
not know gets nothing.

This file runs in checkouts of other commits too, so it may import nothing of the project.
"""

from __future__ import annotations

import argparse
import os
import runpy
import shutil
import sys
from pathlib import Path


def main(folder: Path, environments: list[str]) -> None:
    """Write the cloud assembly of each environment; what `app.py` says goes through."""
    sys.path[0] = os.getcwd()  # noqa: PTH109
    for environment in environments:
        os.environ["DIGITS_ENVIRONMENT"] = environment
        try:
            runpy.run_path("app.py", run_name="__main__")
        except SystemExit as end:
            if str(end.code).startswith(f"error: DIGITS_ENVIRONMENT is {environment!r}"):
                continue  # an environment that another commit has
            if end.code:
                sys.exit(f"for {environment}:\n{end.code}")
        shutil.move(os.environ["CDK_OUTDIR"], folder / environment)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where the cloud assemblies are written")
    parser.add_argument("environments", nargs="+", metavar="ENV", help="values of DIGITS_ENVIRONMENT")
    options = parser.parse_args()
    main(options.folder, options.environments)
