"""Checkpoints, and the model that is kept up to date in case the job is stopped.

As the container at `cb8df91` does it, which since XGBoost 2 is of little use: XGBoost's own callback names its files
`xgboost-checkpoint_0.ubj`, the container looks for `xgboost-checkpoint.0`, and from a fresh start only the first round
is ever saved. A checkpoint under the old name is resumed from.
"""

from __future__ import annotations

import logging
import os
import re
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import xgboost

NAME = "xgboost-checkpoint"
MODEL = "xgboost-model"
_NUMBERED = re.compile(rf"^{NAME}\.[0-9]+$")

_LOG = logging.getLogger(__name__)


def latest(folder: Path | None) -> tuple[Path | None, int]:
    """The newest checkpoint of a folder, and the rounds that it has."""
    if folder is None or not folder.exists():
        return None, 0
    found = {int(path.suffix[1:]): path for path in folder.iterdir() if _NUMBERED.match(path.name)}
    if not found:
        return None, 0
    number = max(found)
    return found[number], number + 1


class KeptModel(xgboost.callback.TrainingCallback):
    """Saves the model after each round under its final name, whole or not at all.

    Parameters
    ----------
    path
        The file.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:  # noqa: ARG002 - the callback's form
        """Save, and continue."""
        with tempfile.NamedTemporaryFile(dir=self._path.parent, delete=False) as file:
            model.save_model(file.name)
        Path(file.name).rename(self._path)
        return False


def keep_model_when_stopped(folder: Path) -> None:
    """On SIGTERM delete what is no model from the folder of models, and end at once with exit code 0."""

    def end(_number: int, _frame: FrameType | None) -> None:
        for path in folder.iterdir():
            if path.is_file() and not path.name.startswith(MODEL):
                path.unlink(missing_ok=True)
        os._exit(0)

    signal.signal(signal.SIGTERM, end)


def callbacks(
    *,
    model_folder: Path,
    checkpoint_folder: Path | None,
    keep: str,
    is_master: bool,
    fold: int | None,
    print_line: Callable[[str], None],
) -> tuple[Path | None, int, list[xgboost.callback.TrainingCallback]]:
    """Where training begins, and what is done after each round; without early stopping.

    Parameters
    ----------
    model_folder
        Where the model is saved.
    checkpoint_folder
        Where checkpoints are, if the job has any.
    keep
        `save_model_on_termination`, as text.
    is_master
        Whether this host saves.
    fold
        Number of the fold in cross validation.
    print_line
        Receives a line of metrics a round.

    Returns
    -------
    checkpoint : pathlib.Path or None
        A model to continue from.
    rounds : int
        The rounds that it has.
    callbacks : list
        For `xgboost.train`.
    """
    suffix = "" if fold is None else f"-{fold}"
    folder = checkpoint_folder / f"model{suffix}" if checkpoint_folder and fold is not None else checkpoint_folder
    checkpoint, rounds = latest(folder)
    if checkpoint is not None:
        checkpoint = checkpoint.with_name(f"{checkpoint.name}{suffix}")
        _LOG.info("Checkpoint loaded from %s", checkpoint)
        _LOG.info("Resuming from iteration %s", rounds)
    wanted: list[xgboost.callback.TrainingCallback] = [xgboost.callback.EvaluationMonitor(logger=print_line)]
    if folder and is_master:
        wanted.append(xgboost.callback.TrainingCheckPoint(directory=folder, interval=rounds, name=NAME))
    _LOG.info("CALLBACK_SETUP_DEBUG: save_model_on_termination=%s, is_master=%s", keep, is_master)
    if keep == "true" and is_master:
        _LOG.info("CALLBACK_ADDING: Adding SaveIntermediateModelCallBack on master")
        wanted.append(KeptModel(model_folder / f"{MODEL}{suffix}"))
        keep_model_when_stopped(model_folder)
    else:
        _LOG.info("CALLBACK_SKIPPING save_model_on_termination=%s, is_master=%s)", keep, is_master)
    return checkpoint, rounds, wanted
