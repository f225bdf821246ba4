"""The public part of a manifest: what functions are given in `MODEL_CARD` and `GET /model` answers. JSON out and in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from contract.calibration import Calibration, calibration_from_fields
from contract.digit import CANONICAL_FORMS, CLASSES, PIXELS, RAW_FORM
from contract.json_fields import JsonFields, parse_json
from contract.schemas import MODEL

if TYPE_CHECKING:
    from contract.manifest import Manifest

SHORT_DIGEST_LENGTH = 12


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """The public part of the served model's manifest.

    Attributes
    ----------
    document
        The JSON object as `GET /model` answers it, without the member `model`.
    sha256
        Digest of the artifact, 64 hexadecimal digits.
    canonical_form
        Version of the form in which the model is given images, see `contract.canonical`; 0 is raw.
    calibration
        How its probabilities are read.
    """

    document: Mapping[str, Any]
    sha256: str
    canonical_form: int = RAW_FORM
    calibration: Calibration = field(default_factory=Calibration)

    @property
    def short_digest(self) -> str:
        """First 12 digits of the artifact's SHA-256: names the model in every answer."""
        return self.sha256[:SHORT_DIGEST_LENGTH]


def public_card(manifest: Manifest) -> dict[str, Any]:
    """The response of `GET /model`. It is an environment variable, so it stays under 3 KB.

    Nothing of the run that made the model is in it (time, duration, machine): training the same model again must
    change no function.
    """
    metrics = manifest.metrics
    return {
        "schema": MODEL,
        "sha256": manifest.artifact.sha256,
        "framework": {
            "name": manifest.framework.name,
            "version": manifest.framework.version,
            "image_tag": manifest.framework.image_tag,
        },
        "features": manifest.features,
        "classes": list(manifest.classes),
        "canonical_form": manifest.canonical_form,
        "calibration": (manifest.calibration or Calibration()).to_json(),
        "metrics": {
            "split": metrics.split,
            "count": metrics.count,
            "accuracy": metrics.accuracy,
            "log_loss": metrics.log_loss,
            "per_class": [
                {"label": each.label, "precision": round(each.precision, 4), "recall": round(each.recall, 4)}
                for each in metrics.per_class
            ],
        },
        "data": {"source": manifest.data.source, "counts": dict(manifest.data.counts)},
    }


def parse_model_card(text: str, *, name: str) -> ModelCard:
    """Read a card that was written of `public_card`.

    Raises
    ------
    ContractError
        If it is not JSON, or the model is not one of `PIXELS` features and `CLASSES` digits, or wants images in a form
        that is not known here.
    """
    remedy = "deploy the stack of the function again"
    document = parse_json(text, name=name, remedy=remedy)
    fields = JsonFields(document)
    sha256 = fields.sha256("sha256")
    fields.exactly("features", PIXELS)
    fields.exactly("classes", list(range(CLASSES)))
    form = fields.optional_whole("canonical_form", absent=RAW_FORM, most=max(CANONICAL_FORMS))
    calibration = calibration_from_fields(fields) or Calibration()
    fields.check(name, remedy=remedy)
    return ModelCard(document=document, sha256=sha256, canonical_form=form, calibration=calibration)
