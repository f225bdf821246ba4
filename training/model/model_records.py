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

from contract.bucket_layout import artifact_key
from contract.digit import CLASSES, PIXELS, RAW_FORM
from contract.json_fields import JsonFields, parse_json, read_json_file
from contract.manifest import (
    FRAMEWORK,
    Artifact,
    Data,
    Framework,
    Host,
    Manifest,
    Training,
    canonical_form_from_fields,
    checked_manifest,
    data_from_fields,
    training_from_fields,
)
from contract.metrics import Metrics, metrics_from_fields
from contract.xgboost_image import IMAGE_TAGS
from training.common.errors import ManifestError
from training.common.files import sha256_of_file
from training.data.data_folder import MANIFEST_NAME, DataManifest
from training.data.dataset import Split

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
        canonical_form=manifest.canonical_form,
    )


def data_of_channels(folder: Path, train: Split, validation: Split) -> Data:
    """The same for channels that `prepare` did not write: their files are their own source."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    manifest = folder / MANIFEST_NAME
    return data_of_parts(
        folder.resolve().name,
        counts={"train": len(train), "validation": len(validation)},
        sha256={path.relative_to(folder).as_posix(): sha256_of_file(path) for path in files},
        canonical_form=form_beside(manifest.read_bytes() if manifest.is_file() else None, name=str(manifest)),
    )


def form_beside(manifest: bytes | None, *, name: str) -> int:
    """The canonical form of channels, by the manifest that lies beside them; without one they are raw.

    Raises
    ------
    ContractError
        when the manifest is no JSON, or names a form that is not known
    """
    if manifest is None:
        return RAW_FORM
    remedy = "prepare or publish the channels again"
    fields = JsonFields(parse_json(manifest, name=name, remedy=remedy))
    form = canonical_form_from_fields(fields)
    fields.check(name, remedy=remedy)
    return form


def data_of_parts(
    name: str, *, counts: Mapping[str, int], sha256: Mapping[str, str], canonical_form: int = RAW_FORM
) -> Data:
    """The same from what is known of the files: rows by channel, digests by path, and their form."""
    return Data(
        source=f"{_OWN_CHANNELS}{name}",
        split="train and validation as the channels have them",
        counts=dict(counts),
        sha256=dict(sha256),
        canonical_form=canonical_form,
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
    return Framework(name=FRAMEWORK, version=version, image_tag=IMAGE_TAGS[version])


def read_fit_record(path: Path) -> FitRecord:
    """Read what `fit` wrote beside the model.

    Raises
    ------
    ContractError
        when it is missing or damaged
    """
    what, how_to_get = "record of the fit", "run: python -m training fit"
    fields = JsonFields(read_json_file(path, what=what, how_to_get=how_to_get))
    record = FitRecord(
        model_sha256=fields.sha256("model_sha256"),
        hyperparameters=fields.inner("hyperparameters").texts(),
        data=data_from_fields(fields.inner("data")),
        training=training_from_fields(fields.inner("training")),
        framework_version=fields.text("framework_version"),
    )
    fields.check(f"the {what} {path}", remedy=how_to_get)
    return record


def read_evaluation(path: Path) -> Evaluation:
    """Read what `evaluate` wrote beside the model.

    Raises
    ------
    ContractError
        when it is missing, damaged or contradicts itself
    """
    what, how_to_get = "evaluation", "run: python -m training evaluate"
    fields = JsonFields(read_json_file(path, what=what, how_to_get=how_to_get))
    evaluation = Evaluation(
        model_sha256=fields.sha256("model_sha256"),
        source_sha256=fields.inner("source_sha256").texts(),
        metrics=metrics_from_fields(fields.inner("metrics")),
    )
    fields.check(f"the {what} {path}", remedy=how_to_get)
    return evaluation


def compose_manifest(*, archive_sha256: str, archive_bytes: int, fit: FitRecord, evaluation: Evaluation) -> Manifest:
    """Put together what is known of a packaged model.

    Raises
    ------
    ManifestError
        when the evaluation is of another model or of other data than the fit
    ContractError
        when what is known may not be in a manifest, such as a name of data that is too long
    """
    if evaluation.model_sha256 != fit.model_sha256:
        raise ManifestError(
            f"the evaluation is of the model {evaluation.model_sha256[:12]}, the fit made {fit.model_sha256[:12]};"
            " run: python -m training evaluate"
        )
    own_channels = fit.data.source.startswith(_OWN_CHANNELS)
    if not own_channels and dict(evaluation.source_sha256) != dict(fit.data.sha256):
        raise ManifestError(
            "the model was fitted to other data than it was evaluated on, because the data was prepared again in"
            " between; run: python -m training fit, or prepare the data of the fit again and run: python -m training"
            " evaluate"
        )
    manifest = Manifest(
        artifact=Artifact(sha256=archive_sha256, size_bytes=archive_bytes, key=artifact_key(archive_sha256)),
        framework=framework(),
        hyperparameters=fit.hyperparameters,
        data=replace(fit.data, counts={**fit.data.counts, "test": evaluation.metrics.count}),
        metrics=evaluation.metrics,
        training=fit.training,
        features=PIXELS,
        classes=tuple(range(CLASSES)),
    )
    remedy = "read the data from a folder of a shorter name, and run: python -m training fit"
    return checked_manifest(manifest, name="of this model", remedy=remedy)
