"""The deployed API says which digit it is, and says the same as the model does outside of the cloud."""

from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tools.api_client import ApiClient
from tools.pixels import png_of
from training.data.dataset import Split
from training.model.artifact import load_model, unpack
from training.model.evaluation import probabilities_of


@pytest.mark.parametrize("digit", range(10))
def test_each_digit_is_recognised(api: ApiClient, test_split: Split, digit: int) -> None:
    image = test_split.images[int((test_split.labels == digit).argmax())]
    answer = api.predict([image.tolist()])
    assert answer.status == 200
    (prediction,) = answer.json()["predictions"]
    assert prediction["digit"] == digit
    assert np.argmax(prediction["probabilities"]) == digit
    assert sum(prediction["probabilities"]) == pytest.approx(1, abs=1e-5)


def test_the_answers_are_those_of_the_model(api: ApiClient, test_split: Split, good_manifest: Path) -> None:
    archive = good_manifest.parent / "model.tar.gz"
    booster = load_model(unpack(archive.read_bytes(), name=archive.name), name=archive.name)
    answer = api.predict(test_split.images[:300].tolist())
    probabilities = np.array([prediction["probabilities"] for prediction in answer.json()["predictions"]])
    np.testing.assert_allclose(probabilities, probabilities_of(booster, test_split.images[:300]), atol=1e-6)


def test_a_thousand_rows_are_one_request(api: ApiClient, test_split: Split) -> None:
    answer = api.predict(test_split.images[:1000].tolist())
    digits = np.array([prediction["digit"] for prediction in answer.json()["predictions"]])
    assert (digits == test_split.labels[:1000]).mean() > 0.93


@pytest.mark.parametrize("digit", range(10))
def test_a_picture_of_each_digit_is_recognised(api: ApiClient, test_split: Split, digit: int) -> None:
    image = test_split.images[int((test_split.labels == digit).argmax())]
    assert api.predict_image(png_of(image)).json()["predictions"][0]["digit"] == digit


def test_a_jpeg_is_recognised(api: ApiClient, test_split: Split) -> None:
    image = test_split.images[int((test_split.labels == 7).argmax())].reshape(28, 28)
    buffer = io.BytesIO()
    Image.fromarray(255 - image).resize((560, 560)).convert("RGB").save(buffer, format="JPEG", quality=80)
    answer = api.predict_image(buffer.getvalue(), content_type="image/jpeg")
    assert answer.json()["predictions"][0]["digit"] == 7


def test_many_callers_at_once_are_all_answered(api: ApiClient, test_split: Split) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda image: api.predict([image.tolist()]), test_split.images[:64]))
    assert {answer.status for answer in answers} == {200}


def test_the_model_card_is_that_of_the_manifest(api: ApiClient, good_manifest: Path) -> None:
    manifest = json.loads(good_manifest.read_text())
    card = api.model().json()
    assert card["sha256"] == manifest["artifact"]["sha256"]
    assert card["metrics"]["accuracy"] == manifest["metrics"]["accuracy"]
