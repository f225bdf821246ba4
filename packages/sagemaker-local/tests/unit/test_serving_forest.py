"""The fast twin of a model gives XGBoost's very bits, or there is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xgboost
from hypothesis import given, settings
from hypothesis import strategies as st

from sagemaker_local.container.serving.fast_model import MAX_ROWS, fast_model
from sagemaker_local.container.serving.ubjson import read_ubjson

FEATURES = 7


def train(parameters: dict[str, Any], rounds: int, seed: int, classes: int = 3) -> xgboost.Booster:
    random = np.random.default_rng(seed)
    rows = random.integers(0, 256, (120, FEATURES)) * (random.random((120, FEATURES)) < 0.6)
    labels = (rows.sum(axis=1) + random.integers(0, 200, 120)) // 97 % classes
    matrix = xgboost.DMatrix(rows / random.choice([1, 255]), labels, nthread=1)
    return xgboost.train({"nthread": 1, "seed": seed, **parameters}, matrix, num_boost_round=rounds)


def multiclass(**more: Any) -> dict[str, Any]:
    return {"objective": "multi:softprob", "num_class": 3, **more}


TREES = st.one_of(
    st.fixed_dictionaries({"max_depth": st.integers(1, 8)}),
    st.fixed_dictionaries(
        {"grow_policy": st.just("lossguide"), "max_leaves": st.integers(2, 40), "max_depth": st.just(0)}
    ),
)
PARAMETERS = st.fixed_dictionaries(
    {
        "objective": st.sampled_from(["multi:softprob", "multi:softmax"]),
        "num_class": st.just(3),
        "eta": st.sampled_from([0.05, 0.3, 1.7]),
        "min_child_weight": st.sampled_from([0.01, 1, 5]),
        "gamma": st.sampled_from([0, 0.5, 100]),
        "tree_method": st.sampled_from(["hist", "exact"]),
    },
    optional={"base_score": st.sampled_from([0.0, 0.5, -1.25, 3])},
)
VALUES = st.one_of(
    st.integers(0, 255).map(float),
    st.floats(-(2.0**100), 2.0**100, width=32),
    st.sampled_from([0.0, -0.0, 0.5, 1 / 255]),
)


@settings(max_examples=40, deadline=None)
@given(
    PARAMETERS, TREES, st.integers(1, 25), st.integers(0, 1000), st.lists(VALUES, min_size=FEATURES, max_size=FEATURES)
)
def test_every_bit_is_that_of_the_booster(
    parameters: dict[str, Any], trees: dict[str, Any], rounds: int, seed: int, row: list[float]
) -> None:
    if parameters["tree_method"] == "exact":
        trees = {"max_depth": 4}
    booster = train(parameters | trees, rounds, seed)
    model = fast_model(booster)
    assert model is not None
    rows = np.array([row, row[::-1], [0.0] * FEATURES], np.float32)
    wanted = booster.predict(xgboost.DMatrix(rows, nthread=1))
    found = model.predict(rows)
    assert found.dtype == wanted.dtype
    assert np.array_equal(found, wanted)


def test_trees_cut_back_to_their_roots_are_walked_too() -> None:
    booster = train(multiclass(gamma=1e9), 3, 0)
    model = fast_model(booster)
    assert model is not None
    rows = np.zeros((2, FEATURES), np.float32)
    assert np.array_equal(model.predict(rows), booster.predict(xgboost.DMatrix(rows, nthread=1)))


@pytest.mark.parametrize(
    "parameters",
    [
        {"objective": "binary:logistic"},
        {"objective": "reg:squarederror"},
        multiclass(booster="dart", rate_drop=0.5),
        multiclass(booster="gblinear"),
        multiclass(multi_strategy="multi_output_tree", tree_method="hist"),
        multiclass(num_parallel_tree=2, subsample=0.5),
    ],
    ids=str,
)
def test_other_kinds_of_models_are_left_to_xgboost(parameters: dict[str, Any]) -> None:
    classes = 3 if "num_class" in parameters else 2
    assert fast_model(train(parameters, 2, 1, classes)) is None


def test_categorical_splits_are_left_to_xgboost() -> None:
    random = np.random.default_rng(0)
    rows, labels = random.integers(0, 5, (200, 2)), random.integers(0, 3, 200)
    labels[rows[:, 0] == 2] = 1
    matrix = xgboost.DMatrix(rows, labels, feature_types=["c", "q"], enable_categorical=True, nthread=1)
    assert fast_model(xgboost.train(multiclass(tree_method="hist", nthread=1, max_cat_to_onehot=1), matrix, 2)) is None


def test_only_few_rows_of_the_right_width_are_accepted() -> None:
    model = fast_model(train(multiclass(), 1, 0))
    assert model is not None
    assert model.accepts(np.zeros((MAX_ROWS, FEATURES), np.float32))
    assert not model.accepts(np.zeros((MAX_ROWS + 1, FEATURES), np.float32))
    assert not model.accepts(np.zeros((1, FEATURES - 1), np.float32))


def test_ubjson_reads_what_xgboost_writes() -> None:
    document = read_ubjson(bytes(train(multiclass(), 1, 0).save_raw("ubj")))
    assert document["learner"]["learner_model_param"]["num_feature"] == str(FEATURES)
    tree = document["learner"]["gradient_booster"]["model"]["trees"][0]
    assert tree["split_conditions"].dtype == np.dtype(">f4")
    assert len(tree["split_conditions"]) == len(tree["left_children"])


def test_ubjson_reads_every_kind_of_value() -> None:
    data = b"{i\x01a[TFZ]i\x01b[#i\x02U\xffI\x01\x00i\x01cSi\x02hii\x01dD\x3f\xf8\0\0\0\0\0\0}"
    assert read_ubjson(data) == {"a": [True, False, None], "b": [255, 256], "c": "hi", "d": 1.5}


@pytest.mark.parametrize("data", [b"", b"{", b"{i\x01a", b"[$d#i\x05\0\0", b"H", b"[$x#i\x01a"])
def test_ubjson_refuses_damaged_bytes(data: bytes) -> None:
    with pytest.raises(ValueError, match="damaged UBJSON"):
        read_ubjson(data)
