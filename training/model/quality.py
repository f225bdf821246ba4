"""How much time a model may take: the default one, and the best one that ten minutes on two processors make.

docs/experiments.md describes how both were found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from training.model.hyperparameters import DEFAULTS


class Quality(StrEnum):
    """What a person asks for."""

    DEFAULT = "default"
    BEST = "best"


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What makes a model of a quality.

    Parameters
    ----------
    copies
        distorted copies of each training image that `prepare` writes
    drawn
        drawn digits that `prepare` adds to the training images, see `training.data.drawn_digits`
    hyperparameters
        what `fit` trains with
    """

    copies: int
    drawn: int = 0
    hyperparameters: Mapping[str, str]


RECIPES = {
    Quality.DEFAULT: Recipe(copies=1, hyperparameters=DEFAULTS),
    Quality.BEST: Recipe(
        copies=2,
        drawn=4000,
        hyperparameters={
            **DEFAULTS,
            "eta": "0.25",
            "num_round": "150",
            "max_leaves": "95",
            "early_stopping_rounds": "50",
        },
    ),
}
