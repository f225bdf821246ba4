"""Small parts of the emulator that need nothing else: faults, resources of requests, bucket properties."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sagemaker_local.faults.fault import Fault, Kind, parse
from sagemaker_local.faults.store import Faults
from sagemaker_local.ministack import bucket_properties, callers, emptied_buckets
from sagemaker_local.ministack.roles import trusts
from sagemaker_local.sagemaker.authorization import (
    Permission,
    condition_keys,
    control_resource,
    further_permissions,
    invocation_resource,
)
from sagemaker_local.sagemaker.records import Scope

SCOPE = Scope(account="123456789012", region="us-east-1")
ARN = "arn:aws:sagemaker:us-east-1:123456789012"


def test_a_fault_is_counted_down_and_cleared() -> None:
    faults = Faults()
    faults.set("e", Fault(kind=Kind.THROTTLE, count=2))
    assert [faults.take("e") is not None for _ in range(3)] == [True, True, False]
    faults.set("e", Fault(kind=Kind.LATENCY))
    assert [faults.take("e") is not None for _ in range(3)] == [True, True, True]
    assert faults.take("another") is None
    faults.clear("e")
    assert faults.document() == {}


@pytest.mark.parametrize(
    "document", [{}, {"kind": "x"}, {"kind": "latency", "seconds": 500}, {"kind": "throttle", "count": 0}]
)
def test_a_fault_that_makes_no_sense_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="fault"):
        parse(document)


@pytest.mark.parametrize(
    ("operation", "body", "arn"),
    [
        ("DescribeModel", b'{"ModelName": "Mine"}', f"{ARN}:model/mine"),
        ("UpdateEndpoint", b'{"EndpointConfigName": "c", "EndpointName": "E"}', f"{ARN}:endpoint/e"),
        ("DeleteEndpointConfig", b'{"EndpointConfigName": "C"}', f"{ARN}:endpoint-config/c"),
        ("CreateTrainingJob", b'{"TrainingJobName": "Job"}', f"{ARN}:training-job/job"),
        ("StopProcessingJob", b'{"ProcessingJobName": "Job"}', f"{ARN}:processing-job/job"),
        ("UpdateEndpointWeightsAndCapacities", b'{"EndpointName": "E"}', f"{ARN}:endpoint/e"),
        ("ListTrainingJobs", b'{"NameContains": "Job"}', "*"),
        ("ListTags", b'{"ResourceArn": "arn:x"}', "arn:x"),
        ("ListModels", b"{}", "*"),
        ("DescribeModel", b"not json", "*"),
        ("DescribeModel", b'{"ModelName": 1}', "*"),
    ],
)
def test_the_resource_of_a_request(operation: str, body: bytes, arn: str) -> None:
    assert control_resource(SCOPE, f"SageMaker.{operation}", body) == arn


ROLE = "arn:aws:iam::123456789012:role/training"
PASS = Permission(action="iam:PassRole", resource=ROLE, context={"iam:PassedToService": "sagemaker.amazonaws.com"})


@pytest.mark.parametrize(
    ("operation", "body", "needed"),
    [
        ("CreateTrainingJob", {"TrainingJobName": "j", "RoleArn": ROLE}, [PASS]),
        ("CreateModel", {"ModelName": "m", "ExecutionRoleArn": ROLE, "Tags": []}, [PASS]),
        (
            "CreateEndpoint",
            {"EndpointName": "E", "Tags": [{"Key": "a", "Value": "b"}]},
            [Permission(action="sagemaker:AddTags", resource=f"{ARN}:endpoint/e", context={})],
        ),
        ("DescribeTrainingJob", {"TrainingJobName": "j", "RoleArn": ROLE}, []),
        ("AddTags", {"ResourceArn": "arn:x", "Tags": [{"Key": "a", "Value": "b"}]}, []),
    ],
)
def test_what_a_request_needs_besides(operation: str, body: dict[str, Any], needed: list[Permission]) -> None:
    assert further_permissions(SCOPE, f"SageMaker.{operation}", json.dumps(body).encode()) == needed


def test_conditions_see_the_machine_the_time_and_the_isolation_of_a_job() -> None:
    def seen(operation: str, **body: Any) -> dict[str, Any]:
        return condition_keys(f"SageMaker.{operation}", json.dumps(body).encode())

    isolated = seen("CreateTrainingJob", ResourceConfig={"InstanceType": "ml.m5.large"}, EnableNetworkIsolation=True)
    assert isolated == {"sagemaker:InstanceTypes": ["ml.m5.large"], "sagemaker:NetworkIsolation": "true"}
    assert seen("CreateTrainingJob") == {"sagemaker:NetworkIsolation": "false"}
    warm = seen(
        "CreateTrainingJob",
        ResourceConfig={"InstanceType": "ml.m5.large", "KeepAlivePeriodInSeconds": 600},
        StoppingCondition={"MaxRuntimeInSeconds": 60},
    )
    assert (warm["sagemaker:KeepAlivePeriod"], warm["sagemaker:MaxRuntimeInSeconds"]) == ("600", "60")
    processing = seen(
        "CreateProcessingJob",
        ProcessingResources={"ClusterConfig": {"InstanceType": "ml.m5.large"}},
        NetworkConfig={"EnableNetworkIsolation": True},
    )
    assert processing == {"sagemaker:InstanceTypes": ["ml.m5.large"], "sagemaker:NetworkIsolation": "true"}
    assert seen("CreateProcessingJob", ProcessingResources=None) == {"sagemaker:NetworkIsolation": "false"}
    assert seen("StopTrainingJob", TrainingJobName="j") == {}


def test_the_resource_of_an_invocation_is_in_lower_case() -> None:
    assert invocation_resource(SCOPE, "/endpoints/My-Churn/invocations") == f"{ARN}:endpoint/my-churn"


@pytest.mark.parametrize(
    ("statement", "trusted"),
    [
        ({"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}}, True),
        ({"Effect": "Allow", "Principal": {"Service": ["lambda.amazonaws.com", "sagemaker.amazonaws.com"]}}, True),
        ({"Effect": "Deny", "Principal": {"Service": "sagemaker.amazonaws.com"}}, False),
        ({"Effect": "Allow", "Principal": {"AWS": "123456789012"}}, False),
    ],
)
def test_whom_a_role_trusts(statement: dict[str, Any], trusted: bool) -> None:
    assert trusts({"Statement": [statement]}, "sagemaker.amazonaws.com") is trusted


def test_a_lifecycle_property_as_xml() -> None:
    rules = [
        {"Id": "a", "Prefix": "x/", "Status": "Enabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 3}},
        {"Status": "Disabled", "ExpirationInDays": 9, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
    ]
    assert bucket_properties.lifecycle_xml({"Rules": rules}).decode() == (
        '<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule><ID>a</ID><Filter>'
        "<Prefix>x/</Prefix></Filter><Status>Enabled</Status><NoncurrentVersionExpiration><NoncurrentDays>3"
        "</NoncurrentDays></NoncurrentVersionExpiration></Rule><Rule><Filter><Prefix /></Filter><Status>Disabled"
        "</Status><Expiration><Days>9</Days></Expiration><AbortIncompleteMultipartUpload><DaysAfterInitiation>7"
        "</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>"
    )


def test_encryption_with_a_key_of_aws_becomes_s3_s_own() -> None:
    def algorithm(**default: str) -> bytes:
        rule = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", **default}}
        return bucket_properties.encryption_xml({"ServerSideEncryptionConfiguration": [rule]})

    assert b"<SSEAlgorithm>AES256<" in algorithm()
    assert b"<SSEAlgorithm>aws:kms<" in algorithm(KMSMasterKeyID="mine")


def test_only_a_bucket_that_asks_for_it_is_emptied() -> None:
    buckets: dict[str, dict[str, Any]] = {"asks": {"objects": {"a": 1}}, "does-not": {"objects": {"a": 1}}}
    handlers = emptied_buckets.handlers(buckets=buckets, tags={"asks": {"aws-cdk:auto-delete-objects": "true"}})
    for name in (*buckets, "gone"):
        handlers["delete"]("id", {"BucketName": name})
    assert [len(bucket["objects"]) for bucket in buckets.values()] == [0, 1]


HERE = {"Host": "localhost:4566"}


@pytest.mark.parametrize(
    "headers",
    [
        *({"Host": host} for host in ("localhost", "127.0.0.1:4566", "[::1]:4566", "bucket.s3.localhost:4566")),
        {"Host": "abc123.execute-api.us-east-1.amazonaws.com"},
        {"Host": "d111111abcdef8.cloudfront.net"},
        {**HERE, "Origin": "http://localhost:8000"},
        {**HERE, "Origin": "https://127.0.0.1", "Sec-Fetch-Site": "cross-site"},
        {**HERE, "Sec-Fetch-Site": "none"},
    ],
)
def test_programs_and_pages_of_this_machine_are_answered(headers: dict[str, str]) -> None:
    assert callers.refusal(encoded(headers)) is None


@pytest.mark.parametrize(
    ("headers", "named"),
    [
        ({}, "Host ''"),
        ({"Host": "rebound.example:4566"}, "rebound.example"),
        ({"Host": "localhost.example"}, "localhost.example"),
        ({"Host": "amazonaws.com.example"}, "amazonaws.com.example"),
        ({**HERE, "Origin": "https://evil.example"}, "evil.example"),
        ({**HERE, "Origin": "http://localhost.evil.example"}, "evil.example"),
        ({**HERE, "Origin": "http://localhost:80@evil.example"}, "evil.example"),
        ({**HERE, "Origin": "null"}, "null"),
        ({**HERE, "Sec-Fetch-Site": "cross-site"}, "another site"),
    ],
)
def test_a_page_from_elsewhere_is_not(headers: dict[str, str], named: str) -> None:
    assert named in str(callers.refusal(encoded(headers)))


def encoded(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    """Headers as ASGI hands them over."""
    return [(name.encode(), value.encode()) for name, value in headers.items()]
