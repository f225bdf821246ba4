"""`fetch`: bring the model of a training job here, checked, scored and packaged as if it had been trained here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from training.commands.console import here, next_step, places_of, say, steps, wrote
from training.errors import JobError

if TYPE_CHECKING:
    from training.dataset import Split
    from training.jobs.results import Fetched
    from training.places import Places


def fetch(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The job.")],
    environment: Annotated[
        str, typer.Option(envvar="DIGITS_ENVIRONMENT", help="Whose job: local (the emulator), dev or prod.")
    ] = "local",
) -> None:
    """Download the model of a training job, check it, score it on the test images and package it.

    Writes what fit, evaluate and package write, so publish and promote go on from there. The job's archive is never
    unpacked to disk: the one model in it is taken out, checked (no pickle, 784 features, 10 classes) and packed anew.
    """
    from training.jobs.aws_jobs import AwsJobs
    from training.jobs.aws_objects import AwsObjects
    from training.jobs.results import data_of_job, download, fetched
    from training.parameters import require_endpoint

    require_endpoint(environment)
    places = places_of(context)
    objects = AwsObjects()
    with steps() as progress:
        task = progress.add_task("asking for the job")
        job = AwsJobs().describe(name)
        if job is None:
            raise JobError(f"there is no training job {name}; list them with: {here(context, 'jobs')}")
        progress.update(task, description="downloading the model")
        archive = download(job, objects)
        data = data_of_job(job, objects)
        progress.update(task, description="checking and scoring the model")
        test, sources = _test_images(places)
        found = fetched(job, archive, data, test, test_sha256=sources)
    _write(places, found)
    metrics, training = found.evaluation.metrics, found.record.training
    say(f"{training.best_round} rounds from {data.source}: accuracy {metrics.accuracy:.4f} on {metrics.count} images")
    wrote(places.model, places.fit_record, places.evaluation, places.archive, places.manifest)
    next_step(
        here(context, "publish") + "   (or without a bucket: " + here(context, f"promote {places.manifest}") + ")"
    )


def _test_images(places: Places) -> tuple[Split, dict[str, str]]:
    from training.data_folder import read_manifest, read_split

    return read_split(places.data, "test"), dict(read_manifest(places.data).source_sha256)


def _write(places: Places, found: Fetched) -> None:
    from training.files import pretty_json, write_file
    from training.pictures import confusion_picture

    picture = confusion_picture(found.evaluation.metrics)
    write_file(places.model, found.adopted.model)
    write_file(places.fit_record, pretty_json(found.record.to_json()))
    write_file(places.evaluation, pretty_json(found.evaluation.to_json()))
    write_file(places.confusion_picture, picture)
    write_file(places.archive, found.adopted.archive)
    write_file(places.manifest, found.manifest.to_bytes())
