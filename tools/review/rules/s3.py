"""Rules for S3 buckets: what their objects lose, who reaches them, who is told of them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
"""

from __future__ import annotations

from tools.review.buckets import (
    CORS,
    ENCRYPTION,
    INVENTORY,
    LOCK,
    NOTIFIED,
    REPLICATION,
    object_ownership,
    replication,
    website,
)
from tools.review.change import Change, PropertyRules, Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.holders import altered, removed, replaced
from tools.review.lifecycle import lifecycle_rule, lifecycle_rules
from tools.review.shapes import always, each, listed, opaque, present, switch
from tools.review.values import at, properties

BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
BLOCK = switch(
    on=harmless("public access is blocked where it was not, which narrows who can read"),
    off=access("public access is no longer blocked: an ACL or a bucket policy can open the objects to everybody"),
)
"""CloudFormation removes the block from the bucket when the property is removed, so that absent means off."""
PUBLIC_ACLS = frozenset({"PublicRead", "PublicReadWrite", "AuthenticatedRead"})


def _acl(change: Change) -> Verdict:
    before, after = (value or "Private" for value in (change.before, change.after))
    if after == "Private" or (after == "BucketOwnerFullControl" and str(before) in PUBLIC_ACLS):
        return harmless("only the owner of the bucket is named by its ACL")
    if str(after) in PUBLIC_ACLS:
        return access("everybody can read the objects, or write them, through the ACL of the bucket")
    return access("the ACL of the bucket lets somebody else read or write")


BUCKET: dict[str, Rule] = {
    "AccessControl": _acl,
    "AbacStatus": altered(access("tags of the bucket start or stop deciding who may use it")),
    "AccelerateConfiguration.AccelerationStatus": switch(
        on=cost("transfers by the accelerated address are paid for"),
        off=interruption("callers of the accelerated address get errors"),
    ),
    "AnalyticsConfigurations": always(harmless("only what is measured about the use of storage classes")),
    "BucketEncryption": present(
        added=harmless("new objects are encrypted by a rule of the bucket"),
        removed=access("new objects are encrypted with S3's own key only, which guards nothing beyond the bucket"),
    ),
    **{f"BucketEncryption.ServerSideEncryptionConfiguration{path}": rule for path, rule in ENCRYPTION.items()},
    "CorsConfiguration": present(
        added=access("pages of other sites may read the answers of the bucket"),
        removed=interruption("browsers refuse the answers of the bucket to pages of other sites"),
    ),
    **{f"CorsConfiguration.CorsRules{path}": rule for path, rule in CORS.items()},
    "IntelligentTieringConfigurations": present(
        added=interruption("objects that nobody reads move to an archive, where readers wait for hours"),
        removed=cost("objects that nobody reads no longer move to a cheaper archive"),
        changed=interruption("objects may move to an archive sooner, where readers wait for hours"),
    ),
    **{f"InventoryConfigurations{path}": rule for path, rule in INVENTORY.items()},
    "LifecycleConfiguration": opaque(data_loss("which objects are deleted, and when, is unknown")),
    "LifecycleConfiguration.Rules": lifecycle_rules,
    "LifecycleConfiguration.Rules[]": lifecycle_rule,
    "LifecycleConfiguration.TransitionDefaultMinimumObjectSize": always(
        cost("small objects may move to another storage class, where each move is paid for")
    ),
    "LoggingConfiguration": present(
        added=harmless("who uses the bucket is logged, at the price of storing the logs"),
        removed=access("who uses the bucket is no longer logged"),
    ),
    "LoggingConfiguration.DestinationBucketName": altered(
        access("who uses the bucket is logged to another place, where nobody may look")
    ),
    "LoggingConfiguration.LogFilePrefix": altered(access("logs of use go to another place, where nobody may look")),
    "LoggingConfiguration.TargetObjectKeyFormat": always(harmless("only the names of the log files")),
    "MetadataConfiguration": present(
        added=cost("a table of the objects is kept up to date"),
        removed=data_loss("the table of the objects is no longer kept up to date"),
        changed=data_loss("what the table of the objects records, or how long, is another"),
    ),
    "MetadataTableConfiguration": present(
        added=cost("a table of the objects is kept up to date"),
        removed=data_loss("the table of the objects is no longer kept up to date"),
    ),
    "MetricsConfigurations": listed(
        added=cost("requests are measured more finely"),
        removed=access("requests are no longer measured as before, and alarms on them see nothing"),
    ),
    **{f"NotificationConfiguration{path}": rule for path, rule in NOTIFIED.items()},
    **{f"ObjectLockConfiguration{path}": rule for path, rule in LOCK.items()},
    "ObjectLockEnabled": LOCK[".ObjectLockEnabled"],
    "OwnershipControls": object_ownership,
    **each(BLOCK, *(f"PublicAccessBlockConfiguration.{block}" for block in BLOCKS)),
    "ReplicationConfiguration": replication,
    **{f"ReplicationConfiguration.Rules{path}": rule for path, rule in REPLICATION.items()},
    "ReplicationConfiguration.Role": always(data_loss("copying stops if the other role lacks a right")),
    "VersioningConfiguration": opaque(data_loss("whether older versions are kept is unknown")),
    "VersioningConfiguration.Status": switch(
        on=cost("older versions of objects are kept and paid for"),
        off=data_loss("objects that are overwritten or deleted cannot be brought back"),
    ),
    "WebsiteConfiguration": website,
}


def _bucket_added(change: Change) -> Verdict:
    given = properties(change.head)
    if str(given.get("AccessControl")) in PUBLIC_ACLS or "WebsiteConfiguration" in given:
        return access("a new bucket is open to everybody")
    block = given.get("PublicAccessBlockConfiguration")
    if block is not None and not all(str(at(block, name)).lower() == "true" for name in BLOCKS):
        return access("a new bucket does not block public access")
    return harmless("a new bucket is empty and private, and costs only what it will hold")


PROPERTIES: PropertyRules = {"AWS::S3::Bucket": BUCKET}
REMOVED = {"AWS::S3::Bucket": removed("the bucket, and what it holds and protects,")}
REPLACED = {"AWS::S3::Bucket": replaced("the old bucket, with its objects,")}
ADDED: dict[str, Rule] = {"AWS::S3::Bucket": _bucket_added}
