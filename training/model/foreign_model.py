"""Have a model of a stranger loaded and checked in a process of its own, with limits, before it is loaded in this one.

What that process accepts is the same bytes that are loaded here afterwards.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys

from training.common.errors import ArtifactError
from training.model import model_process
from training.model.artifact import require_ubjson

WAIT_SECONDS = 180
"""For the whole process; its own limit is of processor time, which a busy machine does not give at once."""

_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_NO_GPU = {"CUDA_VISIBLE_DEVICES": ""}
"""CUDA reserves more address space than that process may have."""

_accepted: set[str] = set()


def check_foreign_model(content: bytes, *, name: str) -> None:
    """Return if the model may be served and can be loaded; a model is looked at once in a process.

    Parameters
    ----------
    content
        the bytes of `xgboost-model`
    name
        what to call it in an error

    Raises
    ------
    ArtifactError
        for what `load_model` refuses, trees that cannot be walked, and a model that makes XGBoost crash, or take more
        time or memory than a model may
    """
    require_ubjson(content, name=name)
    digest = hashlib.sha256(content).hexdigest()
    if digest in _accepted:
        return
    problem = _problem(content, name)
    if problem:
        raise ArtifactError(problem)
    _accepted.add(digest)


def _problem(content: bytes, name: str) -> str | None:
    """What the other process says, or why it does not."""
    # What is run may lie in an archive: the pipeline's program does.
    environment = {**os.environ, **_ONE_THREAD, **_NO_GPU, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = subprocess.run(
            [sys.executable, "-m", model_process.__name__, name],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=WAIT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _refusal(name, f"was not loaded within {WAIT_SECONDS} s")
    if done.returncode < 0:
        return _refusal(name, f"makes XGBoost end with {_signal_name(-done.returncode)} when it is loaded")
    try:
        answer: str | None = json.loads(done.stdout)["problem"]
    except (ValueError, KeyError, TypeError):
        return _refusal(name, "cannot be loaded and asked for a prediction")
    return answer


def _refusal(name: str, what: str) -> str:
    return f"{name} {what}; it is damaged or not made by training: train another with: python -m training fit"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
