"""The trees of a model as a few flat numpy arrays, and the walk of one dense row through all of them at once.

XGBoost 3.2 looks at every node of every tree before it predicts a single row, which makes one row cost as much as
thirty (https://github.com/dmlc/xgboost/pull/12307). Here all trees take one step at a time together: node numbers are
given out level by level, so that a right child is its left sibling plus one, and leaves lead to themselves. Sums are
made in the order and width in which XGBoost makes them. Only complete numeric rows;
`sagemaker_local.container.serving.fast_model` sees to that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Indices = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Forest:
    """Trees with numeric splits.

    Parameters
    ----------
    feature
        intp[nodes], column each node looks at.
    threshold
        float32[nodes], a row goes right if its value is not less; infinite in leaves.
    left
        intp[nodes], left child; the leaf itself in leaves.
    value
        float32[nodes], what a leaf adds.
    moving
        For each step, how many trees can still move: trees are sorted by falling depth.
    position
        intp[trees], where each tree, in the model's order, stands among the sorted ones.
    base
        float32[groups], what sums start from.
    """

    feature: Indices
    threshold: Floats
    left: Indices
    value: Floats
    moving: tuple[int, ...]
    position: Indices
    base: Floats

    def margins(self, row: Floats) -> Floats:
        """Sum the leaves that a row falls into.

        Parameters
        ----------
        row
            float32[features], finite.

        Returns
        -------
        Floats
            float32[groups], XGBoost's output margin.
        """
        node = np.arange(len(self.position))
        for count in self.moving:
            # Every index is in range by construction; `clip` only spares numpy the check.
            here = node[:count]
            seen = row.take(self.feature.take(here, mode="clip"), mode="clip")
            goes_right = seen >= self.threshold.take(here, mode="clip")
            np.add(self.left.take(here, mode="clip"), goes_right, out=here)
        leaves = self.value.take(node.take(self.position))
        terms = np.concatenate((self.base, leaves)).reshape(-1, len(self.base))
        # Along the first axis numpy adds term after term, as XGBoost adds tree after tree.
        total: Floats = np.add.reduce(terms, axis=0)
        return total


def build_forest(trees: Sequence[Mapping[str, Any]], base: Floats) -> Forest:
    """Lay out trees for the walk.

    Parameters
    ----------
    trees
        At least one, each with the arrays `left_children`, `right_children` (negative in leaves), `split_indices` and
        `split_conditions` of XGBoost's model schema, one group after the other.
        https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html
    base
        float32[groups].
    """
    starts = np.cumsum([0] + [len(tree["left_children"]) for tree in trees])
    left, right = (_joined(trees, name, np.intp) for name in ("left_children", "right_children"))
    is_leaf = left < 0
    offsets = np.repeat(starts[:-1], np.diff(starts))
    left, right = left + offsets, right + offsets
    depth = _depths(starts[:-1], left, right, is_leaf)
    order = np.argsort(-depth, kind="stable")
    old = np.concatenate(_levels(starts[:-1][order], left, right, is_leaf))
    new = np.zeros(len(left), np.intp)
    new[old] = np.arange(len(old))
    leaf = is_leaf[old]
    conditions = _joined(trees, "split_conditions", np.float32)[old]
    return Forest(
        feature=np.where(leaf, 0, _joined(trees, "split_indices", np.intp)[old]),
        threshold=np.where(leaf, np.float32(np.inf), conditions),
        left=np.where(leaf, np.arange(len(old)), new[left[old]]),
        value=conditions,
        moving=tuple(int(np.count_nonzero(depth > step)) for step in range(int(depth.max()))),
        position=np.argsort(order),
        base=base,
    )


def _joined(trees: Sequence[Mapping[str, Any]], name: str, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    return np.concatenate([tree[name] for tree in trees]).astype(dtype)


def _levels(roots: Indices, left: Indices, right: Indices, is_leaf: npt.NDArray[np.bool_]) -> list[Indices]:
    """List the nodes of each level, siblings side by side."""
    levels = [roots]
    while True:
        inner = levels[-1][~is_leaf[levels[-1]]]
        if not len(inner):
            return levels
        levels.append(np.column_stack((left[inner], right[inner])).ravel())


def _depths(roots: Indices, left: Indices, right: Indices, is_leaf: npt.NDArray[np.bool_]) -> Indices:
    """Say how many steps the longest way through each tree takes."""
    depth = np.zeros(len(roots), np.intp)
    nodes, tree = roots, np.arange(len(roots))
    while True:
        inner = ~is_leaf[nodes]
        if not inner.any():
            return depth
        depth[tree[inner]] += 1
        # A tree with several inner nodes on this level is one deeper, not several: fancy += counts it once.
        nodes = np.column_stack((left[nodes[inner]], right[nodes[inner]])).ravel()
        tree = np.repeat(tree[inner], 2)
