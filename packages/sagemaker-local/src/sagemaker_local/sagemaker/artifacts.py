"""Fetches a model's `model.tar.gz` from the emulated S3 with the rights of the model's execution role, and unpacks it.

What the role may not read cannot be served, as in the real service. Unpacking trusts nothing: regular files and folders
only, no links, no devices, no path outside the folder.
"""

from __future__ import annotations

import gzip
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from botocore.exceptions import ClientError

from sagemaker_local.sagemaker import s3_addresses
from sagemaker_local.sagemaker.errors import DeploymentFailed, is_full, validation
from sagemaker_local.sagemaker.records import Scope

# Far less than the service takes; most XGBoost models need a few megabytes, and this is a developer's machine.
_MAX_UNPACKED_BYTES = 2 * 1024**3

_EXTENDING = frozenset(
    {tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK}
)
_WITHOUT_CONTENT = frozenset(
    {tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE}
)
_MAX_EXTENSION_BYTES = 1024**2
_MAX_IN_A_ROW = 8
_MAX_HEADERS = 100_000


class RoleSessions(Protocol):
    """Gives credentials of a role to the service that runs the model."""

    def assume(self, scope: Scope, role_arn: str) -> dict[str, str]:
        """Return `aws_access_key_id`, `aws_secret_access_key`, `aws_session_token`; raise `PermissionError`."""
        ...


class Artifacts:
    """Reads model artifacts.

    Parameters
    ----------
    sessions
        Gives the credentials of execution roles.
    client
        Makes an S3 client from credentials and a region.
    """

    def __init__(self, sessions: RoleSessions, client: Callable[[dict[str, str], str], Any]) -> None:
        self._sessions, self._client = sessions, client

    def check(self, scope: Scope, url: str, role_arn: str) -> None:
        """Checks of CreateModel: the object exists and the role may read it.

        Raises
        ------
        ServiceError
            `ValidationException` with the text of the service.
        """
        bucket, key = split(url)
        try:
            self._client(self._sessions.assume(scope, role_arn), scope.region).head_object(Bucket=bucket, Key=key)
        except (ClientError, PermissionError) as error:
            if _status(error) == 404:
                msg = f"Could not find model data at {url}."
                raise validation(msg) from error
            msg = (
                f'Could not access model data at {url}. Please ensure that the role "{role_arn}" exists and that its '
                'trust relationship policy allows the action "sts:AssumeRole" for the service principal '
                '"sagemaker.amazonaws.com". Also ensure that the role has "s3:GetObject" permissions and that the '
                f"object is located in {scope.region}. If your Model uses multiple models or uncompressed models, "
                'please ensure that the role has "s3:ListBucket" permission.'
            )
            raise validation(msg) from error

    def unpack(self, scope: Scope, url: str, role_arn: str) -> Path:
        """Fetch the archive and unpack it into a new folder, which the caller removes.

        Raises
        ------
        DeploymentFailed
            With the text that the service gives as FailureReason.
        """
        bucket, key = split(url)
        folder = Path(tempfile.mkdtemp(prefix="model-"))
        archive = folder.with_suffix(".tar.gz")
        try:
            self._client(self._sessions.assume(scope, role_arn), scope.region).download_file(bucket, key, str(archive))
            _extract(archive, folder)
        except (ClientError, PermissionError) as error:
            discard(folder)
            msg = (
                f'Failed to download model data for container "container_1" from URL: "{url}". Please ensure that '
                "there is an object located at the URL and that the role passed to CreateModel has permissions to "
                "download the object."
            )
            raise DeploymentFailed(msg) from error
        except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, OverflowError, RecursionError) as error:
            discard(folder)
            if is_full(error):
                raise
            msg = (
                f'Failed to extract model data archive for container "container_1" from URL "{url}". Please ensure '
                f"that the object located at the URL is a valid tar.gz archive. ({error})"
            )
            raise DeploymentFailed(msg) from error
        finally:
            archive.unlink(missing_ok=True)
        return folder


def split(url: str) -> tuple[str, str]:
    """Bucket and key of an address of an object in S3.

    Raises
    ------
    ServiceError
        `ValidationException`, when it is none.
    """
    found = s3_addresses.bucket_and_key(url)
    if found is None or not found[1]:
        msg = f"Invalid ModelDataUrl {url!r}; this emulator reads {s3_addresses.FORMS}."
        raise validation(msg)
    return found


def discard(folder: Path) -> None:
    """Remove an unpacked model."""
    shutil.rmtree(folder, ignore_errors=True)


def _extract(archive: Path, folder: Path) -> None:
    _check_headers(archive)
    with tarfile.open(archive, "r:gz") as tar:
        members = tar.getmembers()
        size = sum(member.size for member in members)
        if size > _MAX_UNPACKED_BYTES:
            msg = f"the archive unpacks to {size} bytes; at most {_MAX_UNPACKED_BYTES} are allowed"
            raise tarfile.TarError(msg)
        for member in members:
            _extract_member(tar, member, folder)


def _check_headers(archive: Path) -> None:
    """Refuse an archive whose headers `tarfile` would need much memory or many nested calls for."""
    count, in_a_row = 0, 0
    with gzip.open(archive) as plain:
        while any(header := plain.read(tarfile.BLOCKSIZE)):
            size = tarfile.nti(header[124:136]) if len(header) == tarfile.BLOCKSIZE else 0  # type: ignore[attr-defined]
            size = 0 if header[156:157] in _WITHOUT_CONTENT else size
            in_a_row = in_a_row + 1 if header[156:157] in _EXTENDING else 0
            count += 1
            if count > _MAX_HEADERS or in_a_row > _MAX_IN_A_ROW or (in_a_row and size > _MAX_EXTENSION_BYTES):
                msg = "the archive has too many, or too large, extended headers"
                raise tarfile.TarError(msg)
            if size < 0:
                msg = "the archive has a member of less than no bytes"
                raise tarfile.TarError(msg)
            if plain.tell() + size > _MAX_UNPACKED_BYTES:
                msg = f"the archive unpacks to more than {_MAX_UNPACKED_BYTES} bytes"
                raise tarfile.TarError(msg)
            plain.seek(size + -size % tarfile.BLOCKSIZE, os.SEEK_CUR)


def _extract_member(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Write one member; Python before 3.11.4, which Debian 12 has, knows no extraction filters."""
    path = folder / member.name
    if not path.resolve().is_relative_to(folder.resolve()):
        msg = f"{member.name!r} is outside of the archive's own folder"
        raise tarfile.TarError(msg)
    if member.isdir():
        path.mkdir(parents=True, exist_ok=True)
        return
    source = tar.extractfile(member) if member.isreg() else None
    if source is None:
        msg = f"{member.name!r} is neither a regular file nor a folder"
        raise tarfile.TarError(msg)
    path.parent.mkdir(parents=True, exist_ok=True)
    with source, path.open("wb") as target:
        shutil.copyfileobj(source, target)


def _status(error: Exception) -> int:
    if isinstance(error, ClientError):
        return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    return 0
