"""The public part of a manifest: it tells no more than it should, stays small, and is read back strictly."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from contract.calibration import Calibration
from contract.errors import ContractError
from contract.manifest import Manifest, read_manifest
from contract.model_card import parse_model_card, public_card

ROOT = Path(__file__).resolve().parents[3]
MANIFEST = read_manifest(ROOT / "tests/fixtures/manifest.json")


def text_of(manifest: Manifest) -> str:
    return json.dumps(public_card(manifest), separators=(",", ":"), sort_keys=True)


def test_it_tells_no_more_than_it_should() -> None:
    card = public_card(MANIFEST)
    assert set(card) == {
        "schema",
        "sha256",
        "framework",
        "features",
        "classes",
        "canonical_form",
        "calibration",
        "metrics",
        "data",
    }
    assert "key" not in json.dumps(card)


def test_the_same_model_trained_again_has_the_same_card() -> None:
    host = replace(MANIFEST.training.host, platform="another", processors=64)
    run = replace(MANIFEST.training, created_at="2027-01-01T00:00:00+00:00", seconds=1.0, host=host)
    assert text_of(replace(MANIFEST, training=run)) == text_of(MANIFEST)


def test_it_stays_small_with_long_numbers() -> None:
    long = 0.9876543210987654
    rows = tuple(replace(row, precision=long, recall=long) for row in MANIFEST.metrics.per_class)
    assert len(text_of(replace(MANIFEST, metrics=replace(MANIFEST.metrics, per_class=rows)))) < 3000


def test_what_is_written_is_read() -> None:
    card = parse_model_card(text_of(MANIFEST), name="MODEL_CARD")
    assert card.document == public_card(MANIFEST)
    assert (card.sha256, card.short_digest) == (MANIFEST.artifact.sha256, MANIFEST.artifact.sha256[:12])


def test_a_card_without_form_and_calibration_is_that_of_a_raw_model() -> None:
    document = {name: value for name, value in public_card(MANIFEST).items() if name[:2] != "ca"}
    card = parse_model_card(json.dumps(document), name="MODEL_CARD")
    assert (card.canonical_form, card.calibration) == (0, Calibration(temperature=1.0, unsure_below=0.6))


def test_form_and_calibration_come_from_the_manifest() -> None:
    calibration = Calibration(temperature=1.5, unsure_below=0.7, unlike_above=1.9)
    manifest = replace(MANIFEST, data=replace(MANIFEST.data, canonical_form=1), calibration=calibration)
    card = parse_model_card(text_of(manifest), name="MODEL_CARD")
    assert (card.canonical_form, card.calibration) == (1, calibration)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sha256": "abc"}, "sha256 is 'abc'; allowed is 64 lower-case hexadecimal digits"),
        ({"canonical_form": 2}, "canonical_form is 2; allowed is a whole number from 0 to 1"),
        ({"features": 785}, "features is 785; allowed is 784"),
        ({"classes": [1, 0]}, r"classes is \[1, 0\]; allowed is \[0, 1, 2, 3, 4, 5, 6, 7, 8, 9\]"),
    ],
)
def test_another_model_is_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(ContractError, match=f"^MODEL_CARD cannot be used: {said}; deploy"):
        parse_model_card(json.dumps(public_card(MANIFEST) | changes), name="MODEL_CARD")
