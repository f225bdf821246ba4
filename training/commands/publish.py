"""`publish`: put the packaged model, and the channels when asked, into the environment's bucket."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training.commands.console import here, next_step, places_of, say, transfer

if TYPE_CHECKING:
    from training.places import Places
    from training.publication import Upload


class ChannelFormat(StrEnum):
    """Formats of the channels."""

    CSV = "csv"
    PARQUET = "parquet"


def publish(
    context: typer.Context,
    environment: Annotated[
        str, typer.Option(envvar="DIGITS_ENVIRONMENT", help="Whose bucket: local (the emulator), dev or prod.")
    ] = "local",
    bucket: Annotated[str | None, typer.Option(help="A bucket by name, instead of the environment's.")] = None,
    manifest: Annotated[
        Path | None, typer.Option(help="Which packaged model. [default: BUILD/model/manifest.json]", dir_okay=False)
    ] = None,
    channel_format: Annotated[
        ChannelFormat, typer.Option("--format", help="Format of the channels.")
    ] = ChannelFormat.CSV,
    *,
    channels: Annotated[
        bool, typer.Option("--channels", help="Also upload the train and validation channels.")
    ] = False,
) -> None:
    """Upload the packaged model to models/SHA256/model.tar.gz in the environment's bucket.

    The bucket's name comes from the parameter /digits/ENVIRONMENT/bucket-name. Objects are never overwritten: the same
    content again is left alone, another content under the same key is an error. --channels also uploads the channels
    below channels/DIGEST/, for a training job.
    """
    from training.publication import publish as upload
    from training.s3_store import S3Store, bucket_of

    places = places_of(context)
    uploads = _uploads(places, manifest, channel_format if channels else None)
    store = S3Store(bucket or bucket_of(environment))
    with transfer(sum(item.size_bytes for item in uploads), f"to {store.name}") as progress:
        done = upload(store, uploads, on_bytes=lambda count: progress.update(progress.task_ids[0], advance=count))
    for item in uploads:
        say(f"{store.name}/{item.key}   {item.size_bytes:,} bytes")
    if done.uploaded:
        say(f"uploaded {done.uploaded}, {done.present} there already, all verified by sha256")
    else:
        say("nothing to do: everything is there already, verified by sha256")
    if manifest is None:
        next_step(here(context, f"promote {places.manifest}"))


def _uploads(places: Places, manifest: Path | None, channel_format: ChannelFormat | None) -> list[Upload]:
    """What has to be in the bucket; the model may be absent when only channels are wanted."""
    from training.data_folder import read_manifest as read_data_manifest
    from training.manifest import read_manifest
    from training.publication import artifact_upload, channel_uploads

    uploads = []
    path = manifest or places.manifest
    if manifest or channel_format is None or path.exists():
        beside = path.with_name(places.archive.name)
        uploads.append(artifact_upload(read_manifest(path), beside=beside, built=places.archive))
    if channel_format is not None:
        data = read_data_manifest(places.data)
        uploads += channel_uploads(places.data, data, file_format=channel_format.value)
    return uploads
