"""Artifacts: which rights are used to fetch them, what is said when they cannot be had, and what is never unpacked."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sagemaker_local.sagemaker.artifacts import Artifacts, discard, split
from sagemaker_local.sagemaker.errors import DeploymentFailed, ServiceError
from sagemaker_local.sagemaker.records import Scope
from support.emulators import archive

SCOPE = Scope(account="123456789012", region="us-east-1")
ROLE = "arn:aws:iam::123456789012:role/execution"
URL = "s3://bucket/models/model.tar.gz"


class Sessions:
    """Knows one role."""

    def assume(self, _: Scope, role_arn: str) -> dict[str, str]:
        if role_arn != ROLE:
            raise PermissionError(role_arn)
        return {"aws_access_key_id": "of-the-role"}


class Bucket:
    """An S3 client with one object, or with a refusal."""

    def __init__(self, content: bytes | int) -> None:
        self._content = content

    def head_object(self, **_: str) -> None:
        self._object()

    def download_file(self, _bucket: str, _key: str, path: str) -> None:
        Path(path).write_bytes(self._object())

    def _object(self) -> bytes:
        if isinstance(self._content, int):
            metadata: Any = {"HTTPStatusCode": self._content}
            raise ClientError({"Error": {"Code": str(self._content)}, "ResponseMetadata": metadata}, "HeadObject")
        return self._content


def artifacts(content: bytes | int) -> Artifacts:
    def client(credentials: dict[str, str], _region: str) -> Bucket:
        assert credentials == {"aws_access_key_id": "of-the-role"}
        return Bucket(content)

    return Artifacts(Sessions(), client)


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Artifacts are unpacked below a folder that can be looked at."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_an_archive_is_unpacked_and_removed(temporary: Path) -> None:
    folder = artifacts(archive({"xgboost-model": b"model"})).unpack(SCOPE, URL, ROLE)
    assert [path.name for path in folder.iterdir()] == ["xgboost-model"]
    discard(folder)
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("status", [403, 404])
def test_what_cannot_be_downloaded_fails_the_deployment(temporary: Path, status: int) -> None:
    with pytest.raises(DeploymentFailed, match='Failed to download model data for container "container_1" from URL'):
        artifacts(status).unpack(SCOPE, URL, ROLE)
    assert list(temporary.iterdir()) == []


def special(kind: bytes, target: str = "") -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        entry = tarfile.TarInfo("xgboost-model")
        entry.type, entry.linkname = kind, target
        tar.addfile(entry)
    return packed.getvalue()


def extended(kind: bytes, count: int, size: int) -> bytes:
    """So many extended headers in a row, each of which says that it has so many bytes; of a large one few are there."""
    entry = tarfile.TarInfo("x")
    entry.type, entry.size = kind, size
    piece = entry.tobuf(tarfile.USTAR_FORMAT) + bytes(min(size, 512))
    return gzip.compress(piece * count + bytes(1024))


def going_back() -> bytes:
    """A member that says that it has less than no bytes: who believes it reads its header for ever."""
    entry = tarfile.TarInfo("x")
    entry.size = -512
    return gzip.compress(bytes([120]) + bytes(511) + entry.tobuf(tarfile.GNU_FORMAT) + bytes(1024))


UNSAFE = [
    going_back(),
    archive({"xgboost-model": b"model" * 100})[:-20],
    archive({"xgboost-model": bytes(range(256)) * 9})[:40] + b"\xff" * 60,
    *(extended(kind, 3000, 512) for kind in (tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME)),
    *(extended(kind, 1, 1 << 30) for kind in (tarfile.XHDTYPE, tarfile.GNUTYPE_LONGLINK)),
    extended(tarfile.REGTYPE, 1, 3 << 30),
    b"",
    b"not a tar",
    archive({"../outside": b"x"}),
    archive({"/tmp/outside": b"x"}),
    special(tarfile.SYMTYPE, "/etc/passwd"),
    special(tarfile.SYMTYPE, "another-model"),
    special(tarfile.LNKTYPE, "another-model"),
    special(tarfile.FIFOTYPE),
]


def test_folders_are_unpacked_too() -> None:
    folder = artifacts(archive({"xgboost-model": b"model", "code/inference.py": b"pass"})).unpack(SCOPE, URL, ROLE)
    assert (folder / "code/inference.py").read_bytes() == b"pass"


# Named by number: the bytes of an archive hold the time.
@pytest.mark.parametrize("content", UNSAFE, ids=range(len(UNSAFE)))
def test_what_is_no_safe_archive_fails_the_deployment(temporary: Path, content: bytes) -> None:
    with pytest.raises(DeploymentFailed, match="Failed to extract model data archive"):
        artifacts(content).unpack(SCOPE, URL, ROLE)
    assert list(temporary.iterdir()) == []


def test_create_model_looks_for_the_object_with_the_role_s_rights() -> None:
    artifacts(b"there").check(SCOPE, URL, ROLE)
    with pytest.raises(ServiceError, match=f"^Could not find model data at {URL}.$"):
        artifacts(404).check(SCOPE, URL, ROLE)
    with pytest.raises(ServiceError, match=f"^Could not access model data at {URL}. Please ensure that the role"):
        artifacts(403).check(SCOPE, URL, ROLE)
    with pytest.raises(ServiceError, match="Could not access"):
        artifacts(b"there").check(SCOPE, URL, ROLE + "-of-another")


@pytest.mark.parametrize("url", ["https://bucket/key", "s3://bucket", "s3://bucket/", "s3:///key"])
def test_only_addresses_of_objects_are_read(url: str) -> None:
    with pytest.raises(ServiceError, match="s3://BUCKET/KEY"):
        split(url)
