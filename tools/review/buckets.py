"""Rules for the parts of an S3 bucket that are lists of their own: CORS, encryption, replication, inventory, locks.

The paths are those below the part, `[]` being one of its items; `tools/review/rules/s3.py` puts them into place.
"""

from __future__ import annotations

from typing import Any

from tools.review.change import Change, Rule, Verdict, access, cost, data_loss, harmless, interruption, worst
from tools.review.cors import EXPOSED, HEADERS, METHODS, ORIGINS
from tools.review.holders import altered, keyed
from tools.review.shapes import always, each, listed, opaque, ordered, present, switch


def default_retention(change: Change) -> Verdict:
    """How long new objects are locked, and whether the lock can be passed by."""
    before, after = (_locked_days(value) for value in (change.before, change.after))
    if before is None or after is None or after < before:
        return data_loss("new objects are protected from deletion for a shorter time")
    if (change.before or {}).get("Mode") == "COMPLIANCE" and (change.after or {}).get("Mode") != "COMPLIANCE":
        return data_loss("new objects can be deleted before their time by those who may bypass governance")
    return cost("new objects cannot be deleted, and are paid for, until their time is over")


def _locked_days(value: Any) -> float | None:
    try:
        return float((value or {}).get("Days") or 0) + 365 * float((value or {}).get("Years") or 0)
    except (AttributeError, TypeError, ValueError):
        return None


def _copied(change: Change) -> Verdict:
    before, after = (
        (value.get("Prefix") if isinstance(value, dict) and set(value) <= {"Prefix"} else value) or ""
        for value in (change.before, change.after)
    )
    if isinstance(before, str) and isinstance(after, str) and before.startswith(after):
        return cost("more objects are copied, and paid for twice")
    return data_loss("other objects are copied, and those that no rule names have no copy")


def replication(change: Change) -> Verdict | None:
    """Whether objects are copied, and whether to a bucket of this template or one of which nothing is known here."""
    if not change.after:
        return data_loss("new objects are no longer copied to another bucket")
    if change.before:
        return None
    copied = cost("objects are copied to another bucket, and paid for twice")
    rules = change.after.get("Rules") if isinstance(change.after, dict) else None
    places = [rule.get("Destination") for rule in rules if isinstance(rule, dict)] if isinstance(rules, list) else []
    if not any(isinstance(place, dict) and _is_foreign(place) for place in places):
        return copied
    return worst(access("objects are copied to a bucket that others may read"), copied)


def _is_foreign(place: dict[str, Any]) -> bool:
    """Whether the bucket is given to another account, or written out, so that nothing here tells whose it is."""
    return bool({"Account", "AccessControlTranslation"} & set(place)) or isinstance(place.get("Bucket"), str)


def object_ownership(change: Change) -> Verdict:
    """Who owns uploaded objects: only with `BucketOwnerEnforced` do ACLs decide nothing."""
    if "BucketOwnerEnforced" in str(change.after):
        return harmless("ACLs decide nothing any more, the policy of the bucket alone does")
    return access("ACLs can decide who reads an object")


def website(change: Change) -> Verdict:
    """The bucket as a website: what is new is open, what changes is somewhere else for its visitors."""
    if not change.before:
        return access("the bucket answers as a website over plain HTTP, for whoever its policy lets read")
    return interruption("visitors of the website get errors, another page or another place")


CORS: dict[str, Rule] = {
    "[]": present(
        added=access("pages of other sites may read the answers of the bucket"),
        removed=interruption("browsers refuse the answers of the bucket to pages of other sites"),
    ),
    "[].AllowedOrigins": ORIGINS,
    "[].AllowedMethods": METHODS,
    "[].AllowedHeaders": HEADERS,
    "[].ExposedHeaders": EXPOSED,
    "[].MaxAge": always(harmless("only how long browsers remember the answer about other sites")),
    "[].Id": always(harmless("only the name of a rule")),
}

ENCRYPTION: dict[str, Rule] = {
    "[]": present(
        added=harmless("new objects are encrypted by a rule of the bucket"),
        removed=access("new objects are encrypted with S3's own key only, which guards nothing beyond the bucket"),
    ),
    "[].ServerSideEncryptionByDefault": opaque(access("how new objects are encrypted is unknown")),
    "[].ServerSideEncryptionByDefault.SSEAlgorithm": ordered(
        ("AES256", "aws:kms", "aws:kms:dsse"),
        up=cost("each use of a new object can cost a request to KMS, and readers need a right to its key"),
        down=access("new objects are readable without a right to a key of KMS"),
        default="AES256",
    ),
    "[].ServerSideEncryptionByDefault.KMSMasterKeyID": keyed("what is newly written"),
    "[].BucketKeyEnabled": switch(
        on=harmless("fewer requests go to KMS, the encryption stays"),
        off=cost("each use of an object costs a request to KMS"),
    ),
    "[].BlockedEncryptionTypes": present(
        added=harmless("some ways to encrypt are refused, such as keys that the caller brings"),
        removed=access("ways to encrypt that were refused are taken again"),
        changed=access("other ways to encrypt are refused than before"),
    ),
}

