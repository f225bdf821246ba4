"""Rules of S3 buckets: lifecycles by what they do to objects, who can read, what is copied and who is told."""

from __future__ import annotations

from typing import Any

from tests.support.review_rules import COST, FINE, LOSS, OPEN, STOP, each_row, judge, property_said
from tools.review.change import Risk

BUCKET = "AWS::S3::Bucket"


def rule(status: str = "Enabled", **what: Any) -> dict[str, Any]:
    return {"Status": status, **what}


@each_row(
    [
        (None, rule(ExpirationInDays=30), LOSS),
        (rule(ExpirationInDays=30), None, COST),
        (rule(ExpirationInDays=30), rule(ExpirationInDays=3), LOSS),
        (rule(ExpirationInDays=30), rule(ExpirationInDays=300), COST),
        (rule(ExpirationInDays=30), rule("Disabled", ExpirationInDays=30), COST),
        (rule("Disabled", ExpirationInDays=30), rule(ExpirationInDays=30), LOSS),
        (rule("Disabled", ExpirationInDays=30), rule("Disabled", ExpirationInDays=3), FINE),
        (rule(ExpirationInDays=30, Prefix="a/"), rule(ExpirationInDays=30), LOSS),
        (rule(ExpirationInDays=30), rule(ExpirationInDays=30, Prefix="a/"), COST),
        (rule(ExpirationInDays=30, Prefix="a/"), rule(ExpirationInDays=30, Prefix="b/"), LOSS),
        (rule(ExpirationInDays=30, ObjectSizeGreaterThan=9), rule(ExpirationInDays=30), LOSS),
        (rule(ExpirationInDays=30), rule(ExpirationInDays=30, TagFilters=[{"Key": "a", "Value": "b"}]), COST),
        (rule(ExpirationInDays=30), rule(ExpirationInDays={"Ref": "Days"}), LOSS),
        (rule(ExpirationDate="2030-01-01"), rule(ExpirationDate="2029-01-01"), LOSS),
        (None, rule(NoncurrentVersionExpiration={"NoncurrentDays": 30}), LOSS),
        (rule(NoncurrentVersionExpirationInDays=30), rule(NoncurrentVersionExpirationInDays=3), LOSS),
        (
            rule(NoncurrentVersionExpiration={"NoncurrentDays": 30}),
            rule(NoncurrentVersionExpiration={"NoncurrentDays": 90}),
            COST,
        ),
        (
            rule(NoncurrentVersionExpiration={"NoncurrentDays": 30, "NewerNoncurrentVersions": 5}),
            rule(NoncurrentVersionExpiration={"NoncurrentDays": 30}),
            LOSS,
        ),
        (
            rule(NoncurrentVersionExpiration={"NoncurrentDays": 30}),
            rule(NoncurrentVersionExpiration={"NoncurrentDays": 30, "NewerNoncurrentVersions": 5}),
            COST,
        ),
        (None, rule(AbortIncompleteMultipartUpload={"DaysAfterInitiation": 7}), FINE),
        (rule(AbortIncompleteMultipartUpload={"DaysAfterInitiation": 7}), None, COST),
        (None, rule(ExpiredObjectDeleteMarker=True), FINE),
        (None, rule(Transitions=[{"StorageClass": "STANDARD_IA", "TransitionInDays": 30}]), COST),
        (None, rule(Transitions=[{"StorageClass": "DEEP_ARCHIVE", "TransitionInDays": 30}]), STOP),
        (None, rule(Transitions=[{"StorageClass": "ONEZONE_IA", "TransitionInDays": 30}]), LOSS),
        (rule(Transition={"StorageClass": "GLACIER", "TransitionInDays": 90}), None, COST),
        (
            rule(Transition={"StorageClass": "GLACIER", "TransitionInDays": 90}),
            rule(Transitions=[{"StorageClass": "GLACIER", "TransitionInDays": 9}]),
            STOP,
        ),
    ],
)
def test_a_lifecycle_rule_is_told_by_what_it_does_to_objects(before: Any, after: Any, risk: Risk) -> None:
    assert judge(BUCKET, "LifecycleConfiguration.Rules[]", before, after) == risk

    listed = judge(BUCKET, "LifecycleConfiguration.Rules", before and [before], after and [after])
    assert listed in (risk, FINE)


def test_the_sentence_names_what_is_deleted_and_when() -> None:
    verdict = property_said(
        BUCKET,
        "LifecycleConfiguration.Rules[]",
        rule(Prefix="models/", ExpirationInDays=365),
        rule(Prefix="models/", ExpirationInDays=30),
    )

    assert verdict is not None
    assert verdict.why == "objects under models/ are deleted after 30 days instead of after 365 days"


def test_ids_and_order_of_rules_do_nothing() -> None:
    one, other = rule(ExpirationInDays=30, Prefix="a/"), rule(ExpirationInDays=3, Prefix="b/")

    assert (
        judge(BUCKET, "LifecycleConfiguration.Rules", [one, other], [{**other, "Id": "x"}, {**one, "Id": "y"}]) == FINE
    )


def test_rules_with_ids_are_told_one_by_one() -> None:
    before, after = [{**rule(ExpirationInDays=30), "Id": "x"}], [{**rule(ExpirationInDays=3), "Id": "x"}]

    assert property_said(BUCKET, "LifecycleConfiguration.Rules", before, after) is None


