"""What XGBoost refuses for digits is refused before, and only that: each value is given to XGBoost as well."""

from __future__ import annotations

import numpy as np
import pytest
import xgboost

from training.common.errors import HyperparameterError
from training.model.hyperparameters import Hyperparameters
from training.model.library_rules import require_trainable

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # XGBoost warns of whoever names updaters

REFUSED = [
    {"max_bin": "1"}, {"max_bin": "0"}, {"max_depth": "2147483648"}, {"max_leaves": "99999999999999999999"},
    {"eta": "1e-40"}, {"lambda": "3.5e38"}, {"gamma": "1e308"}, {"eval_metric": "rmse"}, {"eval_metric": "error@0.5"},
    {"eval_metric": "merror,logloss"}, {"eval_metric": "ndcg@3"}, {"updater": "distcol"}, {"updater": "grow_skmaker"},
    {"updater": "prune"}, {"updater": "refresh,grow_histmaker"}, {"process_type": "update", "updater": "prune"},
    {"tree_method": "exact"}, {"updater": "grow_colmaker"}, {"tree_method": "gpu_hist"},
    {"monotone_constraints": f"({'0,' * 785})"},
]  # fmt: skip
TAKEN = [
    {}, {"max_bin": "2"}, {"max_leaves": "2147483647"}, {"eta": "1.2e-38"}, {"lambda": "3.4e38"}, {"eta": "0"},
    {"eval_metric": "aucpr,merror"}, {"updater": "grow_histmaker,prune"}, {"updater": "sync,refresh"},
    {"tree_method": "exact", "max_depth": "6"}, {"updater": "grow_colmaker,prune", "max_depth": "6"},
    {"updater": "grow_histmaker", "tree_method": "exact"}, {"monotone_constraints": f"({'0,' * 784})"},
]  # fmt: skip


def named(texts: dict[str, str]) -> str:
    return ",".join(f"{name}={text[:24]}" for name, text in texts.items()) or "defaults"


def train(hyperparameters: Hyperparameters) -> None:
    labels = np.arange(20) % 10
    images = np.zeros((20, 784), dtype=np.uint8)
    images[np.arange(20), labels] = 255
    data = xgboost.DMatrix(images, labels)
    parameters = {**hyperparameters.for_library(), "nthread": 1}
    xgboost.train(parameters, data, num_boost_round=1, evals=[(data, "train")], verbose_eval=False)


@pytest.mark.parametrize("texts", REFUSED, ids=named)
def test_what_xgboost_refuses_is_refused_before(texts: dict[str, str]) -> None:
    hyperparameters = Hyperparameters.default(**texts)
    with pytest.raises(HyperparameterError, match=r"hyperparameter .* is refused when training begins, .*; "):
        require_trainable(hyperparameters)
    with pytest.raises((xgboost.core.XGBoostError, ValueError)):
        train(hyperparameters)


@pytest.mark.parametrize("texts", TAKEN, ids=named)
def test_what_xgboost_takes_is_taken(texts: dict[str, str]) -> None:
    hyperparameters = Hyperparameters.default(**texts)
    require_trainable(hyperparameters)
    train(hyperparameters)


def test_interactions_that_the_container_cannot_name_are_refused() -> None:
    with pytest.raises(HyperparameterError, match="interaction_constraints"):
        require_trainable(Hyperparameters.default(interaction_constraints="[[1, 2], [3, 4]]"))
