"""The store on S3: what it asks of S3, call by call, and one sentence for every refusal."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from botocore.response import StreamingBody
from botocore.session import Session
from botocore.stub import Stubber

from training.aws.s3_store import S3Store
from training.common.errors import BusyError, PublicationError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET, KEY, CONTENT = "digits-bucket", "models/abc/model.tar.gz", b"model"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
CHECKSUM = base64.b64encode(hashlib.sha256(CONTENT).digest()).decode()
HEAD = {"Bucket": BUCKET, "Key": KEY, "ChecksumMode": "ENABLED"}
LIST = {"Bucket": BUCKET, "Prefix": KEY, "MaxKeys": 1}
PUT = {
    "Bucket": BUCKET, "Key": KEY, "Body": CONTENT, "ContentType": "application/gzip", "ChecksumSHA256": CHECKSUM,
    "IfNoneMatch": "*",
}  # fmt: skip


class Stubbed:
    """A store whose client expects calls in their order."""

    def __init__(self) -> None:
        session = Session()
        session.set_credentials("key", "secret")
        client: S3Client = session.create_client("s3", region_name="us-east-1")  # type: ignore[assignment]
        self.stub = Stubber(client)
        self.store = S3Store(BUCKET, s3=client)

    def refused(self, operation: str, code: str, status: int, asked: dict[str, Any]) -> None:
        """The next call is refused."""
        self.stub.add_client_error(operation, code, http_status_code=status, expected_params=asked)

    def put_new(self) -> bool:
        """Store the content."""
        return self.store.put_new(KEY, CONTENT, sha256=SHA256, content_type="application/gzip")


@pytest.fixture
def s3() -> Iterator[Stubbed]:
    """A stubbed store; every expected call must have been made in the end."""
    stubbed = Stubbed()
    with stubbed.stub:
        yield stubbed
    stubbed.stub.assert_no_pending_responses()


def test_the_checksum_that_s3_keeps_is_the_digest(s3: Stubbed) -> None:
    s3.stub.add_response("head_object", {"ChecksumSHA256": CHECKSUM}, HEAD)
    assert s3.store.sha256_of(KEY) == SHA256


@pytest.mark.parametrize("kept", [{}, {"ChecksumSHA256": f"{CHECKSUM}-2"}], ids=["none", "composite"])
def test_an_object_without_checksum_of_its_content_is_read_back(s3: Stubbed, kept: dict[str, str]) -> None:
    s3.stub.add_response("head_object", kept, HEAD)
    body = {"Body": StreamingBody(io.BytesIO(CONTENT), len(CONTENT))}
    s3.stub.add_response("get_object", body, {"Bucket": BUCKET, "Key": KEY})
    assert s3.store.sha256_of(KEY) == SHA256


@pytest.mark.parametrize("status", [403, 404])
def test_what_the_list_does_not_show_is_absent_whatever_head_says(s3: Stubbed, status: int) -> None:
    s3.refused("head_object", str(status), status, HEAD)
    s3.stub.add_response("list_objects_v2", {"Contents": [{"Key": f"{KEY}.sig"}]}, LIST)
    assert s3.store.sha256_of(KEY) is None


@pytest.mark.slow
def test_what_the_list_shows_must_not_be_hidden(s3: Stubbed) -> None:
    s3.refused("head_object", "403", 403, HEAD)
    s3.stub.add_response("list_objects_v2", {"Contents": [{"Key": KEY}]}, LIST)
    with pytest.raises(PublicationError, match="access is denied"):
        s3.store.sha256_of(KEY)


def test_an_object_is_put_with_its_checksum_and_only_if_there_is_none(s3: Stubbed) -> None:
    s3.stub.add_response("put_object", {}, PUT)
    assert s3.put_new()
    s3.refused("put_object", "PreconditionFailed", 412, PUT)
    assert not s3.put_new()


@pytest.mark.parametrize(
    ("head", "code", "expected"),
    [
        (403, "AccessDenied", "belong to another account"),
        (403, "InvalidAccessKeyId", "the access key is unknown"),
        (404, "NoSuchBucket", "there is no such bucket"),
    ],
)
def test_the_list_says_why_head_was_refused(s3: Stubbed, head: int, code: str, expected: str) -> None:
    s3.refused("head_object", str(head), head, HEAD)
    s3.refused("list_objects_v2", code, head, LIST)
    with pytest.raises(PublicationError, match=f"s3://{BUCKET}: .*{expected}"):
        s3.store.sha256_of(KEY)


@pytest.mark.parametrize(
    ("status", "expected"), [(301, "another region"), (400, "see the permissions")], ids=["region", "token"]
)
@pytest.mark.slow
def test_a_refusal_without_a_body_is_one_sentence(s3: Stubbed, status: int, expected: str) -> None:
    s3.refused("head_object", str(status), status, HEAD)
    with pytest.raises(PublicationError, match=f"s3://{BUCKET}: .*{expected}") as caught:
        s3.store.sha256_of(KEY)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("code", "status"), [("SlowDown", 503), ("InternalError", 500)])
def test_what_may_pass_is_told_apart(s3: Stubbed, code: str, status: int) -> None:
    s3.refused("put_object", code, status, PUT)
    with pytest.raises(BusyError):
        s3.put_new()


def test_content_that_was_damaged_on_the_way(s3: Stubbed) -> None:
    s3.refused("put_object", "BadDigest", 400, PUT)
    with pytest.raises(PublicationError, match="damaged in transit; try again"):
        s3.put_new()
