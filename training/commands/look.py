"""`look`: draw the digits, count each class, and show those hardest for the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from training.commands.console import here, next_step, paths_of, say, show, steps, wrote
from training.common.paths import BuildPaths

if TYPE_CHECKING:
    from training.data.dataset import Split
    from training.model.evaluation import Mistake


def look(
    context: typer.Context,
    columns: Annotated[int, typer.Option(min=1, max=60, help="Examples of each digit on the contact sheet.")] = 16,
    count: Annotated[int, typer.Option(min=1, max=50, help="Number of hardest digits to show.")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="Selects the examples.")] = 1,
) -> None:
    """Draw the digits: a contact sheet with labels and a class histogram, as PNG.

    Once there is a model, also the test images that are hardest for it: those whose true digit gets the lowest
    probability, with its prediction.
    """
    from training.common.files import write_file
    from training.data.data_folder import read_data_manifest, read_split, read_test_split
    from training.data.dataset import Dataset, require_images
    from training.model.model_records import read_fit_record
    from training.pictures.digits import class_histogram, contact_sheet

    require_images("look")
    paths = paths_of(context)
    manifest = read_data_manifest(paths.data)
    with steps() as progress:
        task = progress.add_task("reading the digits")
        train, validation, test = (read_split(paths.data, name) for name in ("train", "validation", "test"))
        dataset = Dataset(
            train=train, validation=validation, test=test, source=manifest.source, sha256=manifest.source_sha256
        )
        progress.update(task, description="drawing")
        sheet, histogram = contact_sheet(train, name="train", columns=columns, seed=seed), class_histogram(dataset)
        if paths.model.exists():
            form = read_fit_record(paths.fit_record).data.canonical_form
            test = read_test_split(paths.data, canonical_form=form)
        mistakes = _hardest(paths, test, count) if paths.model.exists() else []
    # Only now: a model that does not load leaves the former pictures as they were.
    write_file(paths.pictures / "digits.png", sheet)
    write_file(paths.pictures / "histogram.png", histogram)
    wrote(paths.pictures / "digits.png", paths.pictures / "histogram.png")
    if not mistakes:
        say("no model yet, so no hardest digits are shown")
        next_step(here(context, "fit"))
        return
    _show_hardest(paths, test, mistakes)
    next_step(here(context, "evaluate"))


def _hardest(paths: BuildPaths, test: Split, count: int) -> list[Mistake]:
    from training.model.artifact import load_model, read_model
    from training.model.evaluation import hardest, probabilities_of

    booster = load_model(read_model(paths.model), name=str(paths.model))
    return hardest(probabilities_of(booster, test.images), test, count=count)


def _show_hardest(paths: BuildPaths, test: Split, mistakes: list[Mistake]) -> None:
    from rich.table import Table

    from training.common.files import write_file
    from training.pictures.digits import hardest_digits

    write_file(paths.pictures / "hardest.png", hardest_digits(test, mistakes))
    table = Table(title=f"the {len(mistakes)} test images hardest for the model", title_justify="left")
    for heading in ("image", "true digit", "its probability", "predicted", "its probability"):
        table.add_column(heading, justify="right")
    for mistake in mistakes:
        table.add_row(
            str(mistake.index), str(mistake.label), f"{mistake.probability:.2g}",
            str(mistake.predicted), f"{mistake.predicted_probability:.4f}",
        )  # fmt: skip
    show(table)
    wrote(paths.pictures / "hardest.png")
