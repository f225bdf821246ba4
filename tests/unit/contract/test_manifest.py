"""Reading a manifest: the promoted one is good, what is written is read, and every wrong field of another is named."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.bucket_layout import artifact_key
from contract.calibration import Calibration
from contract.errors import ContractError
from contract.json_fields import WHOLE_MAX
from contract.manifest import HYPERPARAMETER_TEXT_MAX, TEXT_MAX, Manifest, parse_manifest, read_manifest
from contract.model_card import public_card

ROOT = Path(__file__).resolve().parents[3]
FIXTURE = ROOT / "tests/fixtures/manifest.json"
Change = Callable[[dict[str, Any]], None]


def document() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(FIXTURE.read_text())
    return content


def put(*path: str | int, value: Any) -> Change:
    """A change of one field of a JSON document."""

    def change(content: Any) -> None:
        for step in path[:-1]:
            content = content[step]
        content[path[-1]] = value

    return change


def take(*path: str) -> Change:
    """The removal of one field of a JSON document."""

    def change(content: Any) -> None:
        for step in path[:-1]:
            content = content[step]
        del content[path[-1]]

    return change


def problems_of(*changes: Change) -> list[str]:
    """What is said of the manifest with these changes, a line for each problem."""
    content = document()
    for change in changes:
        change(content)
    with pytest.raises(ContractError) as caught:
        parse_manifest(content, origin="somewhere.json")
    text = str(caught.value)
    assert text.startswith("the manifest somewhere.json cannot be used:")
    assert text.endswith("package the model again")
    if "\n" not in text:
        text = text.replace("cannot be used: ", "cannot be used:\n  ").replace("; package", "\npackage")
    lines = text.splitlines()[1:-1]
    assert all(line.startswith("  ") and "; allowed is " in line for line in lines)
    return [line.removeprefix("  ") for line in lines]


def test_a_good_manifest_is_read() -> None:
    manifest = read_manifest(FIXTURE)
    assert manifest.artifact.key == artifact_key(manifest.artifact.sha256)
    assert (manifest.framework.version, manifest.framework.image_tag) == ("3.2.0", "3.2-0")
    assert manifest.data.counts == {"train": 50_000, "validation": 10_000, "test": 10_000}
    assert [each.label for each in manifest.metrics.per_class] == list(range(10))


def test_the_promoted_manifest_is_good() -> None:
    assert read_manifest(ROOT / "models/current.json").metrics.accuracy > 0.978


@pytest.mark.parametrize("path", [FIXTURE, ROOT / "models/current.json"], ids=lambda path: path.name)
def test_a_manifest_comes_back_as_it_was(path: Path, tmp_path: Path) -> None:
    first: Manifest = read_manifest(path)
    for manifest in (first, replace(first, because="smaller")):
        written = tmp_path / "manifest.json"
        written.write_bytes(manifest.to_bytes())
        assert read_manifest(written) == manifest
    text = written.read_text()
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"
    assert json.loads(first.to_bytes()) == json.loads(path.read_bytes())
    assert "because" not in replace(first, because=None).to_json()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("schema", "digits.model/2"),
        ("artifact", []),
        ("artifact.sha256", "ABC"),
        ("artifact.sha256", "B" * 64),
        ("artifact.size_bytes", 0),
        ("artifact.size_bytes", True),
        ("artifact.size_bytes", "4300000"),
        ("artifact.size_bytes", 2**40),
        ("artifact.key", "models/latest/model.tar.gz"),
        ("framework.name", "lightgbm"),
        ("framework.version", "3.2"),
        ("framework.image_tag", "3.0-5"),
        ("features", 785),
        ("features", "784"),
        ("features", 784.0),
        ("features", True),
        ("classes", list(range(1, 11))),
        ("classes", [1, 2]),
        ("classes", [False, True, *range(2, 10)]),
        ("hyperparameters.objective", "multi:softmax"),
        ("hyperparameters.eta", 0.1),
        ("hyperparameters.eta", ""),
        ("data.source", ""),
        ("data.counts", {"train": 50_000, "test": 10_000}),
        ("data.counts", {"train": 50_000, "validation": 0, "test": 10_000}),
        ("data.counts.validation", -1),
        ("data.counts.train", "many"),
        ("metrics.split", "validation"),
        ("metrics.count", 0),
        ("metrics.accuracy", 1.2),
        ("metrics.accuracy", None),
        ("metrics.accuracy", float("nan")),
        ("metrics.log_loss", -0.1),
        ("metrics.log_loss", float("inf")),
        ("metrics.log_loss", 10**400),
        ("metrics.per_class", []),
        ("metrics.confusion", [[1]]),
        ("training.created_at", None),
        ("training.created_at", "yesterday"),
        ("training.created_at", "2026-11-22T18:00:00"),
        ("training.host.processors", 0),
        ("because", ""),
        ("canonical_form", 2),
        ("canonical_form", "1"),
        ("canonical_form", True),
        ("calibration", 1.0),
        ("calibration", {}),
        ("calibration", {"temperature": 0, "unsure_below": 0.6}),
        ("calibration", {"temperature": 1.2, "unsure_below": 60}),
        ("calibration", {"temperature": 1.2, "unsure_below": 0.6, "unlike_above": None}),
        ("calibration", {"temperature": 1.2, "unsure_below": 0.6, "unlike_above": -1}),
    ],
)
def test_a_wrong_field_is_named_with_its_value(path: str, value: Any) -> None:
    lines = [line for line in problems_of(put(*path.split("."), value=value)) if re.match(rf"{path}(\.\w+)? is ", line)]
    assert lines
    assert isinstance(value, dict) or repr(value)[:40] in lines[0]


def test_form_and_calibration_are_there_only_where_they_are_not_the_usual_ones() -> None:
    manifest = read_manifest(FIXTURE)
    assert (manifest.canonical_form, manifest.calibration) == (0, None)
    assert {"canonical_form", "calibration"} & manifest.to_json().keys() == set()
    measured = replace(
        manifest,
        data=replace(manifest.data, canonical_form=1),
        calibration=Calibration(temperature=1.4, unsure_below=0.75),
    )
    written = measured.to_json()
    assert (written["canonical_form"], written["calibration"]) == (1, {"temperature": 1.4, "unsure_below": 0.75})
    assert "canonical_form" not in written["data"]
    assert parse_manifest(json.loads(measured.to_bytes()), origin="x") == measured


def test_a_distance_that_was_measured_is_written_and_read() -> None:
    calibration = Calibration(temperature=1.4, unsure_below=0.75, unlike_above=2.1)
    measured = replace(read_manifest(FIXTURE), calibration=calibration)
    assert measured.to_json()["calibration"] == {"temperature": 1.4, "unsure_below": 0.75, "unlike_above": 2.1}
    assert parse_manifest(json.loads(measured.to_bytes()), origin="x") == measured


LONG = "x" * (TEXT_MAX + 1)


@pytest.mark.parametrize(
    "change",
    [
        put("data", "source", value=LONG),
        put("data", "source", value="\u00e9" * TEXT_MAX),
        put("data", "split", value=LONG),
        put("data", "sha256", "file", value=LONG),
        put("data", "sha256", LONG, value="x"),
        put("data", "counts", LONG, value=1),
        put("data", "counts", "train", value=10**4000),
        put("framework", "version", value=f"3.2.{'0' * TEXT_MAX}"),
        put("training", "host", "platform", value=LONG),
        put("training", "host", "python", value=LONG),
        put("training", "rounds", value=10**400),
        put("hyperparameters", "updater", value="x" * (HYPERPARAMETER_TEXT_MAX + 1)),
        put("because", value=LONG),
        put(LONG, value="unknown"),
    ],
)
def test_a_manifest_holds_nothing_that_is_too_long_for_what_is_made_of_it(change: Change) -> None:
    assert all(len(line) < 300 for line in problems_of(change))


def test_the_longest_texts_fit_into_what_is_made_of_them() -> None:
    content = document()
    for change in (
        put("data", "source", value="x" * TEXT_MAX),
        put("data", "counts", value=dict.fromkeys(("train", "validation", "test"), WHOLE_MAX)),
        put("hyperparameters", "monotone_constraints", value=f"({', '.join(['0'] * 784)})"),
    ):
        change(content)
    card = json.dumps(public_card(parse_manifest(content, origin="x")), separators=(",", ":"))
    assert len(card) < 3000


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            put("artifact", "sha256", value="c" * 64),
            rf"artifact.key is 'models/c7a3a8.*; allowed is '{artifact_key('c' * 64)}'",
        ),
        (
            put("metrics", "accuracy", value=0.99),
            r"metrics.accuracy is 0.99; allowed is 0.98, for the confusion matrix has 9800 right of 10000 images",
        ),
        (put("metrics", "count", value=99), "metrics.count is 99; allowed is the 10000 images of the confusion matrix"),
        (put("metrics", "confusion", 0, 0, value=-1), r"metrics.confusion is \[\[-1, .*whole numbers of at least 0"),
        (
            put("metrics", "per_class", 3, "label", value=4),
            "metrics.per_class is .*; allowed is one entry for each label 0 to 9, in order",
        ),
        (
            put("metrics", "per_class", 3, "precision", value=2),
            r"metrics.per_class\[3\].precision is 2; allowed is a number from 0 to 1",
        ),
        (put("metrics", "per_class", 3, value="7"), r"metrics.per_class\[3\] is '7'; allowed is an object"),
    ],
    ids=["key", "accuracy", "count", "confusion", "label", "precision", "no object"],
)
def test_fields_that_contradict_each_other_are_named(change: Change, line: str) -> None:
    assert len([found for found in problems_of(change) if re.fullmatch(line, found)]) == 1


@pytest.mark.parametrize(
    "field",
    ["schema", "artifact", "framework", "hyperparameters", "data", "metrics", "training", "features", "classes"],
)
def test_a_missing_field_is_named(field: str) -> None:
    assert [line for line in problems_of(take(field)) if line.startswith(f"{field} is missing; ")] != []


def test_every_wrong_field_is_named() -> None:
    lines = problems_of(take("metrics"), put("features", value=783))
    missing = ("metrics", "metrics.accuracy", "metrics.per_class")
    for start in ("features is 783", *(f"{field} is missing" for field in missing)):
        assert len([line for line in lines if line.startswith(start)]) == 1


@pytest.mark.parametrize("content", [[], None, "text", 3])
def test_what_is_no_object_is_refused(content: Any) -> None:
    with pytest.raises(ContractError, match=r"the document is (.|\n)*schema is missing"):
        parse_manifest(content, origin="x")


def test_a_missing_file_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"no manifest of a model at .*none\.json; run: python -m training package"):
        read_manifest(tmp_path / "none.json")
    with pytest.raises(ContractError, match=r"no current manifest at .*none\.json; look elsewhere$"):
        read_manifest(tmp_path / "none.json", what="current manifest", how_to_get="look elsewhere")


@pytest.mark.parametrize("content", [b"", b"{", b"[", b"\xff\xfe", b"[" * 100_000])
def test_a_file_that_is_no_json_is_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    with pytest.raises(ContractError, match=r"broken\.json cannot be read: it is not JSON \(.*; run 'make train'$"):
        read_manifest(path, how_to_get="run 'make train'")


@pytest.mark.parametrize("text", ["null", "[]", '"x"', "{}"])
def test_json_that_is_no_manifest_says_what_to_run(text: str, tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(text)
    with pytest.raises(ContractError, match=r"manifest\.json cannot be used:(.|\n)*\nrun 'make train'$"):
        read_manifest(path, how_to_get="run 'make train'")


def test_a_folder_is_no_manifest(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="cannot be read"):
        read_manifest(tmp_path)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9), st.lists, max_leaves=4
)


@given(data=st.data())
def test_whatever_stands_in_a_field_it_is_read_or_named(data: st.DataObject) -> None:
    content: Any = document()
    inner = content
    while isinstance(inner, dict | list) and inner:
        keys = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(inner[key], dict | list) or data.draw(st.booleans()):
            inner[key] = data.draw(json_values)
            break
        inner = inner[key]
    try:
        manifest = parse_manifest(content, origin="it")
    except ContractError:
        return
    assert parse_manifest(json.loads(manifest.to_bytes()), origin="it") == manifest
