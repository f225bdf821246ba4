"""The JSON schemas of requests, for API Gateway: read from the OpenAPI document of the functions, as data.

API Gateway takes JSON Schema draft 4 without references to elsewhere and without the annotations of OpenAPI.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from stacks.shared.errors import ConfigurationError

OPENAPI_PATH = Path(__file__).resolve().parents[2] / "lambda_src/http_api/openapi.json"

ALLOWED = frozenset(
    {
        "type",
        "properties",
        "required",
        "items",
        "minItems",
        "maxItems",
        "minimum",
        "maximum",
        "enum",
        "additionalProperties",
    }
)
"""The keywords that are passed on."""

LEFT_OUT = frozenset({"title", "description", "example", "examples", "default"})
"""The keywords that say nothing about what is valid."""


def request_schema(resource: str, path: Path = OPENAPI_PATH) -> dict[str, Any]:
    """Read the schema of the JSON body of `POST` to a resource, such as `/predictions`.

    Raises
    ------
    ConfigurationError
        If the document is missing or has no such body, or a keyword that API Gateway does not support.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        operation = document["paths"][resource]["post"]
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
    except (OSError, ValueError, KeyError) as error:
        msg = (
            f"no JSON request body of POST {resource} in {path} ({error!r}): "
            "write the document with 'PYTHONPATH=lambda_src python -m http_api.openapi'"
        )
        raise ConfigurationError(msg) from error
    return {"$schema": "http://json-schema.org/draft-04/schema#", **to_draft_4(schema, document)}


def to_draft_4(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """Follow references within `document`, and leave out what only describes.

    Raises
    ------
    ConfigurationError
        If there is a keyword that API Gateway does not support.
    """
    if "$ref" in schema:
        return to_draft_4(_resolve(schema["$ref"], document), document)
    kept = {name: value for name, value in schema.items() if name not in LEFT_OUT}
    if unknown := kept.keys() - ALLOWED:
        msg = f"request schema has {', '.join(sorted(unknown))}; API Gateway is given {', '.join(sorted(ALLOWED))} only"
        raise ConfigurationError(msg)
    if "items" in kept:
        kept["items"] = to_draft_4(kept["items"], document)
    if "properties" in kept:
        kept["properties"] = {name: to_draft_4(each, document) for name, each in kept["properties"].items()}
    return kept


def _resolve(reference: str, document: dict[str, Any]) -> dict[str, Any]:
    value: Any = document
    for name in reference.removeprefix("#/").split("/"):
        value = value[name]
    return dict(value)
