"""The options of hyperparameters that the commands share, so that they are called the same everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from training.model.hyperparameters import Hyperparameters

NumRound = Annotated[str | None, typer.Option(help="Boosting rounds at most, ten trees each.", metavar="N")]
Eta = Annotated[str | None, typer.Option(help="Learning rate, 0..1.", metavar="X")]
MaxDepth = Annotated[str | None, typer.Option(help="Depth of a tree; 0 is no limit.", metavar="N")]
MaxLeaves = Annotated[str | None, typer.Option(help="Leaves of a tree; 0 is no limit.", metavar="N")]
Subsample = Annotated[str | None, typer.Option(help="Share of the rows per tree, (0, 1].", metavar="X")]
ColsampleBytree = Annotated[str | None, typer.Option(help="Share of the pixels per tree, (0, 1].", metavar="X")]
EarlyStoppingRounds = Annotated[
    str | None, typer.Option(help="Stop after so many rounds without a better validation value.", metavar="N")
]
Seed = Annotated[str | None, typer.Option(help="Same seed, data and machine: same model, byte for byte.", metavar="N")]
NThread = Annotated[str | None, typer.Option(help="Threads; all processors unless given.", metavar="N")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="Any hyperparameter of the container, repeatable; an empty value drops a default.",
        metavar="NAME=VALUE",
    ),
]
FromTuning = Annotated[
    bool, typer.Option("--from-tuning", help="Begin with what the last search found best: BUILD/tuning/best.json.")
]


def hyperparameters_from(usual: dict[str, str], settings: list[str]) -> Hyperparameters:
    """The defaults with what the options say put over them; an empty text drops a default."""
    from training.model.hyperparameters import DEFAULTS, Hyperparameters, given_from

    texts = {**DEFAULTS, **usual, **given_from(settings)}
    return Hyperparameters.from_sagemaker({name: text for name, text in texts.items() if text})
