"""Whether the trees of a model can be walked: every node is reached once, and every split is on a pixel.

XGBoost believes what a file says of a node's children: one that is its own ancestor makes a prediction run for ever,
one that does not exist makes it read foreign memory. Format: https://xgboost.readthedocs.io/en/release_3.2.0/tutorials/saving_model.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Indices = npt.NDArray[np.int64]


def tree_problem(learner: Mapping[str, Any], *, features: int, classes: int) -> str | None:
    """What is wrong with the trees, or None.

    Parameters
    ----------
    learner
        the member of that name in the JSON of a model
    features, classes
        that a model must have
    """
    try:
        model = learner["gradient_booster"]["model"]
        trees, groups, bounds = model["trees"], _indices(model["tree_info"]), _indices(model["iteration_indptr"])
        rounds = len(bounds) - 1
        if len(trees) != rounds * classes or not np.array_equal(bounds, np.arange(rounds + 1) * classes):
            return f"it has {len(trees)} trees in {rounds} rounds, expected are {classes} in each"
        if not np.array_equal(groups, np.tile(np.arange(classes), rounds)):
            return "its trees are not of the classes in their order"
        wrong = next((number for number, tree in enumerate(trees) if not _is_walkable(tree, features)), None)
    except (KeyError, TypeError, ValueError, OverflowError):
        return "it has no trees as XGBoost writes them"
    return None if wrong is None else f"its tree {wrong} cannot be walked"


def _is_walkable(tree: Mapping[str, Any], features: int) -> bool:
    left, right, split = (_indices(tree[name]) for name in ("left_children", "right_children", "split_indices"))
    values = np.array(tree["split_conditions"], dtype=np.float64)
    count = len(left)
    if not 0 < count == len(right) == len(split) == len(values) == int(tree["tree_param"]["num_nodes"]):
        return False
    inner = left != -1
    if tree["categories_nodes"] or any(tree["split_type"]) or np.any((right != -1) != inner):
        return False
    children = np.concatenate([left[inner], right[inner]])
    parents = np.tile(np.flatnonzero(inner), 2)
    # Each node but the first is the child of exactly one that comes before it, so there is no circle.
    return bool(
        np.array_equal(np.sort(children), np.arange(1, count))
        and np.all(children > parents)
        and np.all((split >= 0) & (split < features))
        and np.all(np.isfinite(values))
    )


def _indices(values: Any) -> Indices:
    return np.array(values, dtype=np.int64)
