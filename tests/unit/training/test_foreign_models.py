"""Models that a stranger made: loaded in another process, whose crash or hunger is one sentence here."""

from __future__ import annotations

import json
import os
import struct
import sys
from typing import Any

import numpy as np
import pytest
import xgboost

from training.common.errors import ArtifactError
from training.model import model_process
from training.model.artifact import load_model
from training.model.evaluation import probabilities_of
from training.model.foreign_model import check_foreign_model
from training.model.tree_checks import tree_problem
from training.model.ubjson import require_whole

ROUNDS = 2


@pytest.fixture(scope="module")
def booster() -> xgboost.Booster:
    images = np.zeros((10, 784), dtype=np.uint8)
    images[np.arange(10), np.arange(10) * 70] = 255
    parameters = {"objective": "multi:softprob", "num_class": 10, "nthread": 1, "min_child_weight": 0, "lambda": 0}
    return xgboost.train(parameters, xgboost.DMatrix(images, np.arange(10)), ROUNDS)


@pytest.fixture
def learner(booster: xgboost.Booster) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bytes(booster.save_raw("json")))["learner"]
    return found


def problem(learner: dict[str, Any]) -> str | None:
    return tree_problem(learner, features=784, classes=10)


def test_trees_of_training_can_be_walked(learner: dict[str, Any]) -> None:
    assert problem(learner) is None


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("left_children", [0, -1, -1]),
        ("left_children", [2, -1, -1]),
        ("left_children", [99, -1, -1]),
        ("left_children", [-2, -1, -1]),
        ("left_children", [1, -1]),
        ("left_children", [1, "x", -1]),
        ("left_children", [1, 2**80, -1]),
        ("right_children", [-1, -1, -1]),
        ("split_indices", [784, 0, 0]),
        ("split_indices", [-1, 0, 0]),
        ("split_conditions", [float("nan"), 0, 0]),
        ("split_type", [1, 0, 0]),
        ("categories_nodes", [0]),
    ],
)
def test_a_tree_that_cannot_be_walked_is_named(learner: dict[str, Any], name: str, values: list[Any]) -> None:
    learner["gradient_booster"]["model"]["trees"][3][name] = values
    assert problem(learner) in ("its tree 3 cannot be walked", "it has no trees as XGBoost writes them")


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("iteration_indptr", [0, 10, 10**9]),
        ("iteration_indptr", [0, 5, 20]),
        ("iteration_indptr", []),
        ("tree_info", [10] * 20),
        ("tree_info", [0]),
        ("trees", []),
        ("trees", None),
    ],
)
def test_trees_are_of_the_ten_classes_in_turn(learner: dict[str, Any], name: str, values: object) -> None:
    learner["gradient_booster"]["model"][name] = values
    assert problem(learner)


@pytest.mark.parametrize(
    "value", [b"[" * 100_000, b"[$Z#L\x7f" + b"\xff" * 7, b"[#L\x7f" + b"\xff" * 7, b"SL\x7f" + b"\xff" * 7]
)
def test_ubjson_without_end_is_refused_before_xgboost_reads_it(value: bytes) -> None:
    with pytest.raises(ValueError, match="cut off or is not UBJSON"):
        require_whole(b"{L" + bytes(7) + b"\x01a" + value)


@pytest.mark.slow
def test_a_model_is_checked_in_another_process(booster: xgboost.Booster) -> None:
    content = bytes(booster.save_raw("ubj"))
    check_foreign_model(content, name="model.tar.gz")
    place = content.index(b"[$l#L", content.index(b"left_children")) + 13
    circle = content[:place] + struct.pack(">i", 0) + content[place + 4 :]
    with pytest.raises(ArtifactError, match="may be served: its tree 0 cannot be walked"):
        check_foreign_model(circle, name="model.tar.gz")
    with pytest.raises(ArtifactError, match="damaged UBJSON"):
        check_foreign_model(content[:-100], name="model.tar.gz")


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_changed_in_a_model_this_process_goes_on(booster: xgboost.Booster, seed: int) -> None:
    generator = np.random.default_rng(seed)
    content = bytearray(booster.save_raw("ubj"))
    for place in generator.integers(2, len(content), 1 + seed % 4):
        content[place] = generator.integers(256)
    try:
        check_foreign_model(bytes(content), name="model.tar.gz")
    except ArtifactError as problem:
        assert len(str(problem)) < 500  # noqa: PT017  most are refused, a few are models with another number in them
        return
    probabilities_of(load_model(bytes(content), name="it"), np.zeros((3, 784), dtype=np.uint8))


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_crash_or_silence_of_that_process_is_one_sentence(
    booster: xgboost.Booster, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bytes(booster.save_raw("ubj")) + b" "
    program = tmp_path / "python"
    monkeypatch.setattr(sys, "executable", str(program))
    for script, said in (
        ("kill -SEGV $$", "makes XGBoost end with SIGSEGV when it is loaded"),
        ("echo '[]'", "cannot be loaded and asked for a prediction"),
        ("exit 1", "cannot be loaded and asked for a prediction"),
    ):
        program.write_text(f"#!/bin/sh\ncat > /dev/null\n{script}\n")
        program.chmod(0o755)
        with pytest.raises(ArtifactError, match=said):
            check_foreign_model(content, name="model.tar.gz")


@pytest.mark.slow
def test_that_process_limits_itself() -> None:
    resource = pytest.importorskip("resource")
    pid = os.fork()
    if pid == 0:  # pragma: no cover  in the child, whose limits are not those of the tests
        model_process._limit(0)
        limits = (resource.getrlimit(resource.RLIMIT_CPU)[0], resource.getrlimit(resource.RLIMIT_CORE)[0])
        os._exit(0 if limits == (model_process.SECONDS_MAX, 0) else 1)
    assert os.waitpid(pid, 0)[1] == 0
