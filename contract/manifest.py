"""The manifest of a model: all that the rest of the project learns of training. JSON in and out, strictly checked.

`python -m training package` writes it beside the archive, `promote` copies it to `models/current.json`, a reviewed
change of that file, and the stacks deploy what it names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from contract.bucket_layout import artifact_key
from contract.calibration import Calibration, calibration_from_fields
from contract.digit import CANONICAL_FORMS, CLASSES, PIXELS, RAW_FORM
from contract.json_fields import JsonFields, read_json_file
from contract.metrics import Metrics, metrics_from_fields
from contract.schemas import MODEL

FRAMEWORK = "xgboost"
OBJECTIVE = "multi:softprob"
"""The only objective that gives a probability for each digit."""

SPLITS = ("train", "validation", "test")
ARTIFACT_BYTES_MAX = 1024**3
TEXT_MAX = 1000
"""Characters of a text in ASCII JSON: functions have `data.source` in their environment, of 4 KB at most."""
HYPERPARAMETER_TEXT_MAX = 2500
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html, `HyperParameters`."""


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """The archive: its SHA-256, its size in bytes, and the key it has in every environment's bucket."""

    sha256: str
    size_bytes: int
    key: str


@dataclass(frozen=True, kw_only=True)
class Framework:
    """What made the model, such as xgboost 3.2.0, and the tag of the built-in image that serves it, such as 3.2-0."""

    name: str
    version: str
    image_tag: str


