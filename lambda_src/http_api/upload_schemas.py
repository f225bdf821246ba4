"""The JSON schemas of the upload routes, in words that draft 4 of JSON Schema and OpenAPI 3.0 share, and examples."""

from __future__ import annotations

import base64
from typing import Any

from contract.digit import CLASSES, PIXELS
from contract.upload_layout import KEY_PREFIX, UPLOAD_BYTES_LIMIT
from http_api.examples import MODEL, SEVEN_DIGIT, SEVEN_PROBABILITIES, seven_pixels
from http_api.openapi_schemas import UNSURE
from upload_jobs.jobs import SCHEMA, Status
from uploads.application import CONTENT_TYPES

_OWNER = "6478d4f8-1091-7048-b9ae-c7f6c61a1a4e"
_JOB = "0c1b4f0e-5d5b-4a2e-8a06-6b0f2f3a9d11"
_TIME = {"type": "string", "format": "date-time"}
_COUNT = {"type": "integer", "minimum": 0}

UPLOAD_SCHEMAS: dict[str, Any] = {
    "UploadRequest": {
        "type": "object",
        "required": ["content_type", "size_bytes"],
        "additionalProperties": False,
        "properties": {
            "content_type": {"type": "string", "enum": list(CONTENT_TYPES)},
            "size_bytes": {
                "type": "integer",
                "minimum": 1,
                "maximum": UPLOAD_BYTES_LIMIT,
                "description": "Size of the file; a deployment may accept less, and then responds with 413",
            },
        },
    },
    "UploadForm": {
        "type": "object",
        "required": ["job_id", "upload", "channel", "status_url", "expires_at"],
        "additionalProperties": False,
        "properties": {
            "job_id": {"type": "string"},
            "upload": {
                "type": "object",
                "required": ["url", "fields"],
                "additionalProperties": False,
                "properties": {
                    "url": {"type": "string", "format": "uri"},
                    "fields": {"type": "object", "additionalProperties": {"type": "string"}},
                },
            },
            "channel": {"type": "string", "description": "Channel of AppSync Events on which the end is announced"},
            "status_url": {"type": "string", "format": "uri"},
            "expires_at": {**_TIME, "description": "Until when the form is good"},
        },
    },
    "Upload": {
        "type": "object",
        "description": "DONE has model, width, height and digits; FAILED and EXPIRED have reason",
        "required": ["schema", "job_id", "status", "created_at", "expires_at"],
        "additionalProperties": False,
        "properties": {
            "schema": {"type": "string", "enum": [SCHEMA]},
            "job_id": {"type": "string"},
            "status": {"type": "string", "enum": [str(status) for status in Status]},
            "created_at": _TIME,
            "expires_at": {**_TIME, "description": "After it no result is to be expected"},
            "model": {"type": "string", "pattern": "^[0-9a-f]{12}$"},
            "width": {**_COUNT, "description": "Of the upright picture, in pixels"},
            "height": {**_COUNT, "description": "Of the upright picture, in pixels"},
            "turned": {
                "type": "integer",
                "enum": [0, 90, 180, 270],
                "description": "Degrees by which the upright picture was turned clockwise to be read",
            },
            "digits": {
                "type": "array",
                "description": "In reading order",
                "items": {"$ref": "#/components/schemas/UploadedDigit"},
            },
            "reason": {"$ref": "#/components/schemas/Reason"},
        },
    },
    "UploadedDigit": {
        "type": "object",
        "required": ["digit", "probability", "probabilities", "unsure", "box", "pixels"],
        "additionalProperties": False,
        "properties": {
            "digit": {"type": "integer", "minimum": 0, "maximum": CLASSES - 1},
            "probability": {"type": "number", "description": "That it is this digit"},
            "probabilities": {"type": "array", "minItems": CLASSES, "maxItems": CLASSES, "items": {"type": "number"}},
            "unsure": UNSURE,
            "box": {
                "type": "array",
                "description": "Left, top, width and height in the upright picture, in pixels",
                "minItems": 4,
                "maxItems": 4,
                "items": _COUNT,
            },
            "pixels": {
                "type": "string",
                "format": "byte",
                "description": f"What the model saw: {PIXELS} bytes, row by row, 0 is background",
            },
        },
    },
    "Reason": {
        "type": "object",
        "description": "Why there is no result",
        "required": ["type", "title", "detail"],
        "additionalProperties": False,
        "properties": {"type": {"type": "string"}, "title": {"type": "string"}, "detail": {"type": "string"}},
    },
}


def upload_request_example() -> dict[str, Any]:
    """Give a request."""
    return {"content_type": "image/jpeg", "size_bytes": 4_812_345}


def form_example() -> dict[str, Any]:
    """Give the response to it, without a valid signature."""
    return {
        "job_id": _JOB,
        "upload": {
            "url": "https://bucket.s3.us-east-1.amazonaws.com/",
            "fields": {
                "key": f"{KEY_PREFIX}{_OWNER}/{_JOB}",
                "Content-Type": "image/jpeg",
                "policy": "...",
                "...": "...",
            },
        },
        "channel": f"/predictions/{_OWNER}/{_JOB}",
        "status_url": f"https://api-id.execute-api.us-east-1.amazonaws.com/v1/uploads/{_JOB}",
        "expires_at": "2026-11-22T18:05:00Z",
    }


def job_example() -> dict[str, Any]:
    """Give a job that is done: one seven on a photograph."""
    probabilities = [round(value, 6) for value in SEVEN_PROBABILITIES]
    digit = {
        "digit": SEVEN_DIGIT,
        "probability": probabilities[SEVEN_DIGIT],
        "probabilities": probabilities,
        "unsure": False,
        "box": [1210, 820, 640, 900],
        "pixels": base64.b64encode(seven_pixels()).decode("ascii"),
    }
    times = {"created_at": "2026-11-22T18:00:00Z", "expires_at": "2026-11-22T19:00:00Z"}
    done = {"status": "DONE", "model": MODEL, "width": 4000, "height": 3000, "turned": 0, "digits": [digit]}
    return {"schema": SCHEMA, "job_id": _JOB, **times, **done}
