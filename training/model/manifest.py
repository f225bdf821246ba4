"""The manifest of a model: all that the rest of the project ever learns of training. JSON in and out, strictly checked.

`package` writes one beside the archive, `promote` copies it to `models/current.json`, and the stacks read that with
their own code. Schema `digits.model/1` is the contract between the two; it changes only together with its number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from contract.digit import CLASSES, PIXELS
from training.common.errors import DataError, ManifestError
from training.common.files import pretty_json, read_json
from training.model.manifest_fields import Fields

SCHEMA = "digits.model/1"


@dataclass(frozen=True, kw_only=True)
class ClassMetrics:
    """How one digit fares: precision, recall and F1 in 0..1, support in images."""

    label: int
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """How a model does on a split.

    Parameters
    ----------
    split
        name of what was scored
    count
        images scored
    accuracy
        share of right answers, 0..1
    log_loss
        mean negative natural logarithm of the true digit's probability
    per_class
        the ten digits in order
    confusion
        10 x 10 counts, row = true digit, column = predicted digit
    """

    split: str
    count: int
    accuracy: float
    log_loss: float
    per_class: tuple[ClassMetrics, ...]
    confusion: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """The archive: its SHA-256, its size in bytes, and the key it has in every environment's bucket."""

    sha256: str
    size_bytes: int
    key: str


@dataclass(frozen=True, kw_only=True)
class Framework:
    """What made the model, and the tag of the built-in image that serves it."""

    name: str
    version: str
    image_tag: str


@dataclass(frozen=True, kw_only=True)
class Data:
    """What the model learned from: source, split rule in words, images per split, digests of the source's files."""

    source: str
    split: str
    counts: Mapping[str, int]
    sha256: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Host:
    """The machine that trained."""

    platform: str
    python: str
    processors: int


