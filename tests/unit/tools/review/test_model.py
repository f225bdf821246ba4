"""Two cards of models side by side: what got worse, what differs, and which cards are refused."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from contract.xgboost_image import END_OF_PATCH
from tools.review.model import ModelComparison, compare_models, parse_model

CARD: dict[str, Any] = json.loads((Path(__file__).resolve().parents[4] / "tests/fixtures/model.json").read_text())
OTHER = "ab" * 32


def changed(*changes: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The card of a model after some changes."""
    card = copy.deepcopy(CARD)
    for change in changes:
        change(card)
    return card


def put(*path: str | int, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(card: Any) -> None:
        for step in path[:-1]:
            card = card[step]
        card[path[-1]] = value

    return change


def another_artifact(card: dict[str, Any]) -> None:
    card["artifact"] |= {"sha256": OTHER, "key": f"models/{OTHER}/model.tar.gz"}


def mistaken(label: int, *, by: int) -> Callable[[dict[str, Any]], None]:
    """So many images of a digit more (or less, below 0) that are taken for the next one, with all that follows."""

    def change(card: dict[str, Any]) -> None:
        metrics, other = card["metrics"], (label + 1) % 10
        metrics["confusion"][label][label] -= by
        metrics["confusion"][label][other] += by
        rows = metrics["confusion"]
        metrics["accuracy"] = sum(rows[each][each] for each in range(10)) / metrics["count"]
        for entry in metrics["per_class"]:
            at = entry["label"]
            right, said = rows[at][at], sum(row[at] for row in rows)
            entry |= {"recall": right / entry["support"], "precision": right / said}
            entry["f1"] = 2 * right / (entry["support"] + said)

    return change


def compared(head: Any, base: Any = CARD, **options: Any) -> ModelComparison:
    found = compare_models(base, head, **options)
    assert found is not None
    return found


def test_the_same_card_is_no_change() -> None:
    assert compare_models(CARD, copy.deepcopy(CARD)) is None
    assert compare_models(None, None) is None


def test_a_better_model_is_worse_in_nothing() -> None:
    found = compared(changed(another_artifact, mistaken(9, by=-1), put("metrics", "log_loss", value=0.06)))
    assert (found.refused, found.worse) == (False, ())
    assert found.verdict == "another model, worse in nothing that is measured"
    assert "worse" not in found.as_markdown().partition("\n")[2]


def test_what_got_worse_is_named() -> None:
    found = compared(changed(another_artifact, mistaken(4, by=30), put("metrics", "log_loss", value=0.08)))
    assert [fact.name for fact in found.worse] == ["accuracy", "log-loss", "recall of 4"]
    assert found.verdict == "another model, worse in accuracy, log-loss, recall of 4"
    assert "| recall of 4 | 0.9776 | 0.9470 | **worse** |" in found.as_markdown()
    assert "| recall of 5 | 0.9731 | 0.9731 | same |" in found.as_markdown()
    assert "  recall of 4  0.9776 -> 0.9470  (worse)\n" in found.as_text()


def test_a_recall_may_fall_while_the_accuracy_grows() -> None:
    found = compared(changed(another_artifact, mistaken(1, by=2), mistaken(9, by=-4)))
    assert [fact.name for fact in found.worse] == ["recall of 1"]


def test_size_hyperparameters_data_and_run_stand_side_by_side() -> None:
    found = compared(
        changed(
            another_artifact,
            put("artifact", "size_bytes", value=1_000_000),
            put("hyperparameters", "eta", value="0.3"),
            put("hyperparameters", "gamma", value="1"),
            put("data", "counts", "train", value=40_000),
            put("data", "sha256", "train-images-idx3-ubyte", value="f" * 64),
            put("training", "seconds", value=12.0),
        )
    )
    differing = {fact.name: (fact.before, fact.after) for fact in found.facts if fact.changed}
    assert differing == {
        "artifact": (CARD["artifact"]["sha256"][:12], OTHER[:12]),
        "size": ("2,074,509 bytes", "1,000,000 bytes"),
        "training time": ("164.5 s", "12.0 s"),
        "images train": ("50000", "40000"),
        "digest train-images-idx3-ubyte": ("ba891046e650", "f" * 12),
        "hyperparameter eta": ("0.25", "0.3"),
        "hyperparameter gamma": ("", "1"),
    }
    assert "the models learned from different files" in found.notes
    text = found.as_text()
    assert "hyperparameter gamma" in text
    assert "- -> 1" in text


def test_the_end_of_patching_stands_beside_the_image() -> None:
    end = END_OF_PATCH["3.2-0"]
    head = changed(another_artifact)
    assert f"3.2-0 (security fixes until {end})" in compared(head).as_text()
    assert compared(head, today=end).notes == ()
    late = compared(head, today=end + timedelta(days=1))
    assert late.notes == (f"the image 3.2-0 has had no security fixes since {end}",)
    assert f"3.2-0 (no security fixes since {end})" in late.as_markdown()


def test_metrics_on_other_images_are_said_to_be() -> None:
    rows = [[0] * at + [10] + [0] * (9 - at) for at in range(10)]
    per_class = [{"label": at, "precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 10} for at in range(10)]
    metrics = {"split": "test", "count": 100, "accuracy": 1.0, "log_loss": 0.1}
    head = changed(another_artifact, put("metrics", value=metrics | {"per_class": per_class, "confusion": rows}))
    head["data"]["counts"]["test"] = 100
    (note,) = compared(head).notes
    assert note.startswith("the models were scored on different test images")


def test_the_same_model_trained_again_is_said_to_be() -> None:
    found = compared(changed(put("training", "created_at", value="2027-01-01T00:00:00+00:00")))
    assert found.same_artifact
    assert found.verdict == "the artifact is the same; only its description differs"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (put("artifact", "sha256", value=OTHER), "the key of the artifact does not carry its digest: artifact.key is"),
        (put("artifact", "key", value="models/new/model.tar.gz"), "the key of the artifact does not carry its digest"),
        (put("metrics", "accuracy", value=0.999), "metrics.accuracy is 0.999; allowed is 0.9805, for the confusion"),
        (put("metrics", "count", value=9_000), "metrics.count is 9000; allowed is the 10000 images of the confusion"),
        (put("metrics", "per_class", 3, "recall", value=0.999), "metrics.per_class[3].recall is 0.999, but the conf"),
        (put("metrics", "per_class", 3, "precision", value=0.5), "metrics.per_class[3].precision is 0.5, but the conf"),
        (put("metrics", "per_class", 3, "f1", value=0.5), "metrics.per_class[3].f1 is 0.5, but the confusion matrix"),
        (put("metrics", "per_class", 3, "support", value=1), "metrics.per_class[3].support is 1, but the confusion"),
        (put("data", "counts", "test", value=9_999), "metrics.count is 10000, but data.counts.test says that 9999"),
        (put("training", "best_round", value=101), "training.best_round is 101, but there were only 100 rounds"),
        (put("framework", "image_tag", value="3.2-9"), "framework.image_tag is '3.2-9'; known are 3.0-5, 3.2-0"),
    ],
)
def test_a_card_that_cannot_be_true_is_refused(change: Callable[[dict[str, Any]], None], said: str) -> None:
    found = compared(changed(change))
    assert found.refused
    (problem,) = found.problems
    assert problem.startswith(said)
    assert found.verdict.startswith(f"the card of the model is refused: {said}")
    assert f"REFUSED: {said}" in found.as_text()
    assert "- **refused**: " in found.as_markdown()


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", "7", '{"schema": "digits.model/1"}', "[" * 100_000, b"\xff"]
)
def test_a_broken_file_is_sentences(content: str | bytes) -> None:
    found = compared(parse_model(content))
    assert found.refused
    assert found.head is None
    assert len(found.as_text().splitlines()) < 15
    assert found.as_json()["head"] is None


def test_a_removed_file_is_refused_and_a_broken_base_is_noted() -> None:
    assert compared(None).problems == ("models/current.json is removed, so the stacks have no model to deploy",)
    found = compared(CARD, base=parse_model("{"))
    assert not found.refused
    assert found.notes == ("the models/current.json of the base cannot be read, so there is nothing to compare with",)
    assert found.facts[0].before == ""


def test_a_first_model_has_one_card() -> None:
    found = compared(CARD, base=None)
    assert (found.refused, found.worse, found.notes) == (False, (), ())
    assert "| accuracy |  | 0.9805 |  |" in found.as_markdown()


def test_the_json_is_json() -> None:
    found = compared(changed(another_artifact, mistaken(4, by=1)), today=date(2026, 12, 1))
    document = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert document["worse"] == ["accuracy", "recall of 4"]
    assert document["base"]["artifact"] == CARD["artifact"]
    assert document["head"]["artifact"]["sha256"] == OTHER
    assert (document["refused"], document["problems"]) == (False, [])


def test_what_a_stranger_wrote_is_shown_and_does_nothing() -> None:
    words = "<img src=x> @somebody &commat;all | [a](b) `c`\n# d"
    text = compared(changed(another_artifact, put("because", value=words))).as_markdown()
    (line,) = [line for line in text.splitlines() if "because" in line]
    assert "&lt;img src=x&gt; @\u200bsomebody &amp;commat;all \\| \\[a\\](b) \\`c\\` \\# d" in line
