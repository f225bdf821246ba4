"""The deployed API says the same as the model does outside of the cloud, to one caller and to many."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from contract.canonical import canonical
from contract.manifest import read_manifest
from tools.api_client import ApiClient
from training.data.dataset import Split
from training.model.artifact import load_model, unpack
from training.model.evaluation import probabilities_of


def test_the_answers_are_those_of_the_model(api: ApiClient, test_split: Split, good_manifest: Path) -> None:
    archive = good_manifest.parent / "model.tar.gz"
    booster = load_model(unpack(archive.read_bytes(), name=archive.name), name=archive.name)
    images = test_split.images[:300]
    answer = api.predict(images.tolist())
    probabilities = np.array([prediction["probabilities"] for prediction in answer.json()["predictions"]])
    known = canonical(images, read_manifest(good_manifest).canonical_form)
    np.testing.assert_allclose(probabilities, probabilities_of(booster, known), atol=1e-6)


def test_a_thousand_rows_are_one_request(api: ApiClient, test_split: Split) -> None:
    answer = api.predict(test_split.images[:1000].tolist())
    digits = np.array([prediction["digit"] for prediction in answer.json()["predictions"]])
    assert (digits == test_split.labels[:1000]).mean() > 0.9


def test_many_callers_at_once_are_all_answered(api: ApiClient, test_split: Split) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda image: api.predict([image.tolist()]), test_split.images[:64]))
    assert {answer.status for answer in answers} == {200}


def test_the_model_card_is_that_of_the_manifest(api: ApiClient, good_manifest: Path) -> None:
    manifest = json.loads(good_manifest.read_text())
    card = api.model().json()
    assert card["sha256"] == manifest["artifact"]["sha256"]
    assert card["metrics"]["accuracy"] == manifest["metrics"]["accuracy"]
