"""The options of hyperparameters that the commands share, so that they are called the same everywhere."""

from __future__ import annotations

from typing import Annotated

import typer

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
