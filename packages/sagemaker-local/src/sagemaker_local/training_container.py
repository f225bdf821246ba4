"""One host of a training job: SageMaker's built-in XGBoost container, training on files.

    python -m sagemaker_local.training_container --opt-ml job/algo-1 --rendezvous 127.0.0.1:9099

It reads the configuration and the channels below the folder that represents `/opt/ml`, trains, and leaves the model
there, or the reason why not (packages/sagemaker-local/docs/training-container-contract.md). It is usable alone; it
does not depend on training jobs, AWS or the emulator.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from sagemaker_local.container.standard_input import stop_when_stdin_closes
from sagemaker_local.container.training import failure
from sagemaker_local.container.training.cluster import Address
from sagemaker_local.container.training.hyperparameter_schema import hyperparameter_schema
from sagemaker_local.container.training.input_folder import InputFolder
from sagemaker_local.container.training.job import Job
from sagemaker_local.container.training.output import Output
from sagemaker_local.container.training.paths import ContainerPaths

_LOG = logging.getLogger("sagemaker_local.training_container")


def main(arguments: Sequence[str] | None = None) -> int:
    """Train and return the exit code: 0 if the job is done, the container's code if it failed."""
    options = _parser().parse_args(arguments)
    if options.print_hyperparameters:
        sys.stdout.write(json.dumps(hyperparameter_schema(), indent=2) + "\n")
        return 0
    if options.exit_with_stdin:
        stop_when_stdin_closes()
    return _train(ContainerPaths(opt_ml=options.opt_ml.resolve()), options.rendezvous)


def _train(paths: ContainerPaths, rendezvous: Address) -> int:
    folder = InputFolder(paths.opt_ml / "links")
    output = Output(lambda text: failure.shown(paths.shown(folder.shown(text))))
    output.install()
    try:
        Job(paths=paths, rendezvous=rendezvous, folder=folder, print_line=output.print_line).run()
    except Exception as error:  # noqa: BLE001 - whatever it is, its text belongs into the failure file
        text = paths.shown(folder.shown(failure.text(error)))
        paths.failure.parent.mkdir(parents=True, exist_ok=True)
        paths.failure.write_text(text, encoding="utf-8")
        _LOG.error("Reporting training FAILURE")
        _LOG.error("%s", text)
        return failure.exit_code(error)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sagemaker_local.training_container", description=__doc__.split("\n")[0]
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--opt-ml", type=Path, help="folder that represents /opt/ml")
    what.add_argument(
        "--print-hyperparameters",
        action="store_true",
        help="print the hyperparameters that it accepts, as a JSON Schema, and end",
    )
    parser.add_argument(
        "--rendezvous",
        type=Address.parsed,
        default=Address(host="127.0.0.1", port=9099),
        help="HOST:PORT at which the hosts of a job meet; the first by name listens there (default: 127.0.0.1:9099)",
    )
    parser.add_argument("--exit-with-stdin", action="store_true", help="stop when standard input is closed")
    return parser


def _run() -> None:
    """End as the container does: at once, whatever threads XGBoost still has."""
    try:
        code = main()
    except SystemExit as exit_request:
        code = exit_request.code if isinstance(exit_request.code, int) else int(bool(exit_request.code))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _run()