@dataclass(frozen=True, kw_only=True)
class Data:
    """What the model learned from.

    Attributes
    ----------
    source, split
        Where the digits came from, and by which rule they were divided, in words.
    counts
        Images per split, drawn digits and distorted copies among them.
    sha256
        Digest of each file of the source.
    canonical_form
        Version of the form that the images have, 0 for raw; a manifest names it as its own member.
    """

    source: str
    split: str
    counts: Mapping[str, int]
    sha256: Mapping[str, str]
    canonical_form: int = RAW_FORM


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

    Attributes
    ----------
    hyperparameters
        What it was trained with, as a training job is given them; the pipeline trains the next one with the same.
    because
        Why it was promoted in spite of a lower accuracy, or None.
    calibration
        How its probabilities are read; None if it has not been measured.
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
    calibration: Calibration | None = None

    @property
    def canonical_form(self) -> int:
        """Version of the form in which the model is given images, see `contract.canonical`; 0 is raw."""
        return self.data.canonical_form

    def to_json(self) -> dict[str, Any]:
        """The manifest as JSON values; `because`, `calibration` and a form that is not raw only when there is one."""
        value: dict[str, Any] = {"schema": MODEL, **asdict(self)}
        form = value["data"].pop("canonical_form")
        if form != RAW_FORM:
            value["canonical_form"] = form
        value["calibration"] = self.calibration and self.calibration.to_json()
        return {name: each for name, each in value.items() if each is not None}

    def to_bytes(self) -> bytes:
        """The manifest as the file that is written."""
        text = json.dumps(self.to_json(), indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
        return f"{text}\n".encode()


def read_manifest(
    path: Path, *, what: str = "manifest of a model", how_to_get: str = "run: python -m training package"
) -> Manifest:
    """Read and check a manifest.

    Parameters
    ----------
    path
        The file.
    what
        What to call it in an error.
    how_to_get
        What to do when it is missing or wrong.

    Raises
    ------
    ContractError
        If it is missing, not JSON, or has wrong fields; the text names every one.
    """
    document = read_json_file(path, what=what, how_to_get=how_to_get)
    return parse_manifest(document, origin=str(path), remedy=how_to_get)


def parse_manifest(document: Any, *, origin: str, remedy: str = "package the model again") -> Manifest:
    """Check a manifest that was read from `origin`.

    Raises
    ------
    ContractError
        If fields are wrong; the text names every one, with the value got and what is allowed.
    """
    fields = JsonFields(document, text_max=TEXT_MAX)
    manifest = _manifest(fields)
    fields.check(f"the manifest {origin}", remedy=remedy)
    return manifest


def checked_manifest(manifest: Manifest, *, name: str, remedy: str) -> Manifest:
    """Check a manifest before it is written, as `parse_manifest` will check what is read."""
    return parse_manifest(json.loads(json.dumps(manifest.to_json())), origin=name, remedy=remedy)


def manifest_problems(document: Any) -> list[str]:
    """Everything that is wrong with a manifest, a line for each field; empty when `parse_manifest` would read it."""
    fields = JsonFields(document, text_max=TEXT_MAX)
    _manifest(fields)
    return fields.problems


def data_from_fields(fields: JsonFields, *, digests: str = "sha256") -> Data:
    """What a model learned from, in a JSON object; `digests` is the member that has those of the source's files."""
    return Data(
        source=fields.text("source"),
        split=fields.text("split"),
        counts=fields.inner("counts").whole_numbers(),
        sha256=fields.inner(digests).texts(),
        canonical_form=canonical_form_from_fields(fields),
    )


def canonical_form_from_fields(fields: JsonFields) -> int:
    """The version of the canonical form in a JSON object; raw when it names none."""
    return fields.optional_whole("canonical_form", absent=RAW_FORM, most=max(CANONICAL_FORMS))


def training_from_fields(fields: JsonFields) -> Training:
    """The run in a JSON object."""
    host = fields.inner("host")
    return Training(
        rounds=fields.whole("rounds", least=1),
        best_round=fields.whole("best_round", least=1),
        seconds=fields.number("seconds"),
        created_at=fields.text("created_at", allowed="an ISO 8601 time with its offset", rule=_is_time),
        host=Host(
            platform=host.text("platform"), python=host.text("python"), processors=host.whole("processors", least=1)
        ),
    )


def _manifest(fields: JsonFields) -> Manifest:
    fields.exactly("schema", MODEL)
    fields.exactly("features", PIXELS)
    fields.exactly("classes", list(range(CLASSES)))
    return Manifest(
        artifact=_artifact(fields.inner("artifact")),
        framework=_framework(fields.inner("framework")),
        hyperparameters=_hyperparameters(fields.inner("hyperparameters", text_max=HYPERPARAMETER_TEXT_MAX)),
        data=replace(_data(fields.inner("data")), canonical_form=canonical_form_from_fields(fields)),
        metrics=_test_metrics(fields.inner("metrics")),
        training=training_from_fields(fields.inner("training")),
        because=fields.optional_text("because"),
        calibration=calibration_from_fields(fields),
    )


def _artifact(fields: JsonFields) -> Artifact:
    sha256 = fields.sha256("sha256")
    key = artifact_key(sha256)
    fields.exactly("key", key)
    return Artifact(sha256=sha256, size_bytes=fields.whole("size_bytes", least=1, most=ARTIFACT_BYTES_MAX), key=key)


def _framework(fields: JsonFields) -> Framework:
    fields.exactly("name", FRAMEWORK)
    version = fields.text("version", allowed="a version such as 3.2.0", rule=re.compile(r"\d+\.\d+\.\d+").fullmatch)
    image_tag = fields.text(
        "image_tag",
        allowed=f"a tag of XGBoost {version}, such as 3.2-0 for 3.2.0",
        rule=lambda tag: tag.rpartition("-")[0] == version.rpartition(".")[0],
    )
    return Framework(name=FRAMEWORK, version=version, image_tag=image_tag)


def _hyperparameters(fields: JsonFields) -> dict[str, str]:
    fields.exactly("objective", OBJECTIVE)
    return fields.texts()


def _test_metrics(fields: JsonFields) -> Metrics:
    fields.exactly("split", "test")
    return metrics_from_fields(fields)


def _data(fields: JsonFields) -> Data:
    data = data_from_fields(fields)
    if set(data.counts) != set(SPLITS) or not all(data.counts.values()):
        fields.refuse("counts", f"a count for each of {', '.join(SPLITS)}")
    return data


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).utcoffset() is not None
    except ValueError:
        return False
