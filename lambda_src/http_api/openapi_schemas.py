"""The JSON schemas of the HTTP API, in words that draft 4 of JSON Schema and OpenAPI 3.0 share, and real examples."""

from __future__ import annotations

from typing import Any

from contract.digit import CANONICAL_FORMS, CLASSES, PIXEL_MAX, PIXELS, SIDE
from contract.model_card import SHORT_DIGEST_LENGTH
from http_api.examples import MODEL, SEVEN_DIGIT, SEVEN_PROBABILITIES, seven_pixels
from http_api.problem_table import PREDICTION_PROBLEMS, UPLOAD_PROBLEMS
from prediction.problems import ROWS_MAX, ROWS_MIN
from prediction.rows import MEMBER

_SHORT_DIGEST = {
    "type": "string",
    "pattern": f"^[0-9a-f]{{{SHORT_DIGEST_LENGTH}}}$",
    "description": f"The model of the prediction: first {SHORT_DIGEST_LENGTH} digits of its artifact's SHA-256",
}

_NUMBER = {"type": "number"}

UNSURE = {
    "type": "boolean",
    "description": "Whether the probability is below the model's `unsure_below`, or the distance above `unlike_above`",
}

SCHEMAS: dict[str, Any] = {
    "PredictionRequest": {
        "type": "object",
        "required": [MEMBER],
        "additionalProperties": False,
        "properties": {
            MEMBER: {
                "type": "array",
                "description": "Rows of pixels, one for each digit",
                "minItems": ROWS_MIN,
                "maxItems": ROWS_MAX,
                "items": {
                    "type": "array",
                    "description": (
                        f"{SIDE} x {SIDE} grey values row by row, 0 for background, {PIXEL_MAX} for ink, "
                        "written as integers"
                    ),
                    "minItems": PIXELS,
                    "maxItems": PIXELS,
                    "items": {"type": "integer", "minimum": 0, "maximum": PIXEL_MAX},
                },
            }
        },
    },
    "PredictionResponse": {
        "type": "object",
        "required": ["predictions", "model"],
        "additionalProperties": False,
        "properties": {
            "predictions": {
                "type": "array",
                "minItems": ROWS_MIN,
                "maxItems": ROWS_MAX,
                "items": {"$ref": "#/components/schemas/Prediction"},
            },
            "model": _SHORT_DIGEST,
        },
    },
    "Prediction": {
        "type": "object",
        "required": ["digit", "probabilities", "unsure"],
        "additionalProperties": False,
        "properties": {
            "digit": {"type": "integer", "minimum": 0, "maximum": CLASSES - 1, "description": "The most likely digit"},
            "probabilities": {
                "type": "array",
                "description": f"Of the digits 0 to {CLASSES - 1}; they sum to 1 within the precision of float32",
                "minItems": CLASSES,
                "maxItems": CLASSES,
                "items": _NUMBER,
            },
            "unsure": UNSURE,
        },
    },
    "ModelCard": {
        "type": "object",
        "description": "The public part of the model's manifest",
        "required": ["model", "sha256", "features", "classes"],
        "properties": {
            "model": _SHORT_DIGEST,
            "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "features": {"type": "integer", "enum": [PIXELS]},
            "classes": {"type": "array", "minItems": CLASSES, "maxItems": CLASSES, "items": {"type": "integer"}},
            "schema": {"type": "string"},
            "framework": {"type": "object"},
            "metrics": {"type": "object"},
            "data": {"type": "object"},
            "canonical_form": {
                "type": "integer",
                "enum": list(CANONICAL_FORMS),
                "description": "Version of the form that rows and pictures are brought into; 0 is none",
            },
            "calibration": {
                "type": "object",
                "required": ["temperature", "unsure_below"],
                "additionalProperties": False,
                "properties": {
                    "temperature": {**_NUMBER, "description": "What the probabilities are calibrated with"},
                    "unsure_below": {**_NUMBER, "description": "A digit with a lower probability is unsure"},
                    "unlike_above": {
                        **_NUMBER,
                        "description": "A digit whose shape is further from those of its class is unsure",
                    },
                },
            },
        },
    },
    "Problem": {
        "type": "object",
        "description": "A problem document of RFC 9457",
        "required": ["type", "title", "status", "detail", "instance"],
        "properties": {
            "type": {"type": "string", "enum": [problem.uri for problem in (*PREDICTION_PROBLEMS, *UPLOAD_PROBLEMS)]},
            "title": {"type": "string"},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {"type": "string", "description": "What happened this time"},
            "instance": {"type": "string", "description": "Id of the request, also in the log"},
            "row": {"type": "integer", "minimum": 0, "description": "Index of the row that is wrong"},
            "position": {"type": "integer", "minimum": 0, "description": "Index of the value in its row"},
        },
    },
}


def request_example() -> dict[str, Any]:
    """Give the first image of MNIST's test file as a request."""
    return {MEMBER: [list(seven_pixels())]}


def response_example() -> dict[str, Any]:
    """Give a real response to it."""
    prediction = {"digit": SEVEN_DIGIT, "probabilities": list(SEVEN_PROBABILITIES), "unsure": False}
    return {"predictions": [prediction], "model": MODEL}
