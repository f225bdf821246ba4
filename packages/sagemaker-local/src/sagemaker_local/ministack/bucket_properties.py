"""Properties of AWS::S3::Bucket that MiniStack ignores: turned into the S3 API's XML and applied to the bucket.

Lifecycle, encryption, access logging, ownership and tags. Pure: from a CloudFormation property to bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
Json = dict[str, Any]


def lifecycle_xml(property_value: Json) -> bytes:
    """`LifecycleConfiguration` as the body of PutBucketLifecycleConfiguration."""
    root = Element("LifecycleConfiguration", xmlns=_NAMESPACE)
    for rule in property_value.get("Rules", []):
        _lifecycle_rule(SubElement(root, "Rule"), rule)
    return _bytes(root)


def _lifecycle_rule(element: Element, rule: Json) -> None:
    if rule.get("Id"):
        _text(element, "ID", rule["Id"])
    _lifecycle_filter(SubElement(element, "Filter"), rule)
    _text(element, "Status", rule.get("Status", "Enabled"))
    for transition in [*rule.get("Transitions", []), *([rule["Transition"]] if rule.get("Transition") else [])]:
        _days(SubElement(element, "Transition"), transition, "TransitionInDays", "StorageClass")
    if rule.get("ExpirationInDays") or rule.get("ExpiredObjectDeleteMarker"):
        expiration = SubElement(element, "Expiration")
        if rule.get("ExpirationInDays"):
            _text(expiration, "Days", rule["ExpirationInDays"])
        else:
            _text(expiration, "ExpiredObjectDeleteMarker", "true")
    for transition in rule.get("NoncurrentVersionTransitions", []):
        noncurrent = SubElement(element, "NoncurrentVersionTransition")
        _text(noncurrent, "NoncurrentDays", transition["TransitionInDays"])
        _text(noncurrent, "StorageClass", transition["StorageClass"])
    if rule.get("NoncurrentVersionExpiration"):
        expiration = SubElement(element, "NoncurrentVersionExpiration")
        _text(expiration, "NoncurrentDays", rule["NoncurrentVersionExpiration"]["NoncurrentDays"])
    if rule.get("AbortIncompleteMultipartUpload"):
        abort = SubElement(element, "AbortIncompleteMultipartUpload")
        _text(abort, "DaysAfterInitiation", rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"])


def _lifecycle_filter(element: Element, rule: Json) -> None:
    tags = rule.get("TagFilters", [])
    parent = SubElement(element, "And") if tags and (rule.get("Prefix") or len(tags) > 1) else element
    if rule.get("Prefix") or not tags:
        _text(parent, "Prefix", rule.get("Prefix", ""))
    for tag in tags:
        _tag(parent, tag)


def _days(element: Element, transition: Json, days: str, storage: str) -> None:
    _text(element, "Days", transition[days])
    _text(element, "StorageClass", transition[storage])


def encryption_xml(property_value: Json) -> bytes:
    """`BucketEncryption` as the body of PutBucketEncryption.

    MiniStack has no key that AWS manages for S3, and refuses uploads that would need it; so `aws:kms` without a key of
    one's own becomes S3's own encryption.
    """
    root = Element("ServerSideEncryptionConfiguration", xmlns=_NAMESPACE)
    for rule in property_value.get("ServerSideEncryptionConfiguration", []):
        element, default = SubElement(root, "Rule"), rule.get("ServerSideEncryptionByDefault", {})
        applied = SubElement(element, "ApplyServerSideEncryptionByDefault")
        key = default.get("KMSMasterKeyID")
        _text(applied, "SSEAlgorithm", default.get("SSEAlgorithm", "AES256") if key else "AES256")
        if key:
            _text(applied, "KMSMasterKeyID", key)
        if "BucketKeyEnabled" in rule:
            _text(element, "BucketKeyEnabled", str(rule["BucketKeyEnabled"]).lower())
    return _bytes(root)


def logging_xml(property_value: Json) -> bytes:
    """`LoggingConfiguration` as the body of PutBucketLogging."""
    root = Element("BucketLoggingStatus", xmlns=_NAMESPACE)
    if property_value.get("DestinationBucketName"):
        enabled = SubElement(root, "LoggingEnabled")
        _text(enabled, "TargetBucket", property_value["DestinationBucketName"])
        _text(enabled, "TargetPrefix", property_value.get("LogFilePrefix", ""))
    return _bytes(root)


def ownership_xml(property_value: Json) -> bytes:
    """`OwnershipControls` as the body of PutBucketOwnershipControls."""
    root = Element("OwnershipControls", xmlns=_NAMESPACE)
    for rule in property_value.get("Rules", []):
        _text(SubElement(root, "Rule"), "ObjectOwnership", rule["ObjectOwnership"])
    return _bytes(root)


def tags_xml(property_value: list[Json]) -> bytes:
    """`Tags` as the body of PutBucketTagging."""
    root = Element("Tagging", xmlns=_NAMESPACE)
    tags = SubElement(root, "TagSet")
    for tag in property_value:
        _tag(tags, tag)
    return _bytes(root)


# Property, its XML, and the S3 operations that set and clear it (None: setting an empty value clears it).
APPLIED: tuple[tuple[str, Callable[[Any], bytes], str, str | None], ...] = (
    ("BucketEncryption", encryption_xml, "_put_bucket_encryption", "_delete_bucket_encryption"),
    ("LifecycleConfiguration", lifecycle_xml, "_put_bucket_lifecycle", "_delete_bucket_lifecycle"),
    ("LoggingConfiguration", logging_xml, "_put_bucket_logging", None),
    ("OwnershipControls", ownership_xml, "_put_bucket_ownership_controls", "_delete_bucket_ownership_controls"),
    ("Tags", tags_xml, "_put_bucket_tagging", "_delete_bucket_tagging"),
)


def _tag(parent: Element, tag: Json) -> None:
    element = SubElement(parent, "Tag")
    _text(element, "Key", tag["Key"])
    _text(element, "Value", tag["Value"])


def _text(parent: Element, name: str, value: object) -> None:
    SubElement(parent, name).text = str(value)


def _bytes(root: Element) -> bytes:
    return bytes(tostring(root, encoding="utf-8"))
