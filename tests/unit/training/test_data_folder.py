"""The data folder: complete or absent, verified when read, left alone when it is somebody else's."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from contract.canonical import canonical
from tests.support.training_digits import small_data_folder, small_dataset, small_split
from training.common.errors import DataError
from training.common.files import replacing, replacing_folder, sha256_of_file, write_file
from training.data.canonical_split import DRAWN_SEED
from training.data.data_folder import (
    read_data_manifest,
    read_source_split,
    read_split,
    verify,
    write_data_folder,
)
from training.data.data_folder_state import is_current
from training.data.dataset import Split, divide, validate_split
from training.data.distortion import distorted
from training.data.drawn_digits import drawn_digits

pytestmark = pytest.mark.slow


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_it_holds_arrays_channels_and_a_manifest_of_them(tmp_path: Path) -> None:
    manifest = small_data_folder(tmp_path, parts=3)
    files = tree(tmp_path / "data")
    assert files.keys() == {*manifest.files, "data-manifest.json"}
    assert [name for name in files if name.startswith("validation/")] != []
    assert len(manifest.channel_files("train", "csv")) == len(manifest.channel_files("train", "parquet")) == 3
    assert not any("test" in name for name in files if not name.startswith(("arrays/", "source/")))
    assert manifest.counts == {"train": 400, "validation": 100, "test": 100}
    assert manifest.histograms["train"] == [40] * 10
    assert read_data_manifest(tmp_path / "data") == manifest
    assert np.array_equal(read_source_split(tmp_path / "data", "test").images, small_dataset().test.images)
    assert manifest.canonical_form == 1
    assert manifest.published("csv")["canonical_form"] == 1


def test_distorted_copies_are_in_the_channels_and_counted(tmp_path: Path) -> None:
    dataset = small_dataset()
    manifest = write_data_folder(tmp_path / "data", dataset, parts=2, copies=2)
    assert manifest.counts == {"train": 1200, "validation": 100, "test": 100}
    assert manifest.split.endswith("; and to train 2 distorted copies of each image")
    train = read_split(tmp_path / "data", "train")
    assert np.array_equal(train.labels.reshape(3, 400), np.tile(dataset.train.labels, (3, 1)))
    assert np.array_equal(train.images[:400], canonical(dataset.train.images, 1))
    assert np.array_equal(train.images[800:], distorted(train.images[:400], seed=2))
    assert len({image.tobytes() for image in train.images}) == 1200
    assert len(read_source_split(tmp_path / "data", "train")) == 400
    assert is_current(tmp_path / "data", dataset.sha256, parts=2, copies=2)
    assert not is_current(tmp_path / "data", dataset.sha256, parts=2)
    with pytest.raises(DataError, match="21 distorted copies are asked for; allowed are 0 to 20"):
        write_data_folder(tmp_path / "other", dataset, parts=2, copies=21)


def test_drawn_digits_are_in_train_alone_and_copied_and_counted(tmp_path: Path) -> None:
    dataset = small_dataset()
    manifest = write_data_folder(tmp_path / "data", dataset, parts=2, copies=1, drawn=60)
    assert manifest.counts == {"train": 920, "validation": 100, "test": 100}
    assert manifest.drawn == manifest.published("csv")["drawn"] == 60
    assert manifest.histograms["train"] == [80, 122, 80, 80, 110, 80, 80, 128, 80, 80]
    assert manifest.split.endswith("; and to train 60 drawn digits; and to train 1 distorted copy of each image")
    train = read_split(tmp_path / "data", "train")
    images, labels = drawn_digits(60, seed=DRAWN_SEED)
    assert np.array_equal(train.images[400:460], canonical(images, 1))
    assert np.array_equal(train.labels[400:460], labels)
    assert np.array_equal(train.images[460:], distorted(train.images[:460], seed=1))
    for name, digits in {"validation": dataset.validation, "test": dataset.test}.items():
        assert np.array_equal(read_split(tmp_path / "data", name).images, canonical(digits.images, 1))
    assert len(read_source_split(tmp_path / "data", "train")) == 400
    assert is_current(tmp_path / "data", dataset.sha256, parts=2, copies=1, drawn=60)
    assert not is_current(tmp_path / "data", dataset.sha256, parts=2, copies=1)


def test_digits_in_another_form_are_not_current_and_refused_in_a_sentence(tmp_path: Path) -> None:
    small_data_folder(tmp_path)
    path = tmp_path / "data/data-manifest.json"
    document = json.loads(path.read_text())
    for form in (None, 0, 2):
        document |= {"canonical_form": form}
        path.write_text(json.dumps({name: value for name, value in document.items() if value is not None}))
        assert not is_current(tmp_path / "data", small_dataset().sha256, parts=2)
        with pytest.raises(DataError, match=rf"have the canonical form {form or 0}, models are trained on form 1; run"):
            read_split(tmp_path / "data", "train")


def test_the_same_digits_make_the_same_files(tmp_path: Path) -> None:
    small_data_folder(tmp_path / "one")
    small_data_folder(tmp_path / "two")
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_it_is_current_until_something_changes(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    digests = small_dataset().sha256
    assert not is_current(folder, digests, parts=2)
    small_data_folder(tmp_path, parts=2)
    assert is_current(folder, digests, parts=2)
    assert not is_current(folder, digests, parts=3)
    assert not is_current(folder, {"other": "0" * 64}, parts=2)
    part = folder / "train/part-00001.csv"
    part.write_bytes(part.read_bytes()[:-1])
    assert not is_current(folder, digests, parts=2)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "digits.data/1"}', '{"schema": "digits.data/2"}'])
@pytest.mark.slow
def test_a_damaged_manifest_is_not_current_and_is_named(tmp_path: Path, text: str) -> None:
    small_data_folder(tmp_path)
    (tmp_path / "data/data-manifest.json").write_text(text)
    assert not is_current(tmp_path / "data", small_dataset().sha256, parts=2)
    with pytest.raises(DataError, match=r"data-manifest\.json .*; run: python -m training prepare"):
        read_data_manifest(tmp_path / "data")


def test_a_changed_or_missing_array_is_named(tmp_path: Path) -> None:
    manifest = small_data_folder(tmp_path)
    path = tmp_path / "data/arrays/train-images.npy"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DataError, match=r"train-images\.npy is not what its manifest says"):
        read_split(tmp_path / "data", "train")
    path.unlink()
    with pytest.raises(DataError, match=r"train-images\.npy is missing"):
        verify(tmp_path / "data", manifest)


def test_somebody_elses_folder_is_left_alone(tmp_path: Path) -> None:
    write_file(tmp_path / "data/thesis.txt", b"years of work")
    with pytest.raises(DataError, match="was not written by prepare"):
        small_data_folder(tmp_path)
    assert tree(tmp_path) == {"data/thesis.txt": b"years of work"}


class CtrlCError(Exception):
    """Stands for a Ctrl-C in the middle."""


def test_an_interrupted_run_leaves_the_former_folder_and_no_leftovers(tmp_path: Path) -> None:
    small_data_folder(tmp_path)
    before = tree(tmp_path)

    def interrupt(step: str) -> None:
        if step == "validation parquet":
            raise CtrlCError

    changed = replace(small_dataset(), train=small_split(500))
    with pytest.raises(CtrlCError):
        write_data_folder(tmp_path / "data", changed, parts=2, on_step=interrupt)
    assert tree(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_an_interrupted_first_run_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(CtrlCError), replacing_folder(tmp_path / "data") as temporary:  # noqa: PT012
        write_file(temporary / "train/part-00000.csv", b"half")
        raise CtrlCError
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_file_keeps_its_former_content(tmp_path: Path) -> None:
    path = tmp_path / "model"
    write_file(path, b"whole")
    with pytest.raises(CtrlCError), replacing(path) as file:  # noqa: PT012
        file.write(b"ha")
        raise CtrlCError
    assert tree(tmp_path) == {"model": b"whole"}


def test_leftovers_of_the_dead_are_swept_and_those_of_the_living_are_not(tmp_path: Path) -> None:
    dead, living = tmp_path / f".data.{2**22 + 1}.tmp", tmp_path / f".data.{os.getppid()}.tmp"
    for folder in (dead, living):
        folder.mkdir()
    small_data_folder(tmp_path)
    assert not dead.exists()
    assert living.exists()


def test_validation_names_what_is_wrong() -> None:
    good = small_split(50)
    cases = {
        r"shape \(50, 783\)": Split(images=good.images[:, :783], labels=good.labels),
        r"labels of shape \(49,\)": Split(images=good.images, labels=good.labels[:49]),
        "with n > 0": good.slice(0, 0),
        "float32 pixels": Split(images=good.images.astype(np.float32), labels=good.labels),
        "row 50 of train has the label 10": Split(
            images=good.images, labels=np.append(good.labels[:49], 10).astype(np.uint8)
        ),
        "no image of the digit 7": Split(images=good.images[good.labels != 7], labels=good.labels[good.labels != 7]),
        "scaled to 0..1": Split(images=good.images // 255, labels=good.labels),
    }
    for complaint, split in cases.items():
        with pytest.raises(DataError, match=complaint):
            validate_split("train", split)


def test_only_sixty_thousand_training_images_are_mnist() -> None:
    with pytest.raises(DataError, match="holds 400 images, expected 60000"):
        divide(small_split(400), small_split(100), source="idx:x", sha256={})


def test_digests_are_those_of_sha256sum(tmp_path: Path) -> None:
    write_file(tmp_path / "abc", b"abc")
    assert sha256_of_file(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
