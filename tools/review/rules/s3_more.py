"""Rules for what stands around S3 buckets, and for their kin: access points, directory, table and vector buckets."""

from __future__ import annotations

from tools.review.buckets import ENCRYPTION, INVENTORY
from tools.review.change import Change, PropertyRules, Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.holders import altered, described, kept, keyed, removed, replaced
from tools.review.lifecycle import lifecycle_rule, lifecycle_rules
from tools.review.shapes import always, each, listed, opaque, ordered, present, switch
from tools.review.values import properties

BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
POINT_BLOCK = switch(
    on=harmless("public access by this way is blocked where it was not"),
    off=access("public access by this way is no longer blocked"),
    default=True,
)
"""Access points block public access unless they say otherwise.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-bpa-settings.html
"""

POINT: dict[str, Rule] = {
    **each(POINT_BLOCK, *(f"PublicAccessBlockConfiguration.{block}" for block in BLOCKS)),
    "VpcConfiguration": present(
        added=harmless("only one network can use the access point"),
        removed=access("the access point can be used from the internet"),
        changed=access("another network can use the access point"),
    ),
    "Scope": present(
        added=harmless("the access point allows less"),
        removed=access("the access point allows everything on all objects"),
        changed=access("the access point may allow more"),
    ),
}


def _point_added(change: Change) -> Verdict:
    given = properties(change.head)
    block = given.get("PublicAccessBlockConfiguration", {})
    if not isinstance(block, dict) or any(str(block.get(name, True)).lower() != "true" for name in BLOCKS):
        return access("a new way to the bucket does not block public access")
    if "Policy" in given:
        return access("a new way to the bucket is opened, with a policy of its own")
    return harmless("a new way to the bucket, for those whom the policies let in already")


GONE_POINT = always(interruption("callers that use the access point get errors"))

PROPERTIES: PropertyRules = {
    "AWS::S3::AccessPoint": POINT,
    "AWS::S3Express::AccessPoint": POINT,
    "AWS::S3::MultiRegionAccessPoint": {
        **{path: rule for path, rule in POINT.items() if path.startswith("PublicAccess")},
        "Regions": always(interruption("the access point is made anew, and callers get errors meanwhile")),
    },
    "AWS::S3::AccessGrant": each(
        altered(access("the grant gives another right, to another place or to somebody else")),
        "AccessGrantsLocationConfiguration",
        "AccessGrantsLocationId",
        "ApplicationArn",
        "Grantee",
        "Permission",
    ),
    "AWS::S3::AccessGrantsInstance": {
        "IdentityCenterArn": altered(access("people of another directory can be granted"))
    },
    "AWS::S3::AccessGrantsLocation": each(
        altered(access("grants reach another place, or by another role")), "IamRoleArn", "LocationScope"
    ),
    "AWS::S3::StorageLens": {"StorageLensConfiguration": always(harmless("only what is reported about storage"))},
    "AWS::S3::StorageLensGroup": {"Filter": always(harmless("only what is reported about storage"))},
    "AWS::S3Express::DirectoryBucket": {
        "BucketEncryption": present(
            added=harmless("new objects are encrypted by a rule of the bucket"),
            removed=access("new objects are encrypted with S3's own key only"),
        ),
        **{f"BucketEncryption.ServerSideEncryptionConfiguration{path}": rule for path, rule in ENCRYPTION.items()},
        **{f"InventoryConfigurations{path}": rule for path, rule in INVENTORY.items()},
        "LifecycleConfiguration": opaque(data_loss("which objects are deleted, and when, is unknown")),
        "LifecycleConfiguration.Rules": lifecycle_rules,
        "LifecycleConfiguration.Rules[]": lifecycle_rule,
        "MetricsConfigurations": listed(
            added=cost("requests are measured more finely"),
            removed=access("requests are no longer measured as before, and alarms on them see nothing"),
        ),
    },
    "AWS::S3Tables::TableBucket": {
        "EncryptionConfiguration.SSEAlgorithm": ordered(
            ("AES256", "aws:kms"),
            up=cost("each use of new data can cost a request to KMS, and readers need a right to its key"),
            down=access("new data is readable without a right to a key of KMS"),
            default="AES256",
        ),
        "EncryptionConfiguration.KMSKeyArn": keyed("new data"),
        "MetricsConfiguration": always(harmless("only what is measured")),
        "ReplicationConfiguration": present(
            added=cost("tables are copied to another bucket, and paid for twice"),
            removed=data_loss("tables are no longer copied to another bucket"),
            changed=data_loss("tables may no longer be copied, or not to the same bucket"),
        ),
        "StorageClassConfiguration": always(harmless("only the storage class of new tables")),
        "UnreferencedFileRemoval.Status": switch(
            on=data_loss("files that no table names any more are deleted"),
            off=cost("files that no table names any more are kept and paid for"),
            default=True,
        ),
        "UnreferencedFileRemoval.UnreferencedDays": kept("a file that no table names any more", default=3),
        "UnreferencedFileRemoval.NoncurrentDays": kept("a deleted file", default=10),
    },
    "AWS::S3Tables::Table": {
        "Compaction": always(harmless("only how files of the table are merged")),
        "SnapshotManagement.MaxSnapshotAgeHours": kept("an older state of the table", default=120),
        "SnapshotManagement.MinSnapshotsToKeep": kept("a number of older states of the table", default=1),
        "SnapshotManagement.Status": switch(
            on=data_loss("older states of the table are deleted"),
            off=cost("older states of the table are kept and paid for"),
            default=True,
        ),
        **each(always(interruption("what names the table no longer finds it")), "Namespace", "TableName"),
    },
    "AWS::S3Vectors::VectorBucket": {},
    "AWS::S3Vectors::Index": described(),
}

