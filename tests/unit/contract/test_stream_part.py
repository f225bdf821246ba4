"""The manifest of a part of the stream: what is written is read, and what is wrong is named."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from contract.digit import COLUMN_NAMES, PIXELS
from contract.errors import ContractError
from contract.stream_part import OWN_COLUMNS, PartManifest, parse_part_manifest

MANIFEST = PartManifest(
    part="stream/parts/shardId-0/1-2-ab.parquet",
    sha256="ab" * 32,
    size_bytes=1000,
    rows=2,
    shard="shardId-0",
    first_sequence_number="1",
    last_sequence_number="2",
    ids=("a", "b"),
)


def test_columns_are_those_of_a_channel_and_three_more() -> None:
    assert (COLUMN_NAMES[:2], COLUMN_NAMES[-1]) == (("label", "pixel_000"), f"pixel_{PIXELS - 1}")
    assert len(COLUMN_NAMES) == 1 + PIXELS
    assert OWN_COLUMNS == ("record_id", "sequence_number", "shard")


def test_what_is_written_is_read() -> None:
    content = MANIFEST.to_bytes()
    assert parse_part_manifest(content, name="a.json", remedy="look") == MANIFEST
    assert content.startswith(b'{"schema":"digits.stream-part/1","part":"stream/parts/')


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"schema": "digits.stream-part/2"}, "schema is 'digits.stream-part/2'; allowed is 'digits.stream-part/1'"),
        ({"rows": 3}, "rows is 3; allowed is the number of its ids, 2"),
        ({"ids": ["a", 7]}, r"ids is \['a', 7\]; allowed is a list of texts that are not empty"),
        ({"sha256": "x"}, "sha256 is 'x'; allowed is 64 lower-case hexadecimal digits"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], said: str) -> None:
    content = json.dumps(json.loads(MANIFEST.to_bytes()) | changes).encode()
    with pytest.raises(ContractError, match=rf"^a\.json cannot be used:\s+{said}(.|\n)*look$"):
        parse_part_manifest(content, name="a.json", remedy="look")


def test_no_ids_are_no_part() -> None:
    with pytest.raises(ContractError, match="rows is 0; allowed is a whole number of at least 1"):
        parse_part_manifest(replace(MANIFEST, rows=0, ids=()).to_bytes(), name="a.json", remedy="look")
