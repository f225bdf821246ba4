"""Put an artifact, or channels, into a bucket: once, verified, never over something else. Knows no AWS, only a store.

Keys contain the digest of their content, so an object that is there is either the same or a serious mistake.
`training.aws.s3_store` is the store on S3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from contract.bucket_layout import channels_prefix
from contract.manifest import Manifest
from training.common.errors import PublicationError
from training.common.files import pretty_json, sha256_of_bytes
from training.data.channels import CONTENT_TYPES, encode_channel
from training.data.data_folder import CHANNELS, MANIFEST_NAME, DataManifest, read_split, verify


class ObjectStore(Protocol):
    """The little that publishing needs of a bucket."""

    @property
    def name(self) -> str:
        """What to call it, such as `s3://my-bucket`."""

    def sha256_of(self, key: str) -> str | None:
        """The SHA-256 of the object's content in hexadecimal, or None when there is no such object."""

    def put_new(self, key: str, content: bytes, *, sha256: str, content_type: str) -> bool:
        """Store an object unless there is one of that key; False when there was. The store verifies the SHA-256."""


@dataclass(frozen=True, kw_only=True)
class Upload:
    """One object to publish.

    Parameters
    ----------
    key
        where it goes
    path
        the file with its content; None when it is not on this machine, and must be in the store already
    sha256
        of the content
    size_bytes
        of the content
    content_type
        for those who read it
    content
        what is in it, when it comes from no file
    first_stays
        whether another object of that key is left as it is, instead of being an error
    """

    key: str
    path: Path | None
    sha256: str
    size_bytes: int
    content_type: str
    content: bytes | None = None
    first_stays: bool = False


@dataclass(frozen=True, kw_only=True)
class Publication:
    """What was done: how many objects were uploaded, and how many were there already."""

    uploaded: int
    present: int


def artifact_upload(manifest: Manifest, *, beside: Path, built: Path) -> Upload:
    """The upload of a packaged model, after holding the archive against its manifest.

    Parameters
    ----------
    manifest
        which model
    beside
        the archive beside the manifest; when there is one, it must be the one that the manifest describes
    built
        the archive that was packaged last, used when it is the one; a promoted manifest has none beside it

    Raises
    ------
    PublicationError
        when the archive beside the manifest is another one
    """
    wanted = manifest.artifact.sha256
    if beside.is_file() and (actual := sha256_of_bytes(beside.read_bytes())) != wanted:
        raise PublicationError(
            f"the sha256 of {beside} is {actual}, its manifest says {wanted}; run: python -m training package"
        )
    here = (path for path in (beside, built) if path.is_file() and sha256_of_bytes(path.read_bytes()) == wanted)
    return Upload(
        key=manifest.artifact.key,
        path=next(here, None),
        sha256=wanted,
        size_bytes=manifest.artifact.size_bytes,
        content_type="application/gzip",
    )


def channel_uploads(folder: Path, manifest: DataManifest, *, file_format: str) -> list[Upload]:
    """The uploads of both channels in one format, after holding every file against the data manifest.

    Keys are `channels/<digest of all parts>/train/part-00000.csv` and so on, so a job can be given
    `channels/<digest>/train/` as its channel.

    Raises
    ------
    DataError
        when a file is missing or changed
    """
    prefix = channels_prefix(manifest.channels_digest(file_format))
    uploads = []
    for channel in CHANNELS:
        names = manifest.channel_files(channel, file_format)
        verify(folder, manifest, names)
        uploads += [
            Upload(
                key=f"{prefix}{channel}/{Path(name).name}",
                path=folder / name,
                sha256=manifest.files[name],
                size_bytes=(folder / name).stat().st_size,
                content_type=CONTENT_TYPES[file_format],
            )
            for name in names
        ]
    return uploads


def dataset_uploads(folder: Path, manifest: DataManifest, *, file_format: str) -> list[Upload]:
    """The uploads of the channels, then of all that belongs to them, in the order in which they must be there.

    After the parts comes the test split, which is no channel of a job but what its model is scored on; then a manifest
    of it all; last an empty object named as the folder is, `channels/DIGEST/`: who sees it knows that the folder is
    complete. It is what starts the pipeline on new data.

    Raises
    ------
    DataError
        when a file is missing or changed
    """
    prefix = channels_prefix(manifest.channels_digest(file_format))
    test = encode_channel(read_split(folder, "test"), file_format)
    description = pretty_json(manifest.published(file_format))
    return [
        *channel_uploads(folder, manifest, file_format=file_format),
        _upload_of(f"{prefix}test/part-00000.{file_format}", test, CONTENT_TYPES[file_format]),
        # Who publishes the same parts from another copy of MNIST names another source.
        _upload_of(f"{prefix}{MANIFEST_NAME}", description, "application/json", first_stays=True),
        _upload_of(prefix, b"", "application/x-directory"),
    ]


def _upload_of(key: str, content: bytes, content_type: str, *, first_stays: bool = False) -> Upload:
    return Upload(
        key=key,
        path=None,
        sha256=sha256_of_bytes(content),
        size_bytes=len(content),
        content_type=content_type,
        content=content,
        first_stays=first_stays,
    )


def publish(
    store: ObjectStore, uploads: list[Upload], *, on_bytes: Callable[[int], None] = lambda _count: None
) -> Publication:
    """Upload what is not there yet, and verify everything.

    Parameters
    ----------
    store
        the bucket
    uploads
        what must be in it afterwards
    on_bytes
        called with the size of each object once it is there

    Raises
    ------
    PublicationError
        when an object of that key has another content, or the store does not hold what was sent
    """
    uploaded = 0
    for upload in uploads:
        uploaded += _publish_one(store, upload)
        on_bytes(upload.size_bytes)
    return Publication(uploaded=uploaded, present=len(uploads) - uploaded)


def _publish_one(store: ObjectStore, upload: Upload) -> bool:
    """Whether it had to be uploaded; another process may publish the same at the same time."""
    stored, new = store.sha256_of(upload.key), False
    if upload.first_stays and stored is not None:
        return False
    if stored is None:
        new = store.put_new(upload.key, _content(upload), sha256=upload.sha256, content_type=upload.content_type)
        stored = store.sha256_of(upload.key)
    if stored != upload.sha256 and not upload.first_stays:
        raise PublicationError(
            f"{store.name}/{upload.key} has sha256 {stored}, expected {upload.sha256}; it is not overwritten:"
            " find out who uploaded it and remove it"
        )
    return new


def _content(upload: Upload) -> bytes:
    if upload.content is not None:
        return upload.content
    if upload.path is None:
        raise PublicationError(
            f"the artifact with sha256 {upload.sha256} is neither in the bucket nor on this machine; train a model"
            " and promote it: make train, then: python -m training promote build/model/manifest.json"
        )
    return upload.path.read_bytes()