def test_a_rule_inserted_before_others_is_the_only_one_that_counts() -> None:
    kept = rule(ExpirationInDays=30, Prefix="a/")
    aborts = rule(AbortIncompleteMultipartUpload={"DaysAfterInitiation": 7})

    assert judge(BUCKET, "LifecycleConfiguration.Rules", [kept], [aborts, kept]) == FINE


@each_row(
    [
        ("VersioningConfiguration.Status", "Enabled", "Suspended", LOSS),
        ("VersioningConfiguration.Status", "Enabled", None, LOSS),
        ("VersioningConfiguration.Status", None, "Enabled", COST),
        ("VersioningConfiguration", {"Fn::If": ["c", {}, {}]}, {"Status": "Enabled"}, LOSS),
        *(
            (f"PublicAccessBlockConfiguration.{name}", before, after, risk)
            for name in ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
            for before, after, risk in ((True, False, OPEN), (True, None, OPEN), (False, True, FINE))
        ),
        ("AccessControl", None, "PublicRead", OPEN),
        ("AccessControl", "Private", "LogDeliveryWrite", OPEN),
        ("AccessControl", "PublicRead", None, FINE),
        ("OwnershipControls", {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}, None, OPEN),
        ("OwnershipControls", None, {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}, FINE),
        ("WebsiteConfiguration", None, {"IndexDocument": "i"}, OPEN),
        ("WebsiteConfiguration", {"IndexDocument": "i"}, None, STOP),
        ("LoggingConfiguration", {"LogFilePrefix": "a"}, None, OPEN),
        ("LoggingConfiguration", None, {"LogFilePrefix": "a"}, FINE),
        ("BucketEncryption", {"ServerSideEncryptionConfiguration": []}, None, OPEN),
        (
            "BucketEncryption.ServerSideEncryptionConfiguration[].ServerSideEncryptionByDefault.SSEAlgorithm",
            "aws:kms",
            "AES256",
            OPEN,
        ),
        (
            "BucketEncryption.ServerSideEncryptionConfiguration[].ServerSideEncryptionByDefault.SSEAlgorithm",
            "AES256",
            "aws:kms",
            COST,
        ),
        ("BucketEncryption.ServerSideEncryptionConfiguration[].BucketKeyEnabled", True, False, COST),
        ("BucketEncryption.ServerSideEncryptionConfiguration[].BucketKeyEnabled", False, True, FINE),
        ("CorsConfiguration", None, {"CorsRules": [{}]}, OPEN),
        ("CorsConfiguration", {"CorsRules": [{}]}, None, STOP),
        ("CorsConfiguration.CorsRules[].AllowedOrigins", ["https://a"], ["*"], OPEN),
        ("CorsConfiguration.CorsRules[].AllowedOrigins", ["https://a"], ["https://a", "https://b"], OPEN),
        ("CorsConfiguration.CorsRules[].AllowedOrigins", ["*"], ["https://a"], FINE),
        ("CorsConfiguration.CorsRules[].AllowedMethods", ["GET"], ["GET", "PUT"], OPEN),
        ("CorsConfiguration.CorsRules[].MaxAge", 1, 2, FINE),
        ("ObjectLockConfiguration", {"ObjectLockEnabled": "Enabled"}, None, LOSS),
        (
            "ObjectLockConfiguration.Rule.DefaultRetention",
            {"Mode": "COMPLIANCE", "Days": 9},
            {"Mode": "GOVERNANCE", "Days": 9},
            LOSS,
        ),
        (
            "ObjectLockConfiguration.Rule.DefaultRetention",
            {"Mode": "COMPLIANCE", "Years": 1},
            {"Mode": "COMPLIANCE", "Days": 9},
            LOSS,
        ),
        (
            "ObjectLockConfiguration.Rule.DefaultRetention",
            {"Mode": "COMPLIANCE", "Days": 9},
            {"Mode": "COMPLIANCE", "Days": 99},
            COST,
        ),
        ("ReplicationConfiguration", {"Rules": [{}]}, None, LOSS),
        ("ReplicationConfiguration", None, {"Rules": [{"Destination": {"Bucket": {"Ref": "Copies"}}}]}, COST),
        ("ReplicationConfiguration.Rules[].Status", "Enabled", "Disabled", LOSS),
        ("ReplicationConfiguration.Rules[].Prefix", "a/", "", COST),
        ("ReplicationConfiguration.Rules[].Prefix", "", "a/", LOSS),
        ("NotificationConfiguration.QueueConfigurations", [{"Event": "e"}], None, STOP),
        ("NotificationConfiguration.QueueConfigurations", None, [{"Event": "e"}], FINE),
        ("NotificationConfiguration.EventBridgeConfiguration", {"EventBridgeEnabled": True}, None, STOP),
        ("NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled", True, False, STOP),
        ("InventoryConfigurations[]", {"Id": "a"}, None, STOP),
        ("MetricsConfigurations", [{"Id": "a"}], None, OPEN),
        ("MetricsConfigurations", None, [{"Id": "a"}], COST),
        ("AccelerateConfiguration.AccelerationStatus", "Enabled", "Suspended", STOP),
    ],
)
def test_a_property_of_a_bucket_has_its_class_in_this_direction(path: str, before: Any, after: Any, risk: Risk) -> None:
    assert judge(BUCKET, path, before, after) == risk
