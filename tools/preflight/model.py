"""Whether the artifact of the promoted model is in the bucket, or can be put there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from contract.bucket_layout import ARCHIVE_NAME
from contract.manifest import Manifest
from tools.preflight.check import Check, Client, ok, wanting
from training.aws.publication import artifact_upload
from training.common.errors import PublicationError
from training.common.paths import BuildPaths

SUBJECT = "model"
PERMISSION = "s3:ListBucket"
TRAIN = "train and promote it: make train && python -m training promote build/model/manifest.json"


def check_model(client: Client, manifest: Manifest, at: Path, bucket: str | None, paths: BuildPaths) -> Iterator[Check]:
    """Whether the artifact can be served.

    Parameters
    ----------
    manifest, at
        The model that is to be served, and the file that says so.
    bucket
        The environment's bucket; None as long as it is not deployed.
    paths
        Where the model was packaged that was trained last.
    """
    name = manifest.artifact.sha256[:12]
    if bucket is not None and _is_in(client, bucket, manifest.artifact.key):
        yield ok(SUBJECT, f"{name} is in {bucket}")
        return
    where = f"not in {bucket}" if bucket else "not in a bucket yet"
    try:
        here = artifact_upload(manifest, beside=at.with_name(ARCHIVE_NAME), built=paths.archive).path
    except PublicationError as error:
        yield wanting(SUBJECT, f"{name} is {where}: {error}", TRAIN, blocks=True)
        return
    if here is not None:
        yield ok(SUBJECT, f"{name} is {where}; the deployment publishes {here}")
    else:
        found = f"{name}, which is to be served, is {where}, and {paths.archive} is another or not there"
        yield wanting(SUBJECT, found, TRAIN, blocks=True)


def _is_in(client: Client, bucket: str, key: str) -> bool:
    # HeadObject is answered with 403 where the key is absent and the caller may list a part of the bucket only.
    found = client("s3").list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1)
    return any(each["Key"] == key for each in found.get("Contents", []))
