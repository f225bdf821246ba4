"""The check itself: compare what S3 says of the object with what the manifest says. No event, no boto3."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Protocol


class ArtifactError(Exception):
    """The artifact cannot be served as it is; the text is one sentence for the user."""


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """What the manifest says: bucket, key, SHA-256 as 64 hexadecimal digits, size in bytes."""

    bucket: str
    key: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    """What S3 says: size in bytes, and the base64 SHA-256 of the whole content if it was uploaded with one."""

    size_bytes: int
    checksum_sha256: str | None


class ObjectStore(Protocol):
    """The store of artifacts."""

    def find(self, bucket: str, key: str) -> StoredObject | None:
        """The object, or None if it is not there or may not be read."""


def check(artifact: Artifact, store: ObjectStore) -> None:
    """Return if the artifact is there and is the one of the manifest.

    Raises
    ------
    ArtifactError
        If it is not.
    """
    found = store.find(artifact.bucket, artifact.key)
    where = f"s3://{artifact.bucket}/{artifact.key}"
    if found is None:
        msg = (
            f"the model's artifact {where} is not there (or may not be read): "
            "run 'python -m training publish', then deploy again"
        )
        raise ArtifactError(msg)
    if found.size_bytes != artifact.size_bytes:
        msg = (
            f"the model's artifact {where} has {found.size_bytes} bytes, but the manifest says {artifact.size_bytes}: "
            "promote the manifest that was written with it"
        )
        raise ArtifactError(msg)
    if found.checksum_sha256 and found.checksum_sha256 != _base64_of(artifact.sha256):
        msg = (
            f"the model's artifact {where} has SHA-256 {found.checksum_sha256} (base64), but the manifest says "
            f"{_base64_of(artifact.sha256)}: remove it, then run 'python -m training publish'"
        )
        raise ArtifactError(msg)


def _base64_of(hexadecimal: str) -> str:
    return base64.b64encode(bytes.fromhex(hexadecimal)).decode()
