"""What is told of drift, and how CloudFormation is asked."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.session import Session
from botocore.stub import Stubber

from tools.drift import Comparison, Drift, as_json, as_markdown, compare

DETECTION = "11111111-2222-3333-4444-555555555555"
TIME = "2026-01-01T00:00:00Z"
BUCKET = Drift(
    stack="digits-dev-storage",
    logical_id="DataBucket",
    type="AWS::S3::Bucket",
    status="MODIFIED",
    properties=("/Tags/0",),
)
REASON = "no cloudfront:GetDistribution"
TO_DO = "Your credentials need read access to each of them; if a rate limit was exceeded, try again."
FOUND = {
    "digits-dev-storage": Comparison(drifts=(BUCKET,)),
    "digits-dev-web": Comparison(unknown=REASON),
    "digits-dev-api": Comparison(),
}
RESOURCE = {
    "StackId": "arn:x",
    "LogicalResourceId": BUCKET.logical_id,
    "ResourceType": BUCKET.type,
    "StackResourceDriftStatus": BUCKET.status,
    "PropertyDifferences": [
        {"PropertyPath": "/Tags/0", "ExpectedValue": "a", "ActualValue": "b", "DifferenceType": "NOT_EQUAL"}
    ],
    "Timestamp": TIME,
}


@pytest.fixture
def asked() -> tuple[Any, Stubber]:
    client = Session().create_client(
        "cloudformation", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    stubber = Stubber(client)
    stubber.activate()
    return client, stubber


def answer(stubber: Stubber, detection: str, drift: str = "IN_SYNC", reason: str = "") -> None:
    status = {
        "StackId": "arn:x",
        "StackDriftDetectionId": DETECTION,
        "StackDriftStatus": drift,
        "DetectionStatus": detection,
        "DetectionStatusReason": reason,
        "Timestamp": TIME,
    }
    stubber.add_response("describe_stack_drift_detection_status", status, {"StackDriftDetectionId": DETECTION})


def test_waits_until_a_stack_is_compared_and_tells_what_differs(asked: tuple[Any, Stubber]) -> None:
    client, stubber = asked
    stubber.add_response("detect_stack_drift", {"StackDriftDetectionId": DETECTION}, {"StackName": BUCKET.stack})
    answer(stubber, "DETECTION_IN_PROGRESS")
    answer(stubber, "DETECTION_COMPLETE", "DRIFTED")
    stubber.add_response("describe_stack_resource_drifts", {"StackResourceDrifts": [RESOURCE]})
    waited: list[float] = []
    assert compare(client, [BUCKET.stack], sleep=waited.append) == {BUCKET.stack: Comparison(drifts=(BUCKET,))}
    assert len(waited) == 1


def test_a_stack_that_is_as_deployed_has_nothing(asked: tuple[Any, Stubber]) -> None:
    client, stubber = asked
    stubber.add_response("detect_stack_drift", {"StackDriftDetectionId": DETECTION})
    answer(stubber, "DETECTION_COMPLETE")
    assert compare(client, ["digits-dev-api"], sleep=print) == {"digits-dev-api": Comparison()}


@pytest.mark.parametrize(
    ("status", "times", "reason", "sentence"),
    [
        ("DETECTION_FAILED", 1, "no s3:GetBucketTagging", "no s3:GetBucketTagging"),
        ("DETECTION_IN_PROGRESS", 200, "", "no answer within 600 s"),
    ],
)
def test_what_is_not_known_hides_nothing_that_is(
    status: str, times: int, reason: str, sentence: str, asked: tuple[Any, Stubber]
) -> None:
    client, stubber = asked
    stubber.add_response("detect_stack_drift", {"StackDriftDetectionId": DETECTION})
    for _ in range(times):
        answer(stubber, status, reason=reason)
    stubber.add_response("describe_stack_resource_drifts", {"StackResourceDrifts": [RESOURCE]})
    found = compare(client, [BUCKET.stack], sleep=lambda _: None)
    assert found == {BUCKET.stack: Comparison(drifts=(BUCKET,), unknown=sentence)}


def test_the_table_and_the_json_tell_the_same() -> None:
    assert as_markdown("dev", FOUND).splitlines() == [
        "Resources of dev that are not as their stacks have them: 1.",
        "",
        "| stack | resource | type | is | properties |",
        "|---|---|---|---|---|",
        "| digits-dev-storage | DataBucket | AWS::S3::Bucket | MODIFIED | /Tags/0 |",
        "",
        f"Not every resource of digits-dev-web could be compared: {REASON}. {TO_DO}",
        "",
        "As deployed: digits-dev-api.",
    ]
    assert as_json("dev", FOUND)["drifted"][0]["logical_id"] == "DataBucket"
    assert as_json("dev", FOUND)["stacks"] == ["digits-dev-storage", "digits-dev-web", "digits-dev-api"]
    assert as_json("dev", FOUND)["unknown"] == {"digits-dev-web": REASON}