@dataclass(frozen=True, kw_only=True)
class Training:
    """The run: rounds done, the best of them (the model has so many), wall seconds, ISO 8601 time, machine."""

    rounds: int
    best_round: int
    seconds: float
    created_at: str
    host: Host


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """Everything about one packaged model.

    Parameters
    ----------
    hyperparameters
        as `Hyperparameters.to_sagemaker` gives them
    because
        why it was promoted in spite of a lower accuracy, or None
    """

    artifact: Artifact
    framework: Framework
    hyperparameters: Mapping[str, str]
    data: Data
    metrics: Metrics
    training: Training
    features: int = PIXELS
    classes: tuple[int, ...] = tuple(range(CLASSES))
    because: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The manifest as JSON values; `because` only when there is one."""
        value: dict[str, Any] = {"schema": SCHEMA, **asdict(self)}
        if self.because is None:
            del value["because"]
        return value

    def to_bytes(self) -> bytes:
        """The manifest as the file that is written."""
        return pretty_json(self.to_json())


def artifact_key(sha256: str) -> str:
    """The key of an artifact in a bucket; content decides it, so it is never overwritten with something else."""
    return f"models/{sha256}/model.tar.gz"


def read_manifest(
    path: Path, *, what: str = "manifest", how_to_get: str = "run: python -m training package"
) -> Manifest:
    """Read and check a manifest.

    Raises
    ------
    ManifestError
        when it is missing, no JSON, of another schema, incomplete, or contradicts itself
    """
    try:
        value = read_json(path, what=what, how_to_get=how_to_get)
    except DataError as problem:
        raise ManifestError(str(problem)) from None
    return manifest_from_json(value, name=str(path))


def manifest_from_json(value: Any, *, name: str) -> Manifest:
    """Build a manifest from JSON values, checking every field.

    Raises
    ------
    ManifestError
        naming `name`, the field, the value got and what is allowed
    """
    fields = Fields(value, name=name)
    if (schema := fields.text("schema")) != SCHEMA:
        raise ManifestError(f"{name} has the schema {schema!r}, expected {SCHEMA!r}; package the model again")
    manifest = Manifest(
        artifact=_artifact(fields.inner("artifact")),
        framework=_framework(fields.inner("framework")),
        hyperparameters=fields.inner("hyperparameters").texts(),
        data=data_from_fields(fields.inner("data")),
        metrics=metrics_from_fields(fields.inner("metrics")),
        training=training_from_fields(fields.inner("training")),
        features=fields.whole("features"),
        classes=fields.wholes("classes"),
        because=fields.optional_text("because"),
    )
    _check(manifest, name)
    return manifest


def _artifact(fields: Fields) -> Artifact:
    return Artifact(
        sha256=fields.sha256("sha256"), size_bytes=fields.whole("size_bytes", least=1), key=fields.text("key")
    )


def _framework(fields: Fields) -> Framework:
    return Framework(name=fields.text("name"), version=fields.text("version"), image_tag=fields.text("image_tag"))


def data_from_fields(fields: Fields) -> Data:
    """The data inside a manifest or a fit record."""
    return Data(
        source=fields.text("source"),
        split=fields.text("split"),
        counts=fields.inner("counts").whole_numbers(),
        sha256=fields.inner("sha256").texts(),
    )


def metrics_from_fields(fields: Fields) -> Metrics:
    """The metrics inside a manifest or an evaluation."""
    return Metrics(
        split=fields.text("split"),
        count=fields.whole("count", least=1),
        accuracy=fields.number("accuracy", most=1),
        log_loss=fields.number("log_loss"),
        per_class=tuple(_class_metrics(inner) for inner in fields.each("per_class")),
        confusion=fields.whole_rows("confusion"),
    )


def _class_metrics(fields: Fields) -> ClassMetrics:
    return ClassMetrics(
        label=fields.whole("label"),
        precision=fields.number("precision", most=1),
        recall=fields.number("recall", most=1),
        f1=fields.number("f1", most=1),
        support=fields.whole("support"),
    )


def training_from_fields(fields: Fields) -> Training:
    """The run inside a manifest or a fit record."""
    host = fields.inner("host")
    return Training(
        rounds=fields.whole("rounds", least=1),
        best_round=fields.whole("best_round", least=1),
        seconds=fields.number("seconds"),
        created_at=fields.text("created_at"),
        host=Host(
            platform=host.text("platform"), python=host.text("python"), processors=host.whole("processors", least=1)
        ),
    )


def _check(manifest: Manifest, name: str) -> None:
    """What single fields cannot tell: whether they agree with each other."""
    expectations: dict[str, tuple[object, object]] = {
        "artifact.key": (manifest.artifact.key, artifact_key(manifest.artifact.sha256)),
        "features": (manifest.features, PIXELS),
        "classes": (manifest.classes, tuple(range(CLASSES))),
        "metrics.split": (manifest.metrics.split, "test"),
    }
    for field, (actual, expected) in expectations.items():
        if actual != expected:
            raise ManifestError(f"{name} has {field} {actual!r}, expected {expected!r}; package the model again")
    check_metrics(manifest.metrics, name)
    _check_time(manifest.training.created_at, name)


def check_metrics(metrics: Metrics, name: str) -> None:
    """Refuse metrics that contradict themselves: counts, accuracy and confusion matrix must tell the same story.

    Raises
    ------
    ManifestError
        naming what does not add up
    """
    if len(metrics.confusion) != CLASSES or any(len(row) != CLASSES for row in metrics.confusion):
        raise ManifestError(
            f"{name} has a confusion matrix that is not {CLASSES} x {CLASSES}; evaluate the model again"
        )
    if tuple(entry.label for entry in metrics.per_class) != tuple(range(CLASSES)):
        raise ManifestError(
            f"{name} has per-class metrics that are not those of 0..9 in order; evaluate the model again"
        )
    total = sum(map(sum, metrics.confusion))
    right = sum(row[label] for label, row in enumerate(metrics.confusion))
    if total != metrics.count or abs(metrics.accuracy - right / total) > 1e-9:
        raise ManifestError(
            f"{name} claims accuracy {metrics.accuracy} on {metrics.count} images, its confusion matrix tells"
            f" {right} right of {total}; evaluate the model again"
        )


def _check_time(text: str, name: str) -> None:
    try:
        offset = datetime.fromisoformat(text).utcoffset()
    except ValueError:
        offset = None
    if offset is None:
        raise ManifestError(f"{name} has training.created_at {text!r}, expected an ISO 8601 time with its offset")
