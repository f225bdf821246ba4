"""What must hold for uploads: the upload bucket, the queue, the worker, the table, the channels."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatch
from typing import Any

import pytest

from stacks.shared.errors import ConfigurationError
from stacks.upload.inbox import name_begins
from stacks.upload.settings import MIB, UploadSettings
from tests.support.assemblies import Assembly, as_list, as_text, statements

NEEDS = ("uploads", "people")

BUCKET = "InboxPicturesBucket489E79FA"
QUEUE, DEAD_LETTERS = "InboxQueue96F60793", "InboxDeadLettersFE4330BC"
WORKER_ROLES = ("ReadingWorkerRole",)


def properties(assembly: Assembly, name: str) -> dict[str, Any]:
    found: dict[str, Any] = assembly.template("upload")["Resources"][name]["Properties"]
    return found


def rights(assembly: Assembly, role: str) -> set[tuple[str, str]]:
    """Every action with the resource it is allowed on, of the roles whose name begins so."""
    return {
        (action, as_text(resource))
        for name, statement in statements(assembly)
        if name.startswith(role)
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }


def test_the_bucket_is_private_and_tls_only(assembly: Assembly) -> None:
    bucket = properties(assembly, BUCKET)
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    policy = properties(assembly, "InboxPicturesBucketPolicy247D1FA0")["PolicyDocument"]
    denied = [statement["Condition"] for statement in policy["Statement"] if statement["Effect"] == "Deny"]
    assert {"Bool": {"aws:SecureTransport": "false"}} in denied
    assert not [statement for statement in policy["Statement"] if statement["Effect"] == "Allow"]


def test_browsers_may_upload_from_the_site_only(assembly: Assembly) -> None:
    (rule,) = properties(assembly, BUCKET)["CorsConfiguration"]["CorsRules"]
    assert rule["AllowedMethods"] == ["POST"]
    site, *others = map(as_text, rule["AllowedOrigins"])
    assert re.fullmatch(r"https://<(?:Publish|Exports)Output\w+DomainName\w+>", site)
    assert others == (["http://localhost:*"] if assembly.settings.environment == "local" else [])


def test_uploads_expire(assembly: Assembly) -> None:
    rules = properties(assembly, BUCKET)["LifecycleConfiguration"]["Rules"]
    (expiry,) = [rule for rule in rules if "ExpirationInDays" in rule]
    assert expiry["ExpirationInDays"] == 1
    assert expiry["NoncurrentVersionExpiration"]["NoncurrentDays"] == 1
    assert "Prefix" not in expiry
    # Versions make an upload that is told twice the same upload.
    assert properties(assembly, BUCKET)["VersioningConfiguration"]["Status"] == "Enabled"


def test_every_upload_is_told_to_the_queue(assembly: Assembly) -> None:
    (told,) = properties(assembly, BUCKET)["NotificationConfiguration"]["QueueConfigurations"]
    assert told["Event"] == "s3:ObjectCreated:*"
    assert told["Queue"]["Fn::GetAtt"][0] == QUEUE
    assert told["Filter"]["S3Key"]["Rules"] == [{"Name": "prefix", "Value": "uploads/"}]
    # S3 tries the queue out when the notification is set.
    assert "InboxQueuePolicyD0875339" in assembly.template("upload")["Resources"][BUCKET]["DependsOn"]


def test_only_this_stack_s_bucket_may_write_to_the_queue(assembly: Assembly) -> None:
    policy = properties(assembly, "InboxQueuePolicyD0875339")["PolicyDocument"]
    (allowed,) = [statement for statement in policy["Statement"] if statement["Effect"] == "Allow"]
    assert allowed["Principal"] == {"Service": "s3.amazonaws.com"}
    assert allowed["Condition"]["StringEquals"] == {"aws:SourceAccount": assembly.settings.account}
    source = as_text(allowed["Condition"]["ArnLike"]["aws:SourceArn"])
    assert source.endswith(f":s3:::{assembly.settings.stack_name('upload')}-*")


@pytest.mark.parametrize(
    ("stack", "bucket"),
    [
        ("digits-prod-upload", "digits-prod-upload-inboxpicturesbucket489e79fa-hdst4ohfvdif"),
        ("digits-abcdefghijk-upload", "digits-abcdefghijk-upload-inboxpicturesbucket489e7-hdst4ohfvdif"),
        # As real names are cut: "chineseboostanalyticsstac-rainlyticslogsbucket8df4-hdst4ohfvdif" of a 26-letter stack.
        ("digits-abcdefghijklmnop-upload", "digits-abcdefghijklmnop-u-inboxpicturesbucket489e7-hdst4ohfvdif"),
    ],
)
def test_the_bucket_of_a_stack_with_a_long_name_may_write_to_the_queue(stack: str, bucket: str) -> None:
    assert len(bucket) <= 63
    assert fnmatch(bucket, f"{name_begins(stack)}*")


def test_a_message_stays_hidden_as_long_as_it_may_be_worked_on(assembly: Assembly) -> None:
    visibility = properties(assembly, QUEUE)["VisibilityTimeout"]
    timeout = properties(assembly, "ReadingWorkerFunction8D0D7661")["Timeout"]
    upload = assembly.settings.upload
    assert timeout >= upload.batch_pictures * upload.picture_seconds
    assert visibility >= timeout  # else Lambda refuses the mapping
    if assembly.settings.environment != "local":
        assert visibility >= 6 * timeout  # what AWS advises


def test_what_fails_becomes_a_dead_letter(assembly: Assembly) -> None:
    redrive = properties(assembly, QUEUE)["RedrivePolicy"]
    assert redrive["deadLetterTargetArn"]["Fn::GetAtt"][0] == DEAD_LETTERS
    assert redrive["maxReceiveCount"] == assembly.settings.upload.receives
    assert properties(assembly, DEAD_LETTERS)["MessageRetentionPeriod"] == 14 * 86_400


def test_the_worker_reports_each_message_by_itself(assembly: Assembly) -> None:
    mapping = properties(assembly, "ReadingMapping95A0CE08")
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": assembly.settings.upload.concurrency}


def test_the_worker_may_do_its_work_and_nothing_else(assembly: Assembly) -> None:
    allowed = {action for action, _ in rights(assembly, "ReadingWorkerRole")}
    tracing = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"} if assembly.settings.tracing else set()
    assert allowed == tracing | {
        "appsync:EventPublish",
        "dynamodb:GetItem",
        "dynamodb:UpdateItem",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:ListBucket",
        "sagemaker:InvokeEndpoint",
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
    }
    tables = {resource for action, resource in rights(assembly, "ReadingWorkerRole") if action.startswith("dynamodb:")}
    assert len(tables) == 1
    assert "TablesJobs" in tables.pop()


def test_the_function_of_the_routes_may_do_its_work_and_nothing_else(assembly: Assembly) -> None:
    allowed = {action for action, _ in rights(assembly, "UploadsRole")}
    tracing = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"} if assembly.settings.tracing else set()
    assert allowed == tracing | {
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "s3:PutObject",
    }


def test_only_the_worker_may_publish(assembly: Assembly) -> None:
    publishers = [
        (name, as_text(resource))
        for name, statement in statements(assembly)
        if any(action.startswith("appsync:") for action in as_list(statement["Action"]))
        for resource in as_list(statement["Resource"])
    ]
    ((name, resource),) = publishers
    assert name.startswith(WORKER_ROLES)
    assert resource == '<{"Fn::GetAtt": ["ChannelsEventspredictions941079A0", "ChannelNamespaceArn"]}>'


def test_who_may_listen_and_who_may_publish(assembly: Assembly) -> None:
    config = assembly.only("AWS::AppSync::Api")["EventConfig"]
    listeners = [{"AuthType": "AWS_IAM"}, {"AuthType": "AMAZON_COGNITO_USER_POOLS"}]
    assert config["ConnectionAuthModes"] == listeners
    assert config["DefaultSubscribeAuthModes"] == listeners
    assert config["DefaultPublishAuthModes"] == [{"AuthType": "AWS_IAM"}]
    assert "API_KEY" not in json.dumps(config)
    namespace = assembly.only("AWS::AppSync::ChannelNamespace")
    assert namespace["Name"] == "predictions"
    assert "util.unauthorized()" in namespace["CodeHandlers"]


def test_the_table_expires_its_items_and_can_be_restored(assembly: Assembly) -> None:
    table = assembly.only("AWS::DynamoDB::Table")
    assert table["TimeToLiveSpecification"] == {"AttributeName": "forgotten_at", "Enabled": True}
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert table["BillingMode"] == "PAY_PER_REQUEST"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"bytes_max": 101 * MIB}, "upload bytes_max is 105906176; allowed is 1 to 104857600"),
        ({"url_seconds": 30}, "upload url_seconds is 30; allowed is 60 to 3600"),
        ({"answer_seconds": 600}, "upload answer_seconds is 600; allowed is 930 to 604800"),
        ({"picture_seconds": 16}, "upload picture_seconds is 16; allowed is 17 to 120"),
        ({"concurrency": 1}, "upload concurrency is 1; allowed is 2 to 1000"),
        ({"picture_seconds": 120, "batch_pictures": 10, "answer_seconds": 20_000}, "worker_seconds is 1205"),
    ],
)
def test_settings_that_cannot_be_are_named(changes: dict[str, int], told: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(told)):
        UploadSettings(**changes)
