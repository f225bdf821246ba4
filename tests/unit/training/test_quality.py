"""The recipes of a model: what the container accepts, and what the commands take from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.commands.training_options import TrainingOptions, hyperparameters_of
from training.common.paths import BuildPaths
from training.data.copies import COPIES_MAX
from training.model.fitting import require_digits_model
from training.model.hyperparameters import DEFAULTS, Hyperparameters
from training.model.quality import RECIPES, Quality


@pytest.mark.parametrize("quality", Quality)
def test_a_recipe_can_be_trained(quality: Quality) -> None:
    recipe = RECIPES[quality]
    require_digits_model(Hyperparameters.from_sagemaker(recipe.hyperparameters))
    assert 0 <= recipe.copies <= COPIES_MAX


def test_the_default_recipe_is_that_of_every_command() -> None:
    assert RECIPES[Quality.DEFAULT].hyperparameters == DEFAULTS


def test_only_the_best_recipe_has_drawn_digits() -> None:
    assert {quality for quality, recipe in RECIPES.items() if recipe.drawn} == {Quality.BEST}


def test_what_is_chosen_overrides_the_quality(tmp_path: Path) -> None:
    options = TrainingOptions(quality=Quality.BEST, num_round="3")
    texts = hyperparameters_of(options, BuildPaths(build=tmp_path)).to_sagemaker()
    assert (
        texts
        == Hyperparameters.from_sagemaker({**RECIPES[Quality.BEST].hyperparameters, "num_round": "3"}).to_sagemaker()
    )
