"""The options of every command that trains, and the hyperparameters that they make together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from training.commands.options import CommandOptions
from training.common.options import Option
from training.model.quality import RECIPES, Quality

if TYPE_CHECKING:
    from training.common.paths import BuildPaths
    from training.model.hyperparameters import Hyperparameters


@dataclass(frozen=True, kw_only=True)
class RoundOptions(CommandOptions):
    """The hyperparameter that every command has a flag for; all others are set with `--set`."""

    num_round: Annotated[
        str | None,
        Option(
            "Boosting rounds at most, a tree for each digit. [default: that of the quality; 30 for a local search]",
            flags=("--num-round",),
            metavar="N",
        ),
    ] = None

    @property
    def chosen(self) -> dict[str, str]:
        """The hyperparameters that were chosen, as texts by name."""
        rounds = {} if self.num_round is None else {"num_round": self.num_round}
        return {**rounds, **self.hyperparameters}


@dataclass(frozen=True, kw_only=True)
class TrainingOptions(RoundOptions):
    """Options of the commands that train one model."""

    quality: Annotated[
        Quality,
        Option(
            "default: about a minute on two processors; best: up to ten, on the copies that prepare --quality best"
            " writes."
        ),
    ] = Quality.DEFAULT
    from_tuning: Annotated[
        bool,
        Option(
            "Start from the best hyperparameters of the last search, BUILD/tuning/best.json.", flags=("--from-tuning",)
        ),
    ] = False


def hyperparameters_of(options: TrainingOptions, paths: BuildPaths, **base: str) -> Hyperparameters:
    """Those of the quality, overridden by `base`, by the best of the last search if asked, and by what was chosen.

    Raises
    ------
    HyperparameterError
        for a value that the container would refuse
    DataError
        when there is no result of a search
    """
    from training.model.hyperparameters import Hyperparameters
    from training.tuning.trials import read_best

    tuned = read_best(paths.tuning_best) if options.from_tuning else {}
    texts = {**RECIPES[options.quality].hyperparameters, **base, **tuned, **options.chosen}
    return Hyperparameters.from_sagemaker({name: text for name, text in texts.items() if text})
