"""A part of the stream: a Parquet file of labelled digits, and the manifest beside it, `digits.stream-part/1`.

The consumer writes both, the manifest last; a part without one does not count.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from contract.json_fields import JsonFields, parse_json
from contract.schemas import STREAM_PART

OWN_COLUMNS = ("record_id", "sequence_number", "shard")
"""Columns of the file behind those of a labelled digit, all of them strings."""


@dataclass(frozen=True, kw_only=True)
class PartManifest:
    """What a manifest says of its part.

    Attributes
    ----------
    part
        Key that the Parquet file was given.
    sha256, size_bytes, rows
        Of the Parquet file.
    shard, first_sequence_number, last_sequence_number
        Where in the stream its records were.
    ids
        Of its records, in their order.
    """

    part: str
    sha256: str
    size_bytes: int
    rows: int
    shard: str
    first_sequence_number: str
    last_sequence_number: str
    ids: tuple[str, ...]

    def to_bytes(self) -> bytes:
        """The manifest as the object that is stored."""
        return json.dumps({"schema": STREAM_PART, **asdict(self)}, separators=(",", ":")).encode()


def parse_part_manifest(content: bytes, *, name: str, remedy: str) -> PartManifest:
    """Read a manifest.

    Raises
    ------
    ContractError
        If it is not JSON, of another schema, or contradicts itself; the text names every wrong field.
    """
    fields = JsonFields(parse_json(content, name=name, remedy=remedy))
    fields.exactly("schema", STREAM_PART)
    manifest = PartManifest(
        part=fields.text("part"),
        sha256=fields.sha256("sha256"),
        size_bytes=fields.whole("size_bytes", least=1),
        rows=fields.whole("rows", least=1),
        shard=fields.text("shard"),
        first_sequence_number=fields.text("first_sequence_number"),
        last_sequence_number=fields.text("last_sequence_number"),
        ids=fields.text_list("ids"),
    )
    if manifest.rows != len(manifest.ids):
        fields.refuse("rows", f"the number of its ids, {len(manifest.ids)}")
    fields.check(name, remedy=remedy)
    return manifest
