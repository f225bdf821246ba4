"""Rules for the custom resources of the CDK that touch data: they delete, copy, or set what no type of AWS sets.

https://github.com/aws/aws-cdk/tree/main/packages/aws-cdk-lib (custom-resource-handlers)
"""

from __future__ import annotations

import math
from typing import Any

from tools.review.change import Change, PropertyRules, Rule, Verdict, cost, data_loss, harmless, interruption
from tools.review.references import is_new
from tools.review.shapes import always, each, listed, number, present, switch
from tools.review.values import properties, resource, target_of

OTHER_EMPTIED = always(
    data_loss("the objects or images of what was named before are deleted, and later those of what is named now")
)
PROVIDER = always(harmless("only the function of the CDK that does the work"))
DEPLOYED: dict[str, Rule] = {
    "DestinationBucketName": always(data_loss("files go to another bucket, and those in the old one may be deleted")),
    "DestinationBucketKeyPrefix": always(
        data_loss("files go to another place, and those in the old one may be deleted")
    ),
    "DistributionId": always(interruption("caches of the old distribution go on serving old files")),
    "DistributionPaths": always(interruption("caches may go on serving old files")),
    "Exclude": listed(
        added=data_loss("files that match are no longer uploaded"),
        removed=data_loss("files in the bucket that were left alone can be overwritten or deleted"),
    ),
    "Include": always(data_loss("other files are uploaded, or left alone")),
    "Extract": always(interruption("files are uploaded packed instead of unpacked, or the reverse")),
    "OutputObjectKeys": always(harmless("only what the resource tells the template")),
    "Prune": switch(
        on=data_loss("files in the bucket that are not in the source are deleted at each deployment"),
        off=cost("files that are no longer in the source stay in the bucket"),
        default=True,
    ),
    "RetainOnDelete": switch(
        on=harmless("the files stay when the deployment leaves the stack"),
        off=data_loss("the files are deleted when the deployment leaves the stack"),
        default=True,
    ),
    **each(
        always(harmless("new files are uploaded, as each deployment of new files does")),
        "SourceBucketNames",
        "SourceObjectKeys",
        "SourceMarkers",
        "SourceMarkersConfig",
    ),
    "SystemMetadata": always(interruption("browsers get files with other headers")),
    "UserMetadata": always(harmless("only notes on the files")),
    "ServiceToken": PROVIDER,
    "WaitForDistributionInvalidation": always(harmless("only whether the deployment waits for the caches")),
}
NOTIFIED = present(
    added=harmless("somebody is told of changes of objects"),
    removed=interruption("nobody is told of changes of objects, and what follows is not done"),
)
PROPERTIES: PropertyRules = {
    "Custom::S3AutoDeleteObjects": {"BucketName": OTHER_EMPTIED, "ServiceToken": PROVIDER},
    "Custom::ECRAutoDeleteImages": {"RepositoryName": OTHER_EMPTIED, "ServiceToken": PROVIDER},
    "Custom::LogRetention": {
        "LogGroupName": always(data_loss("the logs of the old group may be kept by another rule, or be deleted")),
        "RetentionInDays": number(
            up=cost("logs are kept, and paid for, longer"),
            down=data_loss("logs are deleted earlier than before"),
            default=math.inf,
        ),
        "RemovalPolicy": present(
            added=data_loss("the logs are deleted together with this resource"),
            removed=harmless("the logs stay when this resource leaves the stack"),
            changed=data_loss("the logs may be deleted together with this resource"),
        ),
        "SdkRetry": always(harmless("only how often the call is tried")),
        "ServiceToken": PROVIDER,
    },
    "Custom::CDKBucketDeployment": DEPLOYED,
    "Custom::S3BucketNotifications": {
        "BucketName": always(interruption("changes of objects of the old bucket are told to nobody any more")),
        "Managed": switch(
            on=interruption("notifications that were set elsewhere are removed"),
            off=harmless("notifications that were set elsewhere stay"),
            default=True,
        ),
        "NotificationConfiguration": NOTIFIED,
        "NotificationConfiguration.EventBridgeConfiguration": NOTIFIED,
        **each(
            listed(
                added=harmless("a further recipient is notified of changes of objects"),
                removed=interruption(
                    "a recipient is no longer notified of changes of objects, so its processing stops"
                ),
            ),
            "NotificationConfiguration.LambdaFunctionConfigurations",
            "NotificationConfiguration.QueueConfigurations",
            "NotificationConfiguration.TopicConfigurations",
        ),
        "SkipDestinationValidation": always(harmless("only whether the destinations are tried first")),
        "ServiceToken": PROVIDER,
    },
    "Custom::DynamoDBReplica": {
        "Region": always(data_loss("the copy of the table in a region is deleted")),
        "TableName": always(data_loss("the copy of the old table is deleted")),
        "SkipReplicationCompletedWait": always(harmless("only whether the deployment waits for the copy")),
        "ServiceToken": PROVIDER,
    },
}


def _kept(change: Change) -> Verdict:
    """The function deletes on its removal only what still has the CDK's tag, or goes with it."""
    holder = resource(change.head_template, target_of(_holder(change.base)))
    if holder and not any("auto-delete" in str(tag) for tag in properties(holder).get("Tags") or []):
        return harmless("the objects or images no longer go together with the bucket or repository")
    return data_loss("all objects or images are deleted as this resource goes")


def _holder(custom: Any) -> Any:
    """The reference to what a custom resource works on, or to the function whose log group it is."""
    named = properties(custom)
    names = ("BucketName", "RepositoryName", "DestinationBucketName", "LogGroupName")
    return next((named[name] for name in names if name in named), None)


def _begins(new: str, existing: str) -> Rule:
    """For what a custom resource does at its beginning: to a holder of the same change, which is empty, or another."""

    def rule(change: Change) -> Verdict:
        return harmless(new) if is_new(change, _holder(change.head)) else data_loss(existing)

    return rule


REMOVED: dict[str, Rule] = {
    **each(_kept, "Custom::S3AutoDeleteObjects", "Custom::ECRAutoDeleteImages"),
    "Custom::LogRetention": always(data_loss("the logs may be deleted with it, or are kept by no rule any more")),
    "Custom::CDKBucketDeployment": always(data_loss("the uploaded files may be deleted, and no new ones come")),
    "Custom::S3BucketNotifications": always(
        interruption("nobody is told of changes of objects, and what follows is not done")
    ),
    "Custom::DynamoDBReplica": always(data_loss("the copy of the table in a region is deleted")),
}
REPLACED: dict[str, Rule] = REMOVED
ADDED: dict[str, Rule] = {
    **each(
        _begins(
            "the bucket or repository is new and empty; what it will hold is deleted when it leaves the stack",
            "all objects or images are deleted as soon as the bucket or repository leaves the stack",
        ),
        "Custom::S3AutoDeleteObjects",
        "Custom::ECRAutoDeleteImages",
    ),
    "Custom::LogRetention": _begins(
        "the logs are those of a new function, and are kept for a time",
        "logs are deleted after a time that they were kept beyond before",
    ),
    "Custom::CDKBucketDeployment": _begins(
        "the files go to a new, empty bucket",
        "files are uploaded, over those of the same name, and others may be deleted",
    ),
    "Custom::S3BucketNotifications": always(
        harmless("somebody is told of changes of objects, at the price of what follows")
    ),
    "Custom::DynamoDBReplica": always(cost("one more region keeps a copy, and is paid for")),
}
