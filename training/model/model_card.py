"""The model card: what a model is for, how good it is, and what it should not be used for, as SageMaker's JSON.

Schema: https://docs.aws.amazon.com/sagemaker/latest/dg/model-cards.html#model-cards-json-schema. Says only what the
manifest says.
"""

from __future__ import annotations

import json
from typing import Any

from contract.digit import CLASSES, SIDE
from contract.manifest import Manifest


def model_card(manifest: Manifest) -> str:
    """The content of the card as one line of JSON."""
    return json.dumps(_content(manifest), separators=(",", ":"), sort_keys=True)


def _content(manifest: Manifest) -> dict[str, Any]:
    data, metrics = manifest.data, manifest.metrics
    return {
        "intended_uses": {
            "purpose_of_model": f"Recognises the digit (0 to {CLASSES - 1}) in {SIDE} x {SIDE} grey pixels.",
            "intended_uses": "Single handwritten digits, light on dark, centred as those of MNIST are.",
            "factors_affecting_model_efficiency": "Pictures that were not centred and scaled like MNIST's;"
            " pictures without a digit also get a prediction.",
            "risk_rating": "Low",
            "explanations_for_risk_rating": "Demonstration only; no decisions about persons.",
        },
        "training_details": {
            "training_observations": f"XGBoost {manifest.framework.version}, {manifest.training.best_round} rounds in"
            f" {manifest.training.seconds:.0f} s on {manifest.training.host.platform},"
            f" from {data.source}: {data.split}",
        },
        "evaluation_details": [
            {
                "name": f"{metrics.split} split",
                "evaluation_observation": f"{metrics.count} images that training never saw",
                "metric_groups": [{"name": "all digits", "metric_data": _overall(manifest)}, _recalls(manifest)],
            }
        ],
        "additional_information": {
            "custom_details": {"artifact_sha256": manifest.artifact.sha256, "image_tag": manifest.framework.image_tag}
        },
    }


def _overall(manifest: Manifest) -> list[dict[str, Any]]:
    return [_number("accuracy", manifest.metrics.accuracy), _number("log_loss", manifest.metrics.log_loss)]


def _recalls(manifest: Manifest) -> dict[str, Any]:
    recalls = [_number(f"recall of {entry.label}", round(entry.recall, 6)) for entry in manifest.metrics.per_class]
    return {"name": "each digit", "metric_data": recalls}


def _number(name: str, value: float) -> dict[str, Any]:
    return {"name": name, "type": "number", "value": value}
