"""The check of the artifact before a deployment: what it compares, and what CloudFormation is told."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.session import Session
from botocore.stub import Stubber

from artifact_check.checker import Artifact, ArtifactError, StoredObject, check
from artifact_check.handler import respond
from artifact_check.s3_store import S3Store

SHA256 = "ab" * 32
CHECKSUM = base64.b64encode(bytes.fromhex(SHA256)).decode()
KEY = f"models/{SHA256}/model.tar.gz"
ARTIFACT = Artifact(bucket="bucket", key=KEY, sha256=SHA256, size_bytes=10)


class FakeStore:
    """An `ObjectStore` of the objects it is given, or that fails."""

    def __init__(self, objects: dict[str, StoredObject] | None = None, error: Exception | None = None) -> None:
        self._objects = objects or {}
        self._error = error

    def find(self, bucket: str, key: str) -> StoredObject | None:
        if self._error:
            raise self._error
        return self._objects.get(f"{bucket}/{key}")


def store(size_bytes: int = 10, checksum: str | None = CHECKSUM) -> FakeStore:
    return FakeStore({f"bucket/{KEY}": StoredObject(size_bytes=size_bytes, checksum_sha256=checksum)})


def request(kind: str = "Create") -> dict[str, Any]:
    return {
        "RequestType": kind,
        "ResponseURL": "https://somewhere/signed",
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Artifact",
        "ResourceProperties": {"Bucket": "bucket", "Key": KEY, "Sha256": SHA256, "SizeBytes": "10"},
    }


def answered(event: dict[str, Any], objects: FakeStore) -> dict[str, Any]:
    sent: list[tuple[str, bytes]] = []
    respond(event, lambda: objects, lambda url, body: sent.append((url, body)), log_stream="2026/stream")
    ((url, body),) = sent
    assert url == event["ResponseURL"]
    document: dict[str, Any] = json.loads(body)
    return document


@pytest.mark.parametrize("checksum", [CHECKSUM, None])
def test_the_right_object_is_good(checksum: str | None) -> None:
    check(ARTIFACT, store(checksum=checksum))


@pytest.mark.parametrize(
    ("objects", "sentence"),
    [
        (FakeStore(), "is not there (or may not be read): run 'python -m training publish', then deploy again"),
        (store(size_bytes=11), "has 11 bytes, but the manifest says 10"),
        (store(checksum="AAAA"), "has SHA-256 AAAA (base64), but the manifest says"),
    ],
)
def test_what_is_wrong_is_one_sentence_with_the_object(objects: FakeStore, sentence: str) -> None:
    with pytest.raises(ArtifactError) as caught:
        check(ARTIFACT, objects)
    assert sentence in str(caught.value)
    assert f"s3://bucket/{KEY}" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_cloudformation_is_told_that_it_is_good(kind: str) -> None:
    body = answered(request(kind), store())
    assert body["Status"] == "SUCCESS"
    assert {"StackId": "stack", "RequestId": "request", "LogicalResourceId": "Artifact"}.items() <= body.items()


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_cloudformation_is_told_what_is_wrong(kind: str) -> None:
    body = answered(request(kind), FakeStore())
    assert body["Status"] == "FAILED"
    assert "python -m training publish" in body["Reason"]


def test_a_delete_looks_at_nothing() -> None:
    assert answered(request("Delete"), FakeStore(error=AssertionError("asked")))["Status"] == "SUCCESS"


def test_a_check_that_fails_by_itself_is_answered_too() -> None:
    body = answered(request(), FakeStore(error=RuntimeError("secret inside")))
    assert body["Status"] == "FAILED"
    assert "2026/stream" in body["Reason"]
    assert "secret inside" not in body["Reason"]


def test_properties_that_are_missing_are_answered_too() -> None:
    assert answered({**request(), "ResourceProperties": {}}, store())["Status"] == "FAILED"


def test_an_update_keeps_the_identity_of_the_resource() -> None:
    # A new one would make CloudFormation delete the old resource.
    assert (
        answered({**request("Update"), "PhysicalResourceId": "as-before"}, store())["PhysicalResourceId"] == "as-before"
    )


@pytest.fixture
def client() -> Any:
    session = Session()
    session.set_credentials("key", "secret")
    return session.create_client("s3", region_name="us-east-1")


def expected(key: str = KEY) -> dict[str, str]:
    return {"Bucket": "bucket", "Key": key, "ChecksumMode": "ENABLED"}


def test_s3_is_asked_for_size_and_checksum(client: Any) -> None:
    with Stubber(client) as stubber:
        stubber.add_response("head_object", {"ContentLength": 10, "ChecksumSHA256": CHECKSUM}, expected())
        assert S3Store(client).find("bucket", KEY) == StoredObject(size_bytes=10, checksum_sha256=CHECKSUM)


def test_the_checksum_of_an_upload_in_parts_says_nothing(client: Any) -> None:
    with Stubber(client) as stubber:
        stubber.add_response("head_object", {"ContentLength": 10, "ChecksumSHA256": f"{CHECKSUM}-3"}, expected())
        found = S3Store(client).find("bucket", KEY)
    assert found == StoredObject(size_bytes=10, checksum_sha256=None)


@pytest.mark.parametrize(("code", "status"), [("404", 404), ("403", 403), ("NoSuchKey", 404)])
def test_an_object_that_is_absent_or_hidden_is_none(code: str, status: int, client: Any) -> None:
    with Stubber(client) as stubber:
        stubber.add_client_error("head_object", code, http_status_code=status, expected_params=expected())
        assert S3Store(client).find("bucket", KEY) is None


def test_other_errors_of_s3_are_not_hidden(client: Any) -> None:
    with Stubber(client) as stubber:
        stubber.add_client_error("head_object", "503", http_status_code=503, expected_params=expected())
        with pytest.raises(ClientError):
            S3Store(client).find("bucket", KEY)
