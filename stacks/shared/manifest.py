"""The manifest of the promoted model: the only thing that the stacks know of training. It is read here, never written.

The file is `models/current.json`, or what `DIGITS_MANIFEST` names. Promoting a model is a reviewed change of that file.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stacks.shared.errors import ConfigurationError
from stacks.shared.json_fields import JsonFields

SCHEMA = "digits.model/1"
FEATURES = 784
CLASSES = tuple(range(10))
ARTIFACT_BYTES_MAX = 1024**3
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True, kw_only=True)
class ClassMetric:
    """How well one digit is recognised on the test images; precision and recall are 0..1."""

    label: int
    precision: float
    recall: float


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What is served, and what is known of it.

    Attributes
    ----------
    sha256, size_bytes, key
        Digest and size of the artifact `model.tar.gz`, and its key in the environment's bucket.
    framework_version, image_tag
        XGBoost that wrote the model, such as `3.2.0`, and the tag of the built-in image that serves it: `3.2-0`.
    metrics_split, metrics_count, accuracy, log_loss, per_class
        Measured on that many images of that split.
    hyperparameters
        What it was trained with, as a training job is given them; the pipeline trains the next one with the same.
    data_source, data_counts
        Where the images came from, and how many each split had.
    created_at
        When it was trained, as ISO 8601 text.
    """

    sha256: str
    size_bytes: int
    key: str
    framework_version: str
    image_tag: str
    metrics_split: str
    metrics_count: int
    accuracy: float
    log_loss: float
    per_class: tuple[ClassMetric, ...]
    hyperparameters: Mapping[str, str]
    data_source: str
    data_counts: Mapping[str, int]
    created_at: str

    def public_card(self) -> dict[str, Any]:
        """What `GET /model` tells callers. It travels in an environment variable, so it stays under 3 KB."""
        return {
            "schema": SCHEMA,
            "sha256": self.sha256,
            "framework": {"name": "xgboost", "version": self.framework_version, "image_tag": self.image_tag},
            "features": FEATURES,
            "classes": list(CLASSES),
            "metrics": {
                "split": self.metrics_split,
                "count": self.metrics_count,
                "accuracy": self.accuracy,
                "log_loss": self.log_loss,
                "per_class": [
                    {"label": each.label, "precision": round(each.precision, 4), "recall": round(each.recall, 4)}
                    for each in self.per_class
                ],
            },
            "data": {"source": self.data_source, "counts": dict(self.data_counts)},
            "created_at": self.created_at,
        }


def read_manifest(path: Path) -> Manifest:
    """Read and check a manifest.

    Raises
    ------
    ConfigurationError
        If there is no such file, it is not JSON, or fields are wrong; the text names every wrong field.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        msg = (
            f"no manifest of a model at {path}: run 'python -m training promote build/model/manifest.json', "
            "or name another manifest with DIGITS_MANIFEST"
        )
        raise ConfigurationError(msg) from None
    except (OSError, ValueError) as error:
        msg = f"manifest {path} cannot be read: {error}"
        raise ConfigurationError(msg) from error
    return parse_manifest(document, origin=str(path))


def parse_manifest(document: Any, *, origin: str) -> Manifest:
    """Check a manifest that was read from `origin`.

    Raises
    ------
    ConfigurationError
        If fields are wrong; the text names every one.
    """
    fields = JsonFields(document)
    manifest = _manifest(fields)
    if fields.problems:
        lines = "".join(f"\n  {problem}" for problem in fields.problems)
        msg = f"manifest {origin} cannot be served:{lines}"
        raise ConfigurationError(msg)
    return manifest


def _manifest(fields: JsonFields) -> Manifest:
    fields.text("schema", allowed=repr(SCHEMA), rule=lambda text: text == SCHEMA)
    fields.text("framework.name", allowed="'xgboost'", rule=lambda text: text == "xgboost")
    fields.whole_number("features", allowed=str(FEATURES), rule=lambda count: count == FEATURES)
    fields.sequence("classes", allowed="the digits 0 to 9 in order", rule=lambda found: tuple(found) == CLASSES)
    # Only this objective answers a probability for each digit.
    objective = "multi:softprob"
    fields.text("hyperparameters.objective", allowed=repr(objective), rule=lambda text: text == objective)
    sha256 = fields.text("artifact.sha256", allowed="64 lower-case hexadecimal digits", rule=_is_sha256)
    key = f"models/{sha256}/model.tar.gz"
    version = fields.text(
        "framework.version", allowed="a version such as 3.2.0", rule=re.compile(r"\d+\.\d+\.\d+").fullmatch
    )
    return Manifest(
        sha256=sha256,
        size_bytes=fields.whole_number(
            "artifact.size_bytes",
            allowed=f"1 to {ARTIFACT_BYTES_MAX}",
            rule=lambda size: 0 < size <= ARTIFACT_BYTES_MAX,
        ),
        key=fields.text("artifact.key", allowed=repr(key), rule=lambda text: text == key),
        framework_version=version,
        image_tag=fields.text(
            "framework.image_tag",
            allowed=f"a tag of XGBoost {version}, such as 3.2-0 for 3.2.0",
            rule=lambda tag: tag.rpartition("-")[0] == version.rpartition(".")[0],
        ),
        metrics_split=fields.text("metrics.split", allowed="'test'", rule=lambda text: text == "test"),
        metrics_count=fields.whole_number("metrics.count", allowed="1 or more", rule=lambda count: count > 0),
        accuracy=fields.number("metrics.accuracy", allowed="0 to 1", rule=lambda value: 0 <= value <= 1),
        log_loss=fields.number("metrics.log_loss", allowed="0 or more", rule=lambda value: 0 <= value < math.inf),
        per_class=_per_class(fields),
        hyperparameters=_hyperparameters(fields),
        data_source=fields.text("data.source"),
        data_counts=_data_counts(fields),
        created_at=fields.text("training.created_at", allowed="a time as ISO 8601 text"),
    )


def _per_class(fields: JsonFields) -> tuple[ClassMetric, ...]:
    def is_table(rows: list[Any]) -> bool:
        return [_label(row) for row in rows] == list(CLASSES)

    rows = fields.sequence(
        "metrics.per_class", allowed="a label, precision and recall (0 to 1) for each digit 0 to 9", rule=is_table
    )
    return tuple(ClassMetric(label=row["label"], precision=row["precision"], recall=row["recall"]) for row in rows)


def _hyperparameters(fields: JsonFields) -> dict[str, str]:
    def are_texts(values: dict[str, Any]) -> bool:
        return all(isinstance(value, str) for value in values.values())

    return fields.mapping(
        "hyperparameters", allowed="a text for each name, as a training job gets them", rule=are_texts
    )


def _label(row: Any) -> int | None:
    """The label of a row of the table, or None if the row is not one."""
    if not isinstance(row, dict) or not all(_is_share(row.get(name)) for name in ("precision", "recall")):
        return None
    label = row.get("label")
    return label if isinstance(label, int) else None


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _data_counts(fields: JsonFields) -> dict[str, int]:
    def is_count_of_splits(counts: dict[str, Any]) -> bool:
        return set(counts) == set(SPLITS) and all(isinstance(count, int) and count > 0 for count in counts.values())

    counts = fields.mapping("data.counts", allowed=f"a count for each of {', '.join(SPLITS)}", rule=is_count_of_splits)
    return {split: counts[split] for split in SPLITS if split in counts}


def _is_sha256(text: str) -> object:
    return re.fullmatch(r"[0-9a-f]{64}", text)
