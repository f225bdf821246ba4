"""Policies of the emulator may ask whether an upload would overwrite, and may name one log stream or a role's path."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.emulators import Emulator, trust

BUCKET, GROUP = "finer-policies", "/finer/policies"
ARN = "arn:aws:logs:us-east-1:123456789012:log-group"
STREAM = f"{ARN}:/finer/policies:log-stream:mine-*"


@pytest.fixture(scope="module")
def user(emulator: Emulator) -> Iterator[Any]:
    """A function that makes clients of a user who may upload what is not there, and read streams named `mine-`."""
    s3, logs, iam = emulator.client("s3"), emulator.client("logs"), emulator.client("iam")
    s3.create_bucket(Bucket=BUCKET)
    logs.create_log_group(logGroupName=GROUP)
    for stream in ("mine-1", "theirs-1"):
        logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)
    statements = [
        {
            "Effect": "Allow",
            "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{BUCKET}/*",
            "Condition": {"Null": {"s3:if-none-match": "false"}},
        },
        {"Effect": "Allow", "Action": ["logs:GetLogEvents", "logs:PutLogEvents"], "Resource": STREAM},
        {"Effect": "Allow", "Action": "logs:DescribeLogStreams", "Resource": f"{ARN}:/finer/policies:log-stream:"},
        {"Effect": "Allow", "Action": "logs:CreateLogGroup", "Resource": f"{ARN}:/finer/new"},
        {"Effect": "Allow", "Action": "cloudwatch:DescribeAlarms", "Resource": "arn:aws:cloudwatch:*:*:alarm:*"},
        {"Effect": "Allow", "Action": "cloudwatch:GetDashboard", "Resource": "arn:aws:cloudwatch::*:dashboard/finer"},
        {"Effect": "Allow", "Action": "iam:ListRoleTags", "Resource": "arn:aws:iam::123456789012:role/finer/*"},
        {
            "Effect": "Allow",
            "Action": "cloudfront:GetDistribution",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:ResourceTag/site": "finer"}},
        },
    ]
    iam.create_user(UserName="finer")
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName="finer", PolicyName="p", PolicyDocument=document)
    key = iam.create_access_key(UserName="finer")["AccessKey"]

    yield lambda service: emulator.client(service, key=key["AccessKeyId"], secret=key["SecretAccessKey"])

    iam.delete_access_key(UserName="finer", AccessKeyId=key["AccessKeyId"])
    iam.delete_user_policy(UserName="finer", PolicyName="p")
    iam.delete_user(UserName="finer")
    logs.delete_log_group(logGroupName=GROUP)


def test_an_upload_must_say_that_it_does_not_overwrite(user: Any) -> None:
    user("s3").put_object(Bucket=BUCKET, Key="new", Body=b"1", IfNoneMatch="*")
    with pytest.raises(ClientError, match="AccessDenied"):
        user("s3").put_object(Bucket=BUCKET, Key="new", Body=b"2")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        user("s3").put_object(Bucket=BUCKET, Key="new", Body=b"2", IfNoneMatch="*")


def test_one_stream_of_a_group_may_be_read(user: Any) -> None:
    assert user("logs").get_log_events(logGroupName=GROUP, logStreamName="mine-1")["events"] == []
    with pytest.raises(ClientError, match="AccessDenied"):
        user("logs").get_log_events(logGroupName=GROUP, logStreamName="theirs-1")


def test_one_stream_of_a_group_may_be_written(user: Any) -> None:
    event = {"timestamp": 1_790_000_000_000, "message": "hello"}
    user("logs").put_log_events(logGroupName=GROUP, logStreamName="mine-1", logEvents=[event])
    with pytest.raises(ClientError, match="AccessDenied"):
        user("logs").put_log_events(logGroupName=GROUP, logStreamName="theirs-1", logEvents=[event])


def test_a_group_is_asked_about_with_an_empty_stream(user: Any) -> None:
    streams = user("logs").describe_log_streams(logGroupName=GROUP)["logStreams"]
    assert [stream["logStreamName"] for stream in streams] == ["mine-1", "theirs-1"]
    with pytest.raises(ClientError, match="AccessDenied"):
        user("logs").create_log_group(logGroupName="/finer/new")


def test_an_upload_may_leave_the_key_to_aws(emulator: Emulator, user: Any) -> None:
    user("s3").put_object(Bucket=BUCKET, Key="kms", Body=b"1", IfNoneMatch="*", ServerSideEncryption="aws:kms")
    assert emulator.client("s3").get_object(Bucket=BUCKET, Key="kms")["Body"].read() == b"1"


def test_a_role_is_named_with_its_path(user: Any, emulator: Emulator) -> None:
    iam = emulator.client("iam")
    for path, name in (("/finer/", "inside"), ("/", "outside")):
        iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=trust("lambda.amazonaws.com"))
    assert user("iam").list_role_tags(RoleName="inside")["Tags"] == []
    with pytest.raises(ClientError, match="AccessDenied"):
        user("iam").list_role_tags(RoleName="outside")


def test_alarms_are_described_with_a_right_on_all_of_them(user: Any) -> None:
    assert user("cloudwatch").describe_alarms(AlarmNames=["one"])["MetricAlarms"] == []


def test_a_policy_may_ask_for_the_tag_of_a_distribution(user: Any, emulator: Emulator) -> None:
    def distribution(site: str) -> str:
        config = {
            "CallerReference": site,
            "Comment": "",
            "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [{"Id": "o", "DomainName": "b.s3.amazonaws.com"}]},
            "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only"},
        }
        tagged = {"DistributionConfig": config, "Tags": {"Items": [{"Key": "site", "Value": site}]}}
        made = emulator.client("cloudfront").create_distribution_with_tags(DistributionConfigWithTags=tagged)
        return str(made["Distribution"]["Id"])

    assert user("cloudfront").get_distribution(Id=distribution("finer"))["Distribution"]
    with pytest.raises(ClientError, match="AccessDenied"):
        user("cloudfront").get_distribution(Id=distribution("other"))


def test_a_dashboard_is_asked_for_by_its_name(user: Any) -> None:
    with pytest.raises(ClientError, match="NotFound"):
        user("cloudwatch").get_dashboard(DashboardName="finer")
    with pytest.raises(ClientError, match="AccessDenied"):
        user("cloudwatch").get_dashboard(DashboardName="other")