REPLICATION: dict[str, Rule] = {
    "[]": present(
        added=cost("more objects are copied to another bucket, and paid for twice"),
        removed=data_loss("objects of a rule are no longer copied to another bucket"),
    ),
    "[].Status": switch(
        on=cost("objects are copied to another bucket, and paid for twice"),
        off=data_loss("objects are no longer copied to another bucket"),
    ),
    "[].Id": always(harmless("only the name of a rule")),
    "[].Priority": always(data_loss("another rule may decide whether, and where, objects are copied")),
    "[].DeleteMarkerReplication": always(data_loss("deletions may be copied, so that the copy is no backup")),
    "[].SourceSelectionCriteria": present(
        added=cost("objects are copied that were left out by how they are encrypted, and paid for twice"),
        removed=data_loss("objects are left out by how they are encrypted"),
        changed=data_loss("objects may be left out by how they are encrypted"),
    ),
    **each(_copied, "[].Prefix", "[].Filter"),
    "[].Destination.Bucket": always(data_loss("new objects are copied to another bucket than the older ones")),
    "[].Destination.Account": altered(access("copies go to a bucket of another account")),
    "[].Destination.AccessControlTranslation": altered(access("another account may own the copies")),
    "[].Destination.EncryptionConfiguration": altered(access("copies are encrypted with another key")),
    "[].Destination.StorageClass": always(harmless("only the storage class of the copies")),
    "[].Destination.Metrics": present(
        added=cost("how copying goes on is measured"), removed=access("there is no notification of delayed replication")
    ),
    "[].Destination.ReplicationTime": present(
        added=cost("copies arrive within a promised time"),
        removed=data_loss("copies arrive at no promised time, so more can be lost"),
    ),
}

INVENTORY: dict[str, Rule] = {
    "[]": present(
        added=cost("a list of the objects is written regularly"),
        removed=interruption("what reads the list of the objects gets no new one"),
    ),
    "[].Enabled": switch(
        on=cost("a list of the objects is written regularly"),
        off=interruption("what reads the list of the objects gets no new one"),
    ),
    "[].Destination": always(interruption("what reads the list of the objects finds no new one in its place")),
    "[].OptionalFields": listed(
        added=harmless("the list of the objects says more"),
        removed=interruption("what reads the list of the objects misses a column"),
    ),
    "[].Prefix": always(interruption("the list of the objects names others than before")),
    **each(
        always(harmless("only how often the list of the objects is written, or which versions it names")),
        "[].IncludedObjectVersions",
        "[].ScheduleFrequency",
    ),
}

LOCK: dict[str, Rule] = {
    "": present(
        added=cost("objects can be locked against deletion, and are paid for as long"),
        removed=data_loss("new objects are no longer locked against deletion"),
    ),
    ".ObjectLockEnabled": switch(
        on=harmless("objects can be locked against deletion"),
        off=data_loss("objects are no longer locked against deletion"),
    ),
    ".Rule": present(
        added=cost("new objects cannot be deleted, and are paid for, until their time is over"),
        removed=data_loss("new objects are no longer locked against deletion"),
    ),
    ".Rule.DefaultRetention": default_retention,
}

NOTIFIED: dict[str, Rule] = {
    "": opaque(interruption("the recipients of changes of objects are unknown")),
    ".EventBridgeConfiguration": present(
        added=harmless("EventBridge is notified of changes of objects, too"),
        removed=interruption("rules of EventBridge no longer see changes of objects"),
    ),
    ".EventBridgeConfiguration.EventBridgeEnabled": switch(
        on=harmless("EventBridge is notified of changes of objects, too"),
        off=interruption("rules of EventBridge no longer see changes of objects"),
        default=True,
    ),
    **{
        f".{kind}Configurations": listed(
            added=harmless("a further recipient is notified of changes of objects"),
            removed=interruption("a recipient is no longer notified of changes of objects, so its processing stops"),
        )
        for kind in ("Lambda", "Queue", "Topic")
    },
}
