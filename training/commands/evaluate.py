"""`evaluate`: score the model on the test images, as a table, as JSON and as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from training.commands.console import here, next_step, paths_of, say, show, steps, wrote

if TYPE_CHECKING:
    from rich.table import Table

    from contract.metrics import Metrics


def evaluate(context: typer.Context) -> None:
    """Evaluate the model on the 10,000 test images.

    Writes BUILD/model/evaluation.json and confusion.png. The model is loaded from disk, as it will
    be served.
    """
    from training.common.files import pretty_json, sha256_of_bytes, write_file
    from training.data.data_folder import read_data_manifest, read_test_split
    from training.model.artifact import load_model, read_model
    from training.model.evaluation import evaluate as score
    from training.model.evaluation import probabilities_of
    from training.model.model_records import Evaluation, read_fit_record
    from training.pictures.digits import confusion_picture

    paths = paths_of(context)
    with steps() as progress:
        task = progress.add_task("reading model and test images")
        model = read_model(paths.model)
        test = read_test_split(paths.data, canonical_form=read_fit_record(paths.fit_record).data.canonical_form)
        progress.update(task, description=f"predicting {len(test)} images")
        probabilities = probabilities_of(load_model(model, name=str(paths.model)), test.images)
        metrics = score(probabilities, test.labels, split="test")
        evaluation = Evaluation(
            model_sha256=sha256_of_bytes(model),
            source_sha256=dict(read_data_manifest(paths.data).source_sha256),
            metrics=metrics,
        )
        progress.update(task, description="drawing the confusion matrix")
        picture = confusion_picture(metrics)
    write_file(paths.evaluation, pretty_json(evaluation.to_json()))
    write_file(paths.confusion_picture, picture)
    show(_per_class(metrics))
    show(_confusion(metrics))
    wrong = round((1 - metrics.accuracy) * metrics.count)
    say(f"accuracy {metrics.accuracy:.4f} ({wrong} of {metrics.count} wrong), log-loss {metrics.log_loss:.4f}")
    wrote(paths.evaluation, paths.confusion_picture)
    next_step(here(context, "package"))


def _per_class(metrics: Metrics) -> Table:
    from rich.table import Table

    table = Table(title=f"per digit, {metrics.count} {metrics.split} images", title_justify="left")
    for heading in ("digit", "precision", "recall", "F1", "images"):
        table.add_column(heading, justify="right")
    for entry in metrics.per_class:
        table.add_row(
            str(entry.label), f"{entry.precision:.4f}", f"{entry.recall:.4f}", f"{entry.f1:.4f}", str(entry.support)
        )
    return table


def _confusion(metrics: Metrics) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(title="true digit (rows) taken for (columns)", title_justify="left")
    table.add_column("", justify="right", style="bold")
    for label in range(len(metrics.confusion)):
        table.add_column(str(label), justify="right")
    for label, row in enumerate(metrics.confusion):
        cells = [
            Text(str(count), style="bold green") if column == label else str(count or "·")
            for column, count in enumerate(row)
        ]
        table.add_row(str(label), *cells)
    return table
