"""Loads the models of a folder as the container does: every top-level file that is no dot file is a model.

One difference is deliberate: the container unpickles every file before it tries anything else, which runs whatever code
the file holds. Here a pickle is refused unless it is explicitly allowed.
"""

from __future__ import annotations

import json
import logging
import pickle
import pickletools
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import xgboost

_LOG = logging.getLogger(__name__)


class ModelLoadError(Exception):
    """The folder cannot be served; the text is one line for the log."""


@dataclass(frozen=True, kw_only=True)
class LoadedModel:
    """One model file in memory.

    Parameters
    ----------
    path
        Where it came from.
    booster
        The model, limited to one thread.
    pickled
        Whether it came out of a pickle; the container checks the number of features of those only.
    """

    path: Path
    booster: xgboost.Booster
    pickled: bool


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    """What the answers depend on besides the trees: taken from the first model, as in the container."""

    objective: str
    classes: int
    features: int


def load_models(folder: Path, *, ensemble: bool, allow_pickle: bool) -> tuple[LoadedModel, ...]:
    """Load the models of a folder.

    Parameters
    ----------
    folder
        What `model.tar.gz` was unpacked to.
    ensemble
        Load every file; otherwise the first that the file system lists.
    allow_pickle
        Unpickle what can be unpickled. Runs code of the file's author.

    Raises
    ------
    ModelLoadError
        If there is no model, or one of them does not load.
    """
    paths = list(_model_files(folder))
    if not paths:
        message = f"no model file in {folder}, expected one top-level file such as xgboost-model"
        raise ModelLoadError(message)
    return tuple(_load(path, allow_pickle=allow_pickle) for path in (paths if ensemble else paths[:1]))


def _model_files(folder: Path) -> Iterator[Path]:
    try:
        entries = list(folder.iterdir())
    except OSError as error:
        message = f"cannot read the model folder {folder}: {error.strerror}"
        raise ModelLoadError(message) from error
    for path in entries:
        if path.name.startswith("."):
            _LOG.warning("ignoring %s: files that start with a dot are no models", path)
        elif path.is_file():
            yield path


def _load(path: Path, *, allow_pickle: bool) -> LoadedModel:
    _LOG.info("loading the model from %s", path)
    if allow_pickle:
        booster = _unpickled(path)
        if booster is not None:
            return _limited(LoadedModel(path=path, booster=booster, pickled=True))
    return _limited(LoadedModel(path=path, booster=_native(path), pickled=False))


def _unpickled(path: Path) -> xgboost.Booster | None:
    try:
        with path.open("rb") as file:
            found = pickle.load(file)  # noqa: S301 - the caller allowed it
    except Exception:  # noqa: BLE001 - any failure means "not a pickle", and the next format is tried
        return None
    if not isinstance(found, xgboost.Booster):
        message = f"{path} is a pickled {type(found).__name__}, expected an xgboost Booster"
        raise ModelLoadError(message)
    return found


def _native(path: Path) -> xgboost.Booster:
    booster = xgboost.Booster()
    try:
        with warnings.catch_warnings():
            # "Unknown file format, using UBJSON as a guess": by convention the artifact's name has no suffix.
            warnings.simplefilter("ignore", UserWarning)
            booster.load_model(path)
    except (xgboost.core.XGBoostError, ValueError) as error:  # ValueError: its message quotes bytes that are not UTF-8
        if _looks_pickled(path):
            message = (
                f"{path} is a pickle, which can run any code when it is loaded; save the model with"
                " Booster.save_model, or start with --allow-pickle if you trust it"
            )
            raise ModelLoadError(message) from error
        first_line = str(error).splitlines()[0]
        message = f"{path} is no XGBoost model in UBJSON or JSON: {first_line}"
        raise ModelLoadError(message) from error
    return booster


def _looks_pickled(path: Path) -> bool:
    """Whether the file is a pickle, found out without running it."""
    with path.open("rb") as file:
        try:
            return all(True for _ in pickletools.genops(file))
        except Exception:  # noqa: BLE001 - genops raises whatever the damaged bytes lead it to
            return False


def _limited(model: LoadedModel) -> LoadedModel:
    model.booster.set_param("nthread", "1")
    return model


def read_facts(booster: xgboost.Booster) -> ModelFacts:
    """Read what the answers depend on out of a model's configuration."""
    learner = json.loads(booster.save_config())["learner"]
    return ModelFacts(
        objective=learner["objective"]["name"],
        classes=int(learner["learner_model_param"].get("num_class") or 0),
        features=booster.num_features(),
    )