REMOVED: dict[str, Rule] = {
    **each(GONE_POINT, "AWS::S3::AccessPoint", "AWS::S3Express::AccessPoint", "AWS::S3::MultiRegionAccessPoint"),
    **each(
        always(interruption("who was granted access gets errors")),
        "AWS::S3::AccessGrant",
        "AWS::S3::AccessGrantsInstance",
        "AWS::S3::AccessGrantsLocation",
    ),
    **each(
        always(harmless("only reports about storage end, the storage stays")),
        "AWS::S3::StorageLens",
        "AWS::S3::StorageLensGroup",
    ),
    "AWS::S3Express::DirectoryBucket": removed("the bucket and its objects"),
    "AWS::S3Tables::TableBucket": removed("the bucket and its tables"),
    "AWS::S3Tables::Namespace": removed("the namespace and its tables"),
    "AWS::S3Tables::Table": removed("the table and its rows"),
    "AWS::S3Vectors::VectorBucket": removed("the bucket and its vectors"),
    "AWS::S3Vectors::Index": removed("the index and its vectors"),
}
REPLACED: dict[str, Rule] = {
    **each(GONE_POINT, "AWS::S3::AccessPoint", "AWS::S3Express::AccessPoint", "AWS::S3::MultiRegionAccessPoint"),
    "AWS::S3Express::DirectoryBucket": replaced("the old bucket, with its objects,"),
    "AWS::S3Tables::TableBucket": replaced("the old bucket, with its tables,"),
    "AWS::S3Tables::Namespace": replaced("the old namespace, with its tables,"),
    "AWS::S3Tables::Table": replaced("the old table, with its rows,"),
    "AWS::S3Vectors::VectorBucket": replaced("the old bucket, with its vectors,"),
    "AWS::S3Vectors::Index": replaced("the old index, with its vectors,"),
}
EMPTY = always(harmless("it is new and empty, and costs only what it will hold"))
ADDED: dict[str, Rule] = {
    **each(_point_added, "AWS::S3::AccessPoint", "AWS::S3Express::AccessPoint", "AWS::S3::MultiRegionAccessPoint"),
    **each(
        always(access("somebody may be granted access to objects")),
        "AWS::S3::AccessGrant",
        "AWS::S3::AccessGrantsInstance",
        "AWS::S3::AccessGrantsLocation",
    ),
    **each(always(harmless("only reports about storage begin")), "AWS::S3::StorageLens", "AWS::S3::StorageLensGroup"),
    **each(
        EMPTY,
        "AWS::S3Express::DirectoryBucket",
        "AWS::S3Tables::TableBucket",
        "AWS::S3Tables::Namespace",
        "AWS::S3Tables::Table",
        "AWS::S3Vectors::VectorBucket",
        "AWS::S3Vectors::Index",
    ),
}
