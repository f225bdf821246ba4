"""S3 as a job sees it: with the rights of the job's role, and with the service's words when it may not.

Blocking; callers move it off the event loop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import ClientError

from sagemaker_local.sagemaker import s3_addresses
from sagemaker_local.sagemaker.artifacts import RoleSessions
from sagemaker_local.sagemaker.errors import validation
from sagemaker_local.sagemaker.jobs import channels
from sagemaker_local.sagemaker.jobs.records import JobFailed, JobStopped
from sagemaker_local.sagemaker.records import Scope
from sagemaker_local.sagemaker.shapes import Json

Location = tuple[str, str]

# The answer to HEAD, with which boto3 begins a download, has no body: this is what GET says.
_OF_HEAD = {"403": ("AccessDenied", "Access Denied"), "404": ("NoSuchKey", "The specified key does not exist.")}


def split_prefix(url: str) -> Location:
    """Bucket and key, or prefix of keys, of an address in S3; the key may be empty.

    Raises
    ------
    ServiceError
        When it is not an address in S3.
    """
    found = s3_addresses.bucket_and_key(url)
    if found is None:
        msg = f"Invalid S3 URI {url!r}; this emulator reads {s3_addresses.FORMS}."
        raise validation(msg)
    return found


class JobBuckets:
    """Gives access to S3 for roles of jobs.

    Parameters
    ----------
    sessions
        Gives the credentials of roles.
    client
        Makes an S3 client from credentials and a region.
    """

    def __init__(self, sessions: RoleSessions, client: Callable[[dict[str, str], str], Any]) -> None:
        self._sessions, self._client = sessions, client

    def access(self, scope: Scope, role_arn: str) -> S3Access:
        """S3 with the rights of that role.

        Raises
        ------
        ServiceError
            `ValidationException`, when SageMaker may not assume the role.
        """
        try:
            credentials = self._sessions.assume(scope, role_arn)
        except PermissionError as error:
            msg = (
                f"Could not assume role {role_arn}. Please ensure that the role exists and allows principal "
                "'sagemaker.amazonaws.com' to assume the role."
            )
            raise validation(msg) from error
        return S3Access(self._client(credentials, scope.region), role_arn, scope.region)


class S3Access:
    """What a job reads and writes; made by `JobBuckets`."""

    def __init__(self, client: Any, role_arn: str, region: str) -> None:
        self._client, self._role, self._region = client, role_arn, region

    def check_input(self, url: str) -> None:
        """Check of a Create operation: the role can list an object.

        Raises
        ------
        ServiceError
            `ValidationException` with the text of the service.
        """
        bucket, prefix = split_prefix(url)
        try:
            found = self._client.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1).get("Contents")
        except ClientError as error:
            raise validation(self._nothing_there(url, bucket)) from error
        if not found:
            raise validation(self._nothing_there(url, bucket))

    def keys(self, url: str) -> list[str]:
        """All keys that begin with the prefix, in the order of S3; folders' markers are left out.

        Raises
        ------
        JobFailed
            With the text that the service gives as FailureReason.
        """
        bucket, prefix = split_prefix(url)
        try:
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
            return [item["Key"] for page in pages for item in page.get("Contents", []) if item["Key"][-1] != "/"]
        except ClientError as error:
            raise JobFailed(_download_failed(error)) from error

    def download(self, bucket: str, key: str, path: Path) -> None:
        """Fetch one object into a file.

        Raises
        ------
        JobFailed
            With the text that the service gives as FailureReason.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._client.download_file(bucket, key, str(path))
        except ClientError as error:
            raise JobFailed(_download_failed(error)) from error
        except (FileExistsError, IsADirectoryError, NotADirectoryError) as error:
            msg = (
                "ClientError: Failed to download data. Please check your s3 objects and ensure that there is no "
                "object that is both a folder as well as a file."
            )
            raise JobFailed(msg) from error
        except OSError as error:  # a name that is too long, a disk that is full
            msg = f"ClientError: Data download failed:the object {key!r} could not be written: {error.strerror}"
            raise JobFailed(msg) from error

    def read(self, url: str) -> bytes:
        """The content of one object.

        Raises
        ------
        JobFailed
            With the text that the service gives as FailureReason.
        """
        bucket, key = split_prefix(url)
        try:
            content: bytes = self._client.get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError as error:
            raise JobFailed(_download_failed(error)) from error
        return content

    def upload(self, path: Path, url: str, *, kms_key: str = "") -> None:
        """Put a file into S3.

        Raises
        ------
        JobFailed
            With the text that the service gives as FailureReason.
        """
        bucket, key = split_prefix(url)
        encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key} if kms_key else {}
        try:
            self._client.upload_file(str(path), bucket, key, ExtraArgs=encryption or None)
        except (ClientError, S3UploadFailedError) as error:
            msg = f"ClientError: Artifact upload failed:{_words(error)}"
            raise JobFailed(msg) from error

    def upload_folder(self, folder: Path, url: str, *, kms_key: str = "") -> None:
        """Put every file of a folder below a prefix, as `upload` does."""
        for path, name in files_below(folder):
            self.upload(path, f"{url.rstrip('/')}/{name}", kms_key=kms_key)

    def _nothing_there(self, url: str, bucket: str) -> str:
        return (
            f'No S3 objects found under S3 URL "{url}" given in input data source. Please ensure that the bucket '
            f"exists in the selected region ({self._region}), that objects exist under that S3 prefix, and that the "
            f'role "{self._role}" has "s3:ListBucket" permissions on bucket "{bucket}".'
        )


