"""What lies beside a model on disk: how it was fitted and how it was evaluated, each tied to the model by its SHA-256.

`package` puts the two together as a manifest, and refuses when they speak of different models or different data.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xgboost

from contract.digit import CLASSES, PIXELS
from contract.xgboost_image import IMAGE_TAGS
from training.common.errors import DataError, ManifestError
from training.common.files import read_json, sha256_of_file
from training.data.data_folder import DataManifest
from training.data.dataset import Split
from training.model.manifest import (
    Artifact,
    Data,
    Framework,
    Host,
    Manifest,
    Metrics,
    Training,
    artifact_key,
    check_metrics,
    data_from_fields,
    metrics_from_fields,
    training_from_fields,
)
from training.model.manifest_fields import Fields

_OWN_CHANNELS = "channels:"


@dataclass(frozen=True, kw_only=True)
class FitRecord:
    """How a model was fitted.

    Parameters
    ----------
    model_sha256
        of the UBJSON file
    hyperparameters
        as `Hyperparameters.to_sagemaker` gives them
    data
        what it learned from
    training
        rounds, seconds, machine
    framework_version
        of xgboost
    """

    model_sha256: str
    hyperparameters: Mapping[str, str]
    data: Data
    training: Training
    framework_version: str

    def to_json(self) -> dict[str, Any]:
        """The record as JSON values."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """The metrics of the model with that SHA-256 on the test images of that source."""

    model_sha256: str
    source_sha256: Mapping[str, str]
    metrics: Metrics

    def to_json(self) -> dict[str, Any]:
        """The evaluation as JSON values."""
        return asdict(self)


def data_of(manifest: DataManifest) -> Data:
    """The part of a data manifest that goes into a model's manifest."""
    return Data(
        source=manifest.source,
        split=manifest.split,
        counts=dict(manifest.counts),
        sha256=dict(manifest.source_sha256),
    )


def data_of_channels(folder: Path, train: Split, validation: Split) -> Data:
    """The same for channels that `prepare` did not write: their files are their own source."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return data_of_parts(
        folder.resolve().name,
        counts={"train": len(train), "validation": len(validation)},
        sha256={path.relative_to(folder).as_posix(): sha256_of_file(path) for path in files},
    )


def data_of_parts(name: str, *, counts: Mapping[str, int], sha256: Mapping[str, str]) -> Data:
    """The same from what is known of the files: rows by channel, digests by path."""
    return Data(
        source=f"{_OWN_CHANNELS}{name}",
        split="train and validation as the channels have them",
        counts=dict(counts),
        sha256=dict(sha256),
    )


def training_facts(*, rounds: int, best_round: int, seconds: float) -> Training:
    """The run with the clock and the machine as they are now."""
    host = Host(
        platform=platform.platform(terse=True), python=platform.python_version(), processors=os.cpu_count() or 1
    )
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Training(rounds=rounds, best_round=best_round, seconds=round(seconds, 1), created_at=now, host=host)


def framework() -> Framework:
    """The installed xgboost and the image tag that carries the same version.

    Raises
    ------
    ManifestError
        when no built-in image is known to carry it
    """
    version = xgboost.__version__
    if version not in IMAGE_TAGS:
        raise ManifestError(
            f"no built-in image is known for xgboost {version}, known are {', '.join(IMAGE_TAGS)}; install one of these"
        )
    return Framework(name="xgboost", version=version, image_tag=IMAGE_TAGS[version])


def read_fit_record(path: Path) -> FitRecord:
    """Read what `fit` wrote beside the model.

    Raises
    ------
    ManifestError
        when it is missing or damaged
    """
    fields = _fields(path, what="record of the fit", how_to_get="run: python -m training fit")
    return FitRecord(
        model_sha256=fields.sha256("model_sha256"),
        hyperparameters=fields.inner("hyperparameters").texts(),
        data=data_from_fields(fields.inner("data")),
        training=training_from_fields(fields.inner("training")),
        framework_version=fields.text("framework_version"),
    )


def read_evaluation(path: Path) -> Evaluation:
    """Read what `evaluate` wrote beside the model.

    Raises
    ------
    ManifestError
        when it is missing, damaged or contradicts itself
    """
    fields = _fields(path, what="evaluation", how_to_get="run: python -m training evaluate")
    metrics = metrics_from_fields(fields.inner("metrics"))
    check_metrics(metrics, str(path))
    return Evaluation(
        model_sha256=fields.sha256("model_sha256"),
        source_sha256=fields.inner("source_sha256").texts(),
        metrics=metrics,
    )


def compose_manifest(*, archive_sha256: str, archive_bytes: int, fit: FitRecord, evaluation: Evaluation) -> Manifest:
    """Put together what is known of a packaged model.

    Raises
    ------
    ManifestError
        when the evaluation is of another model or of other data than the fit
    """
    if evaluation.model_sha256 != fit.model_sha256:
        raise ManifestError(
            f"the evaluation is of the model {evaluation.model_sha256[:12]}, the fit made {fit.model_sha256[:12]};"
            " run: python -m training evaluate"
        )
    own_channels = fit.data.source.startswith(_OWN_CHANNELS)
    if not own_channels and dict(evaluation.source_sha256) != dict(fit.data.sha256):
        raise ManifestError("the evaluation used other data than the fit; run: python -m training evaluate")
    return Manifest(
        artifact=Artifact(sha256=archive_sha256, size_bytes=archive_bytes, key=artifact_key(archive_sha256)),
        framework=framework(),
        hyperparameters=fit.hyperparameters,
        data=replace(fit.data, counts={**fit.data.counts, "test": evaluation.metrics.count}),
        metrics=evaluation.metrics,
        training=fit.training,
        features=PIXELS,
        classes=tuple(range(CLASSES)),
    )


def _fields(path: Path, *, what: str, how_to_get: str) -> Fields:
    try:
        return Fields(read_json(path, what=what, how_to_get=how_to_get), name=str(path))
    except DataError as problem:
        raise ManifestError(str(problem)) from None
