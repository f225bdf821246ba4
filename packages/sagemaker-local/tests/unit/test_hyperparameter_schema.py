"""The hyperparameters as a JSON Schema: ranges, words, lists, and what the training container prints."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sagemaker_local import training_container
from sagemaker_local.container.training.hyperparameter_schema import hyperparameter_schema
from sagemaker_local.container.training.hyperparameter_table import HYPERPARAMETERS


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("num_round", {"type": "integer", "minimum": 1}),
        ("eta", {"type": "number", "minimum": 0, "maximum": 1}),
        ("subsample", {"type": "number", "exclusiveMinimum": 0, "maximum": 1}),
        ("booster", {"enum": ["dart", "gblinear", "gbtree"]}),
        ("monotone_constraints", {"type": "array", "items": {"type": "integer", "minimum": -1, "maximum": 1}}),
        (
            "interaction_constraints",
            {"type": "array", "items": {"type": "array", "items": {"type": "integer", "minimum": 1}}},
        ),
    ],
)
def test_a_hyperparameter_has_its_range(name: str, expected: dict[str, Any]) -> None:
    assert hyperparameter_schema()["properties"][name] == expected


def test_words_of_a_list_are_named_once_and_metrics_may_have_thresholds() -> None:
    properties = hyperparameter_schema()["properties"]
    assert properties["updater"]["items"]["enum"].count("prune") == 1
    metrics = properties["eval_metric"]["items"]["anyOf"]
    assert "merror" in metrics[0]["enum"]
    assert metrics[1] == {"pattern": "^(error|map|ndcg)@"}


def test_the_training_container_prints_all_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert training_container.main(["--print-hyperparameters"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert list(printed["properties"]) == list(HYPERPARAMETERS)
    assert printed["required"] == ["num_round"]
    assert printed["aliases"]["learning_rate"] == "eta"
