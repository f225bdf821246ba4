"""Addresses in S3: every form that SageMaker takes, and what is none."""

from __future__ import annotations

import pytest

from sagemaker_local.sagemaker.errors import ServiceError
from sagemaker_local.sagemaker.jobs.s3_access import split_prefix
from sagemaker_local.sagemaker.s3_addresses import bucket_and_key


@pytest.mark.parametrize(
    "address",
    [
        "s3://my-bucket/a/b.tar.gz",
        "https://s3.amazonaws.com/my-bucket/a/b.tar.gz",
        "https://s3.eu-west-1.amazonaws.com/my-bucket/a/b.tar.gz",
        "https://s3-eu-west-1.amazonaws.com/my-bucket/a/b.tar.gz",
        "https://s3.dualstack.us-gov-east-1.amazonaws.com/my-bucket/a/b.tar.gz",
        "https://s3.cn-north-1.amazonaws.com.cn/my-bucket/a/b.tar.gz",
        "https://my-bucket.s3.amazonaws.com/a/b.tar.gz",
        "https://my-bucket.s3.eu-west-1.amazonaws.com/a/b.tar.gz",
        "https://my-bucket.s3-eu-west-1.amazonaws.com/a/b.tar.gz",
        "https://my-bucket.s3.eu-west-1.amazonaws.com/a%2Fb.tar.gz",
    ],
)
def test_each_form_names_bucket_and_key(address: str) -> None:
    assert bucket_and_key(address) == ("my-bucket", "a/b.tar.gz")


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("s3://my-bucket", ("my-bucket", "")),
        ("https://s3.eu-west-1.amazonaws.com/my-bucket", ("my-bucket", "")),
        ("https://my.bucket.s3.eu-west-1.amazonaws.com/", ("my.bucket", "")),
        ("s3://my-bucket/a b%2F", ("my-bucket", "a b%2F")),
    ],
)
def test_a_key_may_be_empty_and_is_decoded_in_web_addresses_alone(address: str, found: tuple[str, str]) -> None:
    assert bucket_and_key(address) == found


@pytest.mark.parametrize(
    "address",
    [
        "s3://",
        "my-bucket/a",
        "http://s3.amazonaws.com/my-bucket/a",
        "https://example.com/my-bucket/a",
        "https://s3.eu-west-1.example.com/my-bucket/a",
        "https://s3.amazonaws.com.example.com/my-bucket/a",
        "https://s3.amazonaws.com/my-bucket/a?versionId=1",
    ],
)
def test_anything_else_is_refused_with_the_forms(address: str) -> None:
    assert bucket_and_key(address) is None
    with pytest.raises(ServiceError, match=r"https://BUCKET\.s3\.REGION\.amazonaws\.com/KEY"):
        split_prefix(address)
