"""The canonical form: every way to the model gives the same bytes, in any batch, and they are what they were."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from contract.calibration import Calibration
from contract.canonical import canonical, canonical_rows
from contract.digit import CANONICAL_FORMS, PIXELS, SIDE
from contract.errors import ContractError
from contract.model_card import ModelCard
from digit_model.classify import classify
from gateway.events import Request
from prediction.application import Application
from tests.support.fakes import FakeEndpoint
from training.data.channel_reading import read_channel
from training.data.data_folder import read_source_split, read_split, read_test_split, write_data_folder
from training.data.dataset import Dataset, Split

FORM_1_SHA256 = "18ef7451dee3df0539ee8d7bef640dd1d00f2020c922efddc20a8ad0f34efac9"
"""Of form 1 of `images`: another value is another form, and needs another version."""


def images(count: int = 120) -> npt.NDArray[np.uint8]:
    """Noise, blobs, strokes, single pixels, a blank and a full field: integers of a fixed generator."""
    state = np.arange(1, count * PIXELS + 1, dtype=np.uint64) * np.uint64(6364136223846793005)
    noise = (state >> np.uint64(40)).astype(np.uint8).reshape(count, SIDE, SIDE)
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    for number in range(count):
        slope, width = number % 7 - 3, 2 + number % 5
        stroke = abs(2 * (x - 14) + slope * (y - 14)) < width * 2
        noise[number] = np.where(stroke & (y > number % 9) & (y < 20 + number % 8), noise[number] | 128, 0)
    noise[0], noise[1] = 0, 255
    noise[2], noise[3] = 0, 0
    noise[2, 0, 5], noise[3, SIDE - 1, SIDE - 1] = 1, 255
    return noise.reshape(count, PIXELS)


def test_the_bytes_of_a_form_never_change() -> None:
    assert hashlib.sha256(canonical(images(), 1).tobytes()).hexdigest() == FORM_1_SHA256


@pytest.mark.parametrize("size", [1, 7, 119])
def test_an_image_gives_the_same_bytes_in_any_batch(size: int) -> None:
    whole = images()
    pieces = [canonical(whole[start : start + size], 1) for start in range(0, len(whole), size)]
    assert np.array_equal(np.concatenate(pieces), canonical(whole, 1))
    assert np.array_equal(canonical(np.asfortranarray(whole[::-1]), 1)[::-1], canonical(whole, 1))


def test_a_digit_may_stand_anywhere() -> None:
    small = np.zeros((1, SIDE, SIDE), dtype=np.uint8)
    small[0, 5:17, 8:12] = images()[5].reshape(SIDE, SIDE)[5:17, 8:12]
    for rows in (-4, 0, 8):
        moved = np.roll(small, (rows, 3), axis=(1, 2)).reshape(1, PIXELS)
        assert np.array_equal(canonical(moved, 1), canonical(small.reshape(1, PIXELS), 1))


def test_slant_is_taken_out_and_the_ink_fitted_and_centred() -> None:
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    leaning = np.where((abs(x - 20 + y * 0.7) < 2) & (y > 6) & (y < 19), 255, 0).astype(np.uint8)
    upright = canonical(leaning.reshape(1, PIXELS), 1).reshape(SIDE, SIDE).astype(float)
    rows, columns = np.nonzero(upright > 128)
    assert 19 <= np.ptp(rows) + 1 <= 20
    mass = upright.sum()
    row, column = (upright * y).sum() / mass, (upright * x).sum() / mass
    assert abs(row - 13.5) < 0.3
    assert abs(column - 13.5) < 0.3
    assert abs((upright * (y - row) * (x - column)).sum() / (upright * (y - row) ** 2).sum()) < 0.05
    assert np.ptp(columns) < np.ptp(np.nonzero(leaning)[1])


def test_a_blank_stays_blank_and_all_ink_stays_inside() -> None:
    assert not canonical(np.zeros((1, PIXELS), dtype=np.uint8), 1).any()
    foot = np.zeros((1, SIDE, SIDE), dtype=np.uint8)
    foot[0, 4, 13], foot[0, 20:24, 4:24] = 255, 255
    fitted = canonical(foot.reshape(1, PIXELS), 1).reshape(SIDE, SIDE)
    assert fitted.sum(dtype=int) == pytest.approx(foot.sum(dtype=int), rel=0.02)


def test_form_0_is_the_image() -> None:
    assert np.array_equal(canonical(images(), 0), images())
    assert canonical_rows([bytes(PIXELS)], 0) == [bytes(PIXELS)]
    assert canonical_rows([], 1) == []


def test_other_versions_and_shapes_are_refused() -> None:
    with pytest.raises(ContractError, match="the canonical form 2 is not known; allowed is 0 or 1"):
        canonical(images(), 2)
    floats: Any = images().astype(np.float32)
    for wrong in (images()[:, 1:], floats, images()[0]):
        with pytest.raises(ContractError, match=r"allowed is uint8 \(n, 784\)"):
            canonical(wrong, 1)


def sent_by_classify(rows: list[bytes], version: int) -> list[bytes]:
    endpoint = FakeEndpoint()
    classify(rows, endpoint, canonical_form=version, calibration=Calibration())
    return rows_of(endpoint)


def sent_by_api(rows: list[bytes], version: int) -> list[bytes]:
    endpoint = FakeEndpoint()
    card = ModelCard(document={}, sha256="ab" * 32, canonical_form=version)
    body = json.dumps({"instances": [list(row) for row in rows]})
    headers = {"content-type": "application/json"}
    request = Request(method="POST", resource="/predictions", headers=headers, raw_body=body, is_base64=False)
    Application(card=card, endpoint=endpoint).predict(request)
    return rows_of(endpoint)


def rows_of(endpoint: FakeEndpoint) -> list[bytes]:
    return [bytes(map(int, line.split(b","))) for line in endpoint.received[-1].splitlines()]


@pytest.mark.parametrize("version", CANONICAL_FORMS)
def test_every_way_to_the_model_gives_the_same_bytes(tmp_path: Path, version: int) -> None:
    raw, labels = images(), (np.arange(120) % 10).astype(np.uint8)
    rows = [image.tobytes() for image in raw]
    expected = [image.tobytes() for image in canonical(raw, version)]
    assert canonical_rows(rows, version) == expected
    assert sent_by_classify(rows, version) == expected
    assert sent_by_api(rows, version) == expected
    split = Split(images=raw, labels=labels)
    dataset = Dataset(train=split, validation=split, test=split, source="idx:x", sha256={})
    folder = tmp_path / "data"
    write_data_folder(folder, dataset, parts=2)
    assert np.array_equal(read_source_split(folder, "test").images, raw)
    assert [image.tobytes() for image in read_test_split(folder, canonical_form=version).images] == expected
    if version == max(CANONICAL_FORMS):
        channels = [read_channel(folder / name) for name in ("train", "validation", "train-parquet")]
        for written in (*(read_split(folder, name) for name in dataset.splits()), *channels):
            assert [image.tobytes() for image in written.images] == expected
