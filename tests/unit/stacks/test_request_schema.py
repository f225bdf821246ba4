"""The request schema that API Gateway gets, made from the OpenAPI document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stacks.api.request_schema import request_schema, to_draft_4
from stacks.shared.errors import ConfigurationError


def test_the_schema_of_the_committed_document() -> None:
    assert request_schema("/predictions") == {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "required": ["instances"],
        "additionalProperties": False,
        "properties": {
            "instances": {
                "type": "array",
                "minItems": 1,
                "maxItems": 1000,
                "items": {
                    "type": "array",
                    "minItems": 784,
                    "maxItems": 784,
                    "items": {"type": "integer", "minimum": 0, "maximum": 255},
                },
            }
        },
    }


def test_an_upload_is_one_type_and_a_size() -> None:
    assert request_schema("/uploads") == {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "required": ["content_type", "size_bytes"],
        "additionalProperties": False,
        "properties": {
            "content_type": {"type": "string", "enum": ["image/png", "image/jpeg"]},
            "size_bytes": {"type": "integer", "minimum": 1, "maximum": 100 * 1024 * 1024},
        },
    }


def test_references_are_followed_and_words_left_out() -> None:
    document = {"components": {"schemas": {"Pixel": {"type": "integer", "description": "ink", "maximum": 255}}}}
    schema = {"title": "Row", "type": "array", "items": {"$ref": "#/components/schemas/Pixel"}}
    assert to_draft_4(schema, document) == {"type": "array", "items": {"type": "integer", "maximum": 255}}


@pytest.mark.parametrize("keyword", ["prefixItems", "const", "exclusiveMinimum", "oneOf", "$defs"])
def test_what_api_gateway_does_not_take_is_named(keyword: str) -> None:
    schema: dict[str, Any] = {"type": "object", "properties": {"a": {keyword: 1}}}
    with pytest.raises(ConfigurationError) as caught:
        to_draft_4(schema, {})
    assert f"request schema has {keyword}; API Gateway is given" in str(caught.value)


@pytest.mark.parametrize("content", ["", "{}", json.dumps({"paths": {"/predictions": {"get": {}}}})])
def test_a_document_without_the_body_is_named(content: str, tmp_path: Path) -> None:
    path = tmp_path / "openapi.json"
    path.write_text(content)
    with pytest.raises(ConfigurationError, match=r"no JSON request body of POST /predictions in .*openapi\.json"):
        request_schema("/predictions", path)


def test_a_missing_document_says_how_to_write_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"python -m http_api\.openapi"):
        request_schema("/predictions", tmp_path / "none.json")