def fetch_source(access: S3Access, source: Json, folders: list[Path], stopped: Callable[[], bool]) -> None:
    """Fetch an S3DataSource or a ProcessingS3Input to the hosts, each of which has one of the folders.

    Raises
    ------
    JobFailed
        When something cannot be read.
    JobStopped
        When `stopped` says so between two objects.
    """
    objects = _objects(access, source)
    distribution = source.get("S3DataDistributionType", "FullyReplicated")
    for host, folder in enumerate(folders):
        folder.mkdir(parents=True, exist_ok=True)
        for url in channels.share(list(objects), distribution, host, len(folders)):
            if stopped():
                raise JobStopped
            access.download(*split_prefix(url), inside(folder, objects[url]))


def inside(folder: Path, name: str) -> Path:
    """Where an object of that name lies in a folder; keys may hold `..`.

    Raises
    ------
    JobFailed
        When that is outside of the folder.
    """
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        msg = f"ClientError: Data download failed:the object {name!r} would lie outside of its folder"
        raise JobFailed(msg)
    return path


def _objects(access: S3Access, source: Json) -> dict[str, str]:
    """Addresses of a source's objects, and where each lies below the folder."""
    url = source["S3Uri"]
    if source["S3DataType"] == "ManifestFile":
        prefix, urls = channels.manifest_urls(access.read(url), url)
        return {each: channels.local_name(each, prefix) for each in urls}
    bucket, prefix = split_prefix(url)
    return {f"s3://{bucket}/{key}": channels.local_name(key, prefix) for key in access.keys(url)}


def files_below(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every regular file below a folder with its name there, `/` between the parts, in order; links are left out."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path, path.relative_to(folder).as_posix()


def _download_failed(error: ClientError) -> str:
    return f"ClientError: Data download failed:{_words(error)}"


def _words(error: Exception) -> str:
    """Code, status and text of a refusal of S3, as the service repeats them."""
    found = error if isinstance(error, ClientError) else error.__context__
    if not isinstance(found, ClientError):
        return str(error)
    details, metadata = found.response.get("Error", {}), found.response.get("ResponseMetadata", {})
    given = str(details.get("Code")), str(details.get("Message"))
    code, text = _OF_HEAD.get(given[0], given)
    return f"{code} ({metadata.get('HTTPStatusCode')}): {text}"
