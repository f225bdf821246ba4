"""Which parts a channel has, and where: the Parquet files that `prepare` wrote, a folder with the same, or a bucket.

It says where to look and describes what was read; who reads is the business of `cluster_fitting` and
`external_memory`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contract.manifest import Data
from training.common.bucket_names import is_bucket_name
from training.common.errors import DataError
from training.common.paths import BuildPaths
from training.data.data_folder import CHANNELS, MANIFEST_NAME, DataManifest, channel_folder, read_data_manifest
from training.data.part_reading import read_file
from training.model.model_records import data_of, data_of_parts, form_beside
from training.scale.part_problems import reason_of

# Takes what `read_file` takes, and gives what it gives.
Reader = Callable[[str, str | None, str | None], bytes | None]


@dataclass(frozen=True, kw_only=True)
class PartSource:
    """Where the Parquet parts of both channels lie.

    Parameters
    ----------
    name
        what to call it
    folders
        channel -> `s3://...` or an absolute path
    endpoint_url
        of an S3 that is not Amazon's
    region
        of the bucket; None asks S3
    manifest
        of the prepared data on this machine, when there is one
    """

    name: str
    folders: Mapping[str, str]
    endpoint_url: str | None = None
    region: str | None = None
    manifest: DataManifest | None = None


@dataclass(frozen=True, kw_only=True)
class PartRead:
    """A part as it was read: its channel, location, number of rows, and the SHA-256 of the file."""

    channel: str
    location: str
    rows: int
    sha256: str


def part_source(paths: BuildPaths, channels: str | None) -> PartSource:
    """The source that the options name: a folder or `s3://bucket/channels/DIGEST/` with train/ and validation/.

    Parameters
    ----------
    paths
        whose `data/` is the source when `channels` is None
    channels
        as a person wrote it

    Raises
    ------
    DataError
        when it is no s3:// location and no such folder
    """
    if channels is None:
        folders = {name: str((paths.data / channel_folder(name, "parquet")).resolve()) for name in CHANNELS}
        return PartSource(name=str(paths.data), folders=folders, manifest=read_data_manifest(paths.data))
    manifest = _manifest(paths)
    if channels.startswith("s3://") and is_bucket_name(channels.removeprefix("s3://").partition("/")[0]):
        return PartSource(
            name=channels,
            folders={name: f"{channels.rstrip('/')}/{name}" for name in CHANNELS},
            endpoint_url=os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or None,
            region=os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or None,
            manifest=manifest,
        )
    if "://" in channels or not Path(channels).is_dir():
        raise DataError(f"{channels} is neither a folder nor s3://BUCKET/PREFIX; give one with train/ and validation/")
    folder = Path(channels).resolve()
    return PartSource(name=channels, folders={name: str(folder / name) for name in CHANNELS}, manifest=manifest)


def data_read(source: PartSource, parts: Sequence[PartRead], *, read: Reader = read_file) -> Data:
    """What goes into the record of the fit: the prepared data when these are its very files, else the files.

    Parameters
    ----------
    source, parts
        what was read, and from where
    read
        reads the manifest beside the channels: on this machine, or where the parts were read

    Raises
    ------
    DataError
        when the manifest cannot be read there
    """
    manifest = source.manifest
    if manifest is not None:
        prepared = sorted(
            (channel, manifest.files[name])
            for channel in CHANNELS
            for name in manifest.channel_files(channel, "parquet")
        )
        if prepared == sorted((part.channel, part.sha256) for part in parts):
            return data_of(manifest)
    counts = {name: sum(part.rows for part in parts if part.channel == name) for name in CHANNELS}
    digests = {f"{part.channel}/{part.location.rpartition('/')[2]}": part.sha256 for part in parts}
    return data_of_parts(source.name, counts=counts, sha256=digests, canonical_form=_form(source, read))


def _form(source: PartSource, read: Reader) -> int:
    """The canonical form that the manifest beside the channels names."""
    location = f"{source.folders[CHANNELS[0]].rpartition('/')[0]}/{MANIFEST_NAME}"
    try:
        content = read(location, source.endpoint_url, source.region)
    except OSError as problem:
        reason, _ = reason_of(problem)
        raise DataError(
            f"{location} cannot be read ({reason}); it names the form of the channels, so make it readable"
        ) from None
    return form_beside(content, name=location)


def _manifest(paths: BuildPaths) -> DataManifest | None:
    try:
        return read_data_manifest(paths.data)
    except DataError:
        return None
