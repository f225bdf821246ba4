"""The process behind an emulated endpoint: SageMaker's built-in XGBoost container on a local port.

    python -m sagemaker_local.xgboost_container --model-dir model --port 8080

It loads the models of the folder, then answers `/ping`, `/execution-parameters` and `/invocations` as the container
does (docs/container-contract.md). Container variables such as `SAGEMAKER_INFERENCE_OUTPUT`
come from its environment. It does not depend on endpoints, AWS or the emulator.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

# Before xgboost is loaded: more threads cost more than they gain on single rows. The container's default too.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from sagemaker_local.container.serving.application import ContainerApplication
from sagemaker_local.container.serving.invocation import ScoringService
from sagemaker_local.container.serving.model_folder import ModelLoadError, load_models
from sagemaker_local.container.serving.predictor import Predictor
from sagemaker_local.container.serving.process import listen, serve
from sagemaker_local.container.serving.settings import ServingSettings
from sagemaker_local.container.standard_input import stop_when_stdin_closes

_LOG = logging.getLogger("sagemaker_local.xgboost_container")


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve a model folder and return the exit code: 0 after an orderly stop, 1 if it cannot be served."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    if options.exit_with_stdin:
        stop_when_stdin_closes()
    try:
        settings = ServingSettings.from_environment(os.environ)
        models = load_models(options.model_dir, ensemble=settings.ensemble, allow_pickle=options.allow_pickle)
        application = ContainerApplication(ScoringService(Predictor(models), settings))
        listener = listen(options.host, options.port)
    except (ModelLoadError, ValueError, OverflowError) as error:  # the last is a port that cannot be
        _LOG.error("cannot serve: %s", error)
        return 1
    except OSError as error:
        _LOG.error("cannot listen on %s:%d: %s", options.host, options.port, error.strerror)
        return 1
    _LOG.info("serving %d model(s) of %s on http://%s:%d", len(models), options.model_dir, options.host, options.port)
    with listener:
        serve(application, listener)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sagemaker_local.xgboost_container", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--model-dir", type=Path, required=True, help="folder whose top-level files are the models")
    parser.add_argument("--port", type=int, required=True, help="port to listen on")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--allow-pickle", action="store_true", help="unpickle model files: runs their author's code")
    parser.add_argument("--exit-with-stdin", action="store_true", help="stop when standard input is closed")
    return parser


if __name__ == "__main__":
    sys.exit(main())
