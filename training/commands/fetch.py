"""`fetch`: bring the model of a training job here, checked, scored and packaged as if it had been trained here."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from training.commands.console import here, next_step, paths_of, say, steps, wrote
from training.commands.environment_option import environment_option

if TYPE_CHECKING:
    from pathlib import Path

    from training.common.paths import BuildPaths
    from training.data.dataset import Split
    from training.jobs.results import Fetched


def fetch(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the job.")],
    environment: Annotated[str, environment_option("Environment of the job")] = "local",
) -> None:
    """Download the model of a training job, check it, score it on the test images and package it.

    Writes what fit, evaluate and package write, in the same files, so publish and promote go on from there; a model
    that was there is replaced, with a message. The job's archive is never unpacked to disk: its one model is taken
    out, checked (no pickle, 784 features, 10 classes) and packed anew.
    """
    from training.aws.parameters import require_endpoint
    from training.jobs.aws_jobs import AwsJobs
    from training.jobs.aws_objects import AwsObjects
    from training.jobs.following import described
    from training.jobs.results import data_of_job, download, fetched

    require_endpoint(environment)
    paths = paths_of(context)
    objects = AwsObjects()
    with steps() as progress:
        task = progress.add_task("reading the job")
        job = described(name, AwsJobs())
        progress.update(task, description="downloading the model")
        archive = download(job, objects)
        data = data_of_job(job, objects)
        progress.update(task, description="checking and scoring the model")
        test, sources = _test_images(paths, data.canonical_form)
        found = fetched(job, archive, data, test, test_sha256=sources)
    written = _write(paths, found)
    metrics, training = found.evaluation.metrics, found.record.training
    say(f"{training.best_round} rounds from {data.source}: accuracy {metrics.accuracy:.4f} on {metrics.count} images")
    wrote(*written)
    next_step(
        here(context, "publish")
        + "   (or without a bucket: "
        + here(context, f"promote {shlex.quote(str(paths.manifest))}")
        + ")"
    )


def _test_images(paths: BuildPaths, canonical_form: int) -> tuple[Split, dict[str, str]]:
    from training.data.data_folder import read_data_manifest, read_test_split

    return read_test_split(paths.data, canonical_form=canonical_form), dict(
        read_data_manifest(paths.data).source_sha256
    )


def _write(paths: BuildPaths, found: Fetched) -> list[Path]:
    """Write the model and its records, and print a line when that replaces another model; returns the paths."""
    from training.common.files import pretty_json, write_file
    from training.pictures.digits import confusion_picture

    contents = {
        paths.model: found.adopted.model,
        paths.fit_record: pretty_json(found.record.to_json()),
        paths.evaluation: pretty_json(found.evaluation.to_json()),
        paths.confusion_picture: confusion_picture(found.evaluation.metrics),
        paths.archive: found.adopted.archive,
        paths.manifest: found.manifest.to_bytes(),
    }
    if paths.model.exists() and paths.model.read_bytes() != found.adopted.model:
        say(f"replacing the model in {paths.model_folder}")
    for path, content in contents.items():
        write_file(path, content)
    return list(contents)
