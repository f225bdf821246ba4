"""Reading a manifest: the promoted one is good, and every bad field of another is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stacks.shared.errors import ConfigurationError
from stacks.shared.manifest import parse_manifest, read_manifest

ROOT = Path(__file__).resolve().parents[3]
FIXTURE = ROOT / "tests/fixtures/manifest.json"


def document() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(FIXTURE.read_text())
    return content


def changed(path: str, value: Any) -> dict[str, Any]:
    content = document()
    *parents, name = path.split(".")
    target = content
    for parent in parents:
        target = target[parent]
    target[name] = value
    return content


def test_a_good_manifest_is_read() -> None:
    manifest = read_manifest(FIXTURE)
    assert manifest.key == f"models/{manifest.sha256}/model.tar.gz"
    assert (manifest.framework_version, manifest.image_tag) == ("3.2.0", "3.2-0")
    assert manifest.data_counts == {"train": 50_000, "validation": 10_000, "test": 10_000}
    assert [each.label for each in manifest.per_class] == list(range(10))


def test_the_promoted_manifest_is_good() -> None:
    assert read_manifest(ROOT / "models/current.json").accuracy > 0.978


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("schema", "digits.model/2"),
        ("artifact.sha256", "ABC"),
        ("artifact.size_bytes", 0),
        ("artifact.size_bytes", True),
        ("artifact.size_bytes", "4300000"),
        ("artifact.size_bytes", 2**40),
        ("artifact.key", "models/latest/model.tar.gz"),
        ("framework.name", "lightgbm"),
        ("framework.version", "3.2"),
        ("framework.image_tag", "3.0-5"),
        ("features", 785),
        ("classes", list(range(1, 11))),
        ("hyperparameters.objective", "multi:softmax"),
        ("data.source", ""),
        ("data.counts", {"train": 50_000, "test": 10_000}),
        ("data.counts", {"train": 50_000, "validation": -1, "test": 10_000}),
        ("metrics.split", "validation"),
        ("metrics.count", 0),
        ("metrics.accuracy", 1.2),
        ("metrics.accuracy", float("nan")),
        ("metrics.log_loss", -0.1),
        ("metrics.log_loss", float("inf")),
        ("metrics.per_class", []),
        ("metrics.per_class", [{"label": label, "precision": 2, "recall": 1} for label in range(10)]),
        ("training.created_at", None),
    ],
)
def test_a_bad_field_is_named_with_its_value(path: str, value: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_manifest(changed(path, value), origin="somewhere.json")
    lines = str(caught.value).splitlines()
    assert lines[0] == "manifest somewhere.json cannot be served:"
    (line,) = [line for line in lines if line.startswith(f"  {path} is ")]
    assert repr(value)[:40] in line
    assert "; allowed is " in line


def test_every_bad_field_is_named() -> None:
    content = document()
    del content["metrics"]
    content["features"] = 783
    with pytest.raises(ConfigurationError) as caught:
        parse_manifest(content, origin="x")
    text = str(caught.value)
    for path in ("features is 783", "metrics.accuracy is missing", "metrics.per_class is missing"):
        assert path in text


@pytest.mark.parametrize("content", [[], None, "text", 3])
def test_what_is_no_object_is_refused(content: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"schema is missing"):
        parse_manifest(content, origin="x")


def test_a_missing_file_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"run 'python -m training promote build/model/manifest\.json'"):
        read_manifest(tmp_path / "none.json")


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe"])
def test_a_file_that_is_no_json_is_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"broken\.json cannot be read"):
        read_manifest(path)


def test_a_folder_is_no_manifest(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_manifest(tmp_path)


def test_the_public_card_tells_no_more_than_it_should() -> None:
    card = read_manifest(FIXTURE).public_card()
    assert set(card) == {
        "schema",
        "sha256",
        "framework",
        "features",
        "classes",
        "metrics",
        "data",
        "created_at",
    }
    assert "key" not in json.dumps(card)


def test_the_public_card_stays_small_with_long_numbers() -> None:
    content = document()
    for row in content["metrics"]["per_class"]:
        row["precision"] = row["recall"] = 0.9876543210987654
    card = parse_manifest(content, origin="x").public_card()
    assert len(json.dumps(card, separators=(",", ":"))) < 3000
