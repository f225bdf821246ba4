"""Writes the OpenAPI document of the HTTP API from the functions' own tables.

Run as `PYTHONPATH=lambda_src python -m http_api.openapi`.
The document is committed beside this module as `openapi.json`. The stacks read the request schema out of it as the
model of API Gateway's request validator, which knows JSON Schema draft 4 only. OpenAPI 3.0.3, because API Gateway reads
no 3.1. The functions themselves do not use it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from http import HTTPStatus
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from gateway.events import BODY_BYTES_MAX
from gateway.http_app import PROBLEM_TYPE
from gateway.problems import (
    BODY_TOO_LARGE,
    INTERNAL_ERROR,
    INVALID_JSON,
    MALFORMED_REQUEST,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    UNSUPPORTED_MEDIA_TYPE,
    ProblemType,
)
from http_api.openapi_schemas import SCHEMAS, request_example, response_example
from http_api.problem_table import PREDICTION_PROBLEMS
from http_api.upload_schemas import UPLOAD_SCHEMAS, form_example, job_example, upload_request_example
from prediction.application import MEDIA_TYPES, MODEL, PREDICTIONS
from upload_jobs.problems import NO_SUCH_UPLOAD, STORAGE_UNAVAILABLE, UPLOAD_TOO_LARGE, WRONG_UPLOAD
from uploads.application import UPLOAD, UPLOADS
from vision.limits import IMAGE_PIXELS_MAX

PATH = Path(__file__).with_name("openapi.json")

_REQUEST_ID = "8c0f4a0e-1f0b-4a53-9a56-3a3f5d1c9b2e"

_JSON = "application/json"

_PHRASES = {413: "Request Entity Too Large", 422: "Unprocessable Entity"}
"""Statuses whose phrase differs between versions of Python: 3.13 has the newer words of RFC 9110."""

_UNUSUAL = (NOT_FOUND, METHOD_NOT_ALLOWED)


def document() -> dict[str, Any]:
    """Build the OpenAPI document; the same code gives the same document."""
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Digits",
            "version": "1",
            "description": "Recognises the digit in a picture. Errors are problem documents (RFC 9457).",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "servers": [
            {
                "url": "https://{api}.execute-api.{region}.amazonaws.com/v1",
                "variables": {"api": {"default": "api-id"}, "region": {"default": "us-east-1"}},
            }
        ],
        "security": [{"sigv4": []}, {"person": []}],
        "paths": {
            PREDICTIONS: {"post": _predict()},
            MODEL: {"get": _show_model()},
            UPLOADS: {"post": _begin_upload()},
            UPLOAD: {"get": _show_upload()},
        },
        "components": {
            "schemas": {**SCHEMAS, **UPLOAD_SCHEMAS},
            "securitySchemes": {
                "sigv4": {
                    "type": "apiKey",
                    "name": "Authorization",
                    "in": "header",
                    "x-amazon-apigateway-authtype": "awsSigv4",
                    "description": "AWS Signature Version 4, service execute-api: the API for services",
                },
                "person": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "ID token of the user pool: the API for users",
                },
            },
        },
    }


def render() -> str:
    """Write the document as text: two spaces, lists of numbers on one line, a newline at the end."""
    text = json.dumps(document(), indent=2)
    return re.sub(r"\[\s+(-?\d[^][{}\"]*?)\s+\]", lambda match: f"[{' '.join(match[1].split())}]", text) + "\n"


def main() -> None:
    """Write the document to its file."""
    argparse.ArgumentParser(prog="python -m http_api.openapi", description=main.__doc__).parse_args()
    PATH.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"wrote {PATH}\n")


def _predict() -> dict[str, Any]:
    return {
        "operationId": "predict",
        "summary": "Predict digits from rows of pixels, or one digit from a picture",
        "description": (
            f"A body has at most {BODY_BYTES_MAX} bytes. A picture has at most {IMAGE_PIXELS_MAX} pixels and shows one "
            "digit, dark on light or light on dark; it is made grey, cropped, scaled and centred as MNIST's images "
            "are. Transparent parts count as white, the EXIF orientation is followed, an animation is refused."
        ),
        "requestBody": {"required": True, "content": {media_type: _body(media_type) for media_type in MEDIA_TYPES}},
        "responses": {
            "200": _success("One prediction a row, in their order", "PredictionResponse", response_example()),
            **_problems([problem for problem in PREDICTION_PROBLEMS if problem not in _UNUSUAL]),
        },
    }


def _show_model() -> dict[str, Any]:
    return {
        "operationId": "showModel",
        "summary": "Get the deployed model, its metrics and its training data",
        "responses": {"200": _success("The model card", "ModelCard"), **_problems([INTERNAL_ERROR])},
    }


def _begin_upload() -> dict[str, Any]:
    content = {_JSON: {"schema": _reference("UploadRequest"), "example": upload_request_example()}}
    refusals = (MALFORMED_REQUEST, INVALID_JSON, BODY_TOO_LARGE, UPLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, WRONG_UPLOAD)
    return {
        "operationId": "beginUpload",
        "summary": "Request the upload of a picture that is too large for POST /predictions",
        "description": (
            "Send the fields and then the file as multipart/form-data to the address in the response, before it "
            "expires. S3 rejects a larger file, another type, and another key. The result is published on "
            "the channel, and available at status_url."
        ),
        "requestBody": {"required": True, "content": content},
        "responses": {
            "201": _success("The form for one upload, and where its result will be", "UploadForm", form_example()),
            **_problems([*refusals, INTERNAL_ERROR, STORAGE_UNAVAILABLE]),
        },
    }


def _show_upload() -> dict[str, Any]:
    return {
        "operationId": "showUpload",
        "summary": "Get the status and the result of an upload, for the caller who created it",
        "parameters": [
            {"name": "job_id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
        ],
        "responses": {
            "200": _success("How far it is, or how it ended", "Upload", job_example()),
            **_problems([NO_SUCH_UPLOAD, INTERNAL_ERROR, STORAGE_UNAVAILABLE]),
        },
    }


def _body(media_type: str) -> dict[str, Any]:
    if media_type == _JSON:
        return {"schema": _reference("PredictionRequest"), "example": request_example()}
    return {"schema": {"type": "string", "format": "binary", "maxLength": BODY_BYTES_MAX}}


def _success(description: str, schema: str, example: object = None) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": _reference(schema)}
    if example is not None:
        content["example"] = example
    return {"description": description, "content": {_JSON: content}}


def _problems(problems: Sequence[ProblemType]) -> dict[str, Any]:
    by_status = sorted(problems, key=attrgetter("status"))
    grouped = {str(status): _problem(status, list(group)) for status, group in groupby(by_status, attrgetter("status"))}
    refused = {
        "401": {"description": "No valid token of a user; the response comes from API Gateway"},
        "403": {"description": "Not signed, or not allowed; the response comes from API Gateway"},
    }
    return dict(sorted({**grouped, **refused}.items()))


def _problem(status: int, problems: Sequence[ProblemType]) -> dict[str, Any]:
    examples = {problem.slug: {"summary": problem.title, "value": _problem_example(problem)} for problem in problems}
    response: dict[str, Any] = {
        "description": "; ".join([_phrase(status), *(problem.title for problem in problems)]),
        "content": {PROBLEM_TYPE: {"schema": _reference("Problem"), "examples": examples}},
    }
    waits = [problem.retry_after_seconds for problem in problems if problem.retry_after_seconds is not None]
    if waits:
        response["headers"] = {
            "Retry-After": {
                "description": "Seconds to wait before trying again",
                "schema": {"type": "integer", "minimum": min(waits), "maximum": 2 * max(waits)},
            }
        }
    return response


def _phrase(status: int) -> str:
    return _PHRASES.get(status, HTTPStatus(status).phrase)


def _problem_example(problem: ProblemType) -> dict[str, Any]:
    return {
        "type": problem.uri,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.remedy,
        "instance": _REQUEST_ID,
    }


def _reference(schema: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{schema}"}


if __name__ == "__main__":
    main()
