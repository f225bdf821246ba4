"""What must hold for the bucket in every environment, whatever the snapshots say."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.assemblies import Assembly, Json, as_text, statements

BUCKET = "DataBucketE6B0FAA8"
ACCESS_LOGS = "DataAccessLogsC0C25EE4"


def rules(assembly: Assembly) -> list[Json]:
    bucket = assembly.template("storage")["Resources"][BUCKET]
    found: list[Json] = bucket["Properties"]["LifecycleConfiguration"]["Rules"]
    return found


def test_logical_ids_of_stateful_things_stay(assembly: Assembly) -> None:
    # A changed id would make CloudFormation leave the bucket behind and make an empty one.
    assert set(assembly.resources("AWS::S3::Bucket", "storage")) == {BUCKET, ACCESS_LOGS}
    uploads = {"InboxPicturesBucket489E79FA", "InboxPicturesAccessLogs54B248B3"}
    assert set(assembly.resources("AWS::S3::Bucket", "upload")) == uploads
    pools = {"PeopleE38C8D03"} if assembly.settings.parts.people else set()
    assert set(assembly.resources("AWS::Cognito::UserPool")) == pools


def test_data_is_retained_everywhere_but_in_the_emulator(assembly: Assembly) -> None:
    emulated = assembly.settings.environment == "local"
    wanted = ("Delete", "Delete") if emulated else ("RetainExceptOnCreate", "Retain")
    for bucket in assembly.resources("AWS::S3::Bucket").values():
        assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == wanted


def test_buckets_are_private_and_encrypted(assembly: Assembly) -> None:
    for bucket in assembly.resources("AWS::S3::Bucket").values():
        properties = bucket["Properties"]
        assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
        assert len(properties["PublicAccessBlockConfiguration"]) == 4
        (encryption,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
        assert properties["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
        assert "BucketName" not in properties


def test_buckets_speak_tls_only(assembly: Assembly) -> None:
    refused = [
        as_text(statement["Resource"])
        for _, statement in statements(assembly, effect="Deny")
        if statement["Action"] == "s3:*" and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
    ]
    for bucket in (BUCKET, ACCESS_LOGS):
        (matching,) = [resource for resource in refused if bucket in resource]
        assert "/*" in matching  # objects, and not the bucket alone


def test_access_is_logged_into_the_other_bucket(assembly: Assembly) -> None:
    resources = assembly.template("storage")["Resources"]
    assert resources[BUCKET]["Properties"]["LoggingConfiguration"]["DestinationBucketName"] == {"Ref": ACCESS_LOGS}
    expiring = [rule["ExpirationInDays"] for rule in log_rules(resources) if "ExpirationInDays" in rule]
    assert expiring == [365 if assembly.settings.environment == "prod" else 90]


def log_rules(resources: Json) -> list[Json]:
    found: list[Json] = resources[ACCESS_LOGS]["Properties"]["LifecycleConfiguration"]["Rules"]
    return found


def test_versions_are_kept(assembly: Assembly) -> None:
    bucket = assembly.template("storage")["Resources"][BUCKET]
    assert bucket["Properties"]["VersioningConfiguration"] == {"Status": "Enabled"}


def test_training_data_cools_down(assembly: Assembly) -> None:
    (rule,) = [rule for rule in rules(assembly) if rule.get("Prefix") == "channels/"]
    assert rule["Status"] == "Enabled"
    assert [(step["StorageClass"], step["TransitionInDays"]) for step in rule["Transitions"]] == [
        ("STANDARD_IA", 30),
        ("GLACIER", 90),
    ]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}


def test_payloads_of_dead_letters_are_forgotten_and_parts_are_not(assembly: Assembly) -> None:
    (rule,) = [rule for rule in rules(assembly) if str(rule.get("Prefix", "")).startswith("stream")]
    assert (rule["Prefix"], rule["ExpirationInDays"]) == ("stream/dead-letters/", 30)


def touches_models(rule: Json) -> bool:
    """Whether a lifecycle rule could move or remove an object under `models/`."""
    prefix: Any = rule.get("Prefix", rule.get("Filter", {}).get("Prefix", ""))
    overlaps = prefix.startswith("models/") or "models/".startswith(prefix)
    return overlaps and bool(rule.keys() - {"Id", "Status", "Prefix", "Filter", "AbortIncompleteMultipartUpload"})


def test_nothing_happens_to_models_by_itself(assembly: Assembly) -> None:
    assert [rule["Id"] for rule in rules(assembly) if touches_models(rule)] == []


@pytest.mark.parametrize(
    "rule",
    [
        {"ExpirationInDays": 1},
        {"Prefix": "", "NoncurrentVersionExpiration": {"NoncurrentDays": 1}},
        {"Prefix": "mod", "Transitions": []},
        {"Prefix": "models/abc", "ExpirationInDays": 1},
    ],
)
def test_the_test_above_would_notice(rule: Json) -> None:
    assert touches_models({"Id": "a", "Status": "Enabled", **rule})


def test_unfinished_uploads_are_removed_everywhere(assembly: Assembly) -> None:
    assert any("Prefix" not in rule and "AbortIncompleteMultipartUpload" in rule for rule in rules(assembly))


def test_models_are_written_once_and_kept(assembly: Assembly) -> None:
    denied = {statement.get("Sid"): statement for _, statement in statements(assembly, effect="Deny")}
    once, keep = denied["WriteModelsOnce"], denied["KeepModelVersions"]
    assert once["Action"] == "s3:PutObject"
    assert once["Condition"] == {
        "Null": {"s3:if-none-match": "true"},
        "Bool": {"s3:ObjectCreationOperation": "true"},
    }
    assert keep["Action"] == "s3:DeleteObjectVersion"
    for statement in (once, keep):
        assert as_text(statement["Resource"]).endswith("/models/*")
        assert statement["Principal"] == {"AWS": "*"}


def test_the_name_is_published(assembly: Assembly) -> None:
    resources = assembly.template("storage")["Resources"].values()
    (parameter,) = [each["Properties"] for each in resources if each["Type"] == "AWS::SSM::Parameter"]
    assert parameter["Name"] == f"/digits/{assembly.settings.environment}/bucket-name"
    assert parameter["Value"] == {"Ref": BUCKET}
    assert assembly.template("storage")["Outputs"]["BucketName"]["Value"] == {"Ref": BUCKET}
