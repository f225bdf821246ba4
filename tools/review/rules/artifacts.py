"""Rules for what is built and trained: images, packages, source code, registered models, features."""

from __future__ import annotations

import json
from typing import Any

from contract.json_text import read_json
from tools.review.change import Change, PropertyRules, Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.holders import altered, described, keyed, removed, replaced, sized
from tools.review.shapes import always, each, listed, ordered, present, switch
from tools.review.values import properties


def _image_expiry(change: Change) -> Verdict:
    """A policy of ECR is text: rules by priority, each with how many images, or days, are kept.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
    """
    if not change.after:
        return cost("old images are kept, and paid for, for ever")
    before, after = (_kept(value) for value in (change.before, change.after))
    if before is None or after is None or set(after) - set(before) or set(before) - set(after):
        if before is not None and after is not None and set(after) < set(before):
            return cost("images that a removed rule deleted are kept")
        return data_loss("images that match a new or changed rule are deleted, also those that something may run")
    if any(after[which] < count for which, count in before.items()):
        return data_loss("images are deleted earlier than before, also those that something may run")
    if before == after:
        return harmless("the same images are deleted; only descriptions or priorities differ")
    return cost("images are kept, and paid for, longer")


def _kept(value: Any) -> dict[str, float] | None:
    try:
        rules = read_json(value)["rules"] if value else []
        chosen = [dict(rule["selection"]) for rule in rules]
        return {json.dumps(selection, sort_keys=True): count for selection, count in map(_counted, chosen)}
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _counted(selection: dict[str, Any]) -> tuple[dict[str, Any], float]:
    count = float(selection.pop("countNumber"))
    return selection, count


MUTABLE = ordered(
    ("MUTABLE", "MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION", "IMMUTABLE"),
    up=harmless("a tag always names the same image"),
    down=access("whoever may push can put another image under the tag that something runs"),
    default="MUTABLE",
)
REPOSITORY: dict[str, Rule] = {
    "EmptyOnDelete": switch(
        on=data_loss("the images go together with the repository, which was kept while it held any"),
        off=harmless("the repository is not deleted while it holds images"),
    ),
    "ImageScanningConfiguration.ScanOnPush": switch(
        on=harmless("new images are scanned for known weaknesses"),
        off=access("new images are no longer scanned for known weaknesses"),
    ),
    "ImageTagMutability": MUTABLE,
    "ImageTagMutabilityExclusionFilters": altered(access("other tags may be moved to another image")),
    "LifecyclePolicy": present(
        added=data_loss("images that match a rule are deleted, also those that something may run"),
        removed=cost("old images are kept, and paid for, for ever"),
    ),
    "LifecyclePolicy.LifecyclePolicyText": _image_expiry,
    "LifecyclePolicy.RegistryId": always(data_loss("the rules hold for another registry")),
}
FEATURE_GROUP: dict[str, Rule] = {
    "FeatureDefinitions": listed(
        added=harmless("records may have one more feature"),
        removed=data_loss("a feature goes, with the values that were recorded"),
    ),
    "OnlineStoreConfig.TtlDuration": present(
        added=data_loss("records are deleted from the online store after a time"),
        removed=cost("records stay in the online store for ever"),
        changed=data_loss("records may be deleted from the online store earlier"),
    ),
    "ThroughputConfig.ThroughputMode": ordered(
        ("Provisioned", "OnDemand"),
        up=cost("each request is paid for instead of provisioned units"),
        down=interruption("requests beyond the provisioned units are throttled"),
        default="OnDemand",
    ),
    **each(
        sized("capacity"),
        "ThroughputConfig.ProvisionedReadCapacityUnits",
        "ThroughputConfig.ProvisionedWriteCapacityUnits",
    ),
}


def _approval(change: Change) -> Verdict:
    if change.after == "Approved":
        return access("the model may be deployed by whatever deploys approved models")
    if change.before == "Approved":
        return interruption("what deploys or uses approved models no longer takes this one")
    return harmless("the model was not approved, and is not")


PACKAGE: dict[str, Rule] = {
    "ModelApprovalStatus": _approval,
    **each(
        always(interruption("who deploys the model gets another container or artifact")),
        "AdditionalInferenceSpecifications",
        "AdditionalInferenceSpecificationsToAdd",
        "InferenceSpecification",
        "SourceUri",
    ),
    **described("ApprovalDescription", "CustomerMetadataProperties", "LastModifiedTime", "ModelPackageStatusDetails"),
    **each(always(harmless("only what is written down about the model")), "ModelCard", "ModelCard.ModelCardContent"),
    "ModelPackageName": always(interruption("what names the model no longer finds it")),
    "ModelPackageVersion": always(interruption("what names the version no longer finds it")),
    "SkipModelValidation": altered(access("the model may be registered without a check")),
    "CertifyForMarketplace": always(harmless("only whether the model can be offered to others")),
}
PROPERTIES: PropertyRules = {
    "AWS::ECR::Repository": REPOSITORY,
    "AWS::ECR::PublicRepository": {"RepositoryCatalogData": always(harmless("only what the gallery shows"))},
    "AWS::ECR::ReplicationConfiguration": {
        "ReplicationConfiguration": always(data_loss("images may no longer be copied, or not to the same places")),
    },
    "AWS::ECR::PullThroughCacheRule": {
        "CustomRoleArn": always(interruption("pulls fail if the other role lacks a right")),
    },
    "AWS::ECR::RepositoryCreationTemplate": {
        "ImageTagMutability": MUTABLE,
        "LifecyclePolicy": always(data_loss("images of new repositories may be deleted earlier")),
        "EncryptionConfiguration": altered(access("images of new repositories are encrypted with another key")),
        "AppliedFor": always(harmless("only for which new repositories the template holds")),
        "CustomRoleArn": always(interruption("repositories are not made if the other role lacks a right")),
    },
    "AWS::ECR::RegistryScanningConfiguration": {
        "ScanType": ordered(
            ("BASIC", "ENHANCED"),
            up=cost("images are scanned for more weaknesses, and it is paid for"),
            down=access("images are scanned for fewer weaknesses"),
        ),
        "Rules": listed(
            added=harmless("more images are scanned"),
            removed=access("some images are no longer scanned for known weaknesses"),
        ),
    },
    "AWS::CodeCommit::Repository": {
        "Code": always(harmless("only the first commit of a new repository")),
        "KmsKeyId": keyed("the source code"),
        "RepositoryName": always(interruption("who pushes to the old name gets errors")),
        "Triggers": listed(
            added=harmless("somebody more is told of commits"),
            removed=interruption("somebody is no longer told of commits, and what follows is not done"),
        ),
    },
    "AWS::CodeArtifact::Repository": {
        "ExternalConnections": listed(
            added=access("packages of a public registry are taken"),
            removed=interruption("builds no longer find packages of a public registry"),
        ),
        "Upstreams": listed(
            added=access("packages of one more repository are taken"),
            removed=interruption("builds no longer find packages of a removed repository"),
        ),
    },
    "AWS::SageMaker::FeatureGroup": FEATURE_GROUP,
    "AWS::SageMaker::ModelPackage": PACKAGE,
    "AWS::SageMaker::ModelPackageGroup": described("ModelPackageGroupDescription"),
}


def _repository_added(change: Change) -> Verdict:
    given = properties(change.head)
    if given.get("ImageTagMutability", "MUTABLE") == "MUTABLE":
        return harmless("a new, empty repository costs only what it will hold; its tags can be moved")
    return harmless("a new, empty repository costs only what it will hold")


HELD = {
    "AWS::ECR::Repository": "the repository, with its images,",
    "AWS::ECR::PublicRepository": "the repository, with its images,",
    "AWS::CodeCommit::Repository": "the repository, with its source code,",
    "AWS::CodeArtifact::Domain": "the domain, with its packages,",
    "AWS::CodeArtifact::Repository": "the repository, with its packages,",
    "AWS::SageMaker::ModelPackageGroup": "the registry, with its models,",
    "AWS::SageMaker::ModelPackage": "the registered model",
    "AWS::SageMaker::FeatureGroup": "the store of features, with its online records,",
}
REMOVED: dict[str, Rule] = {
    **{kind: removed(what) for kind, what in HELD.items()},
    "AWS::ECR::ReplicationConfiguration": always(data_loss("images are no longer copied")),
    "AWS::ECR::RegistryScanningConfiguration": always(access("images are no longer scanned as before")),
    "AWS::ECR::PullThroughCacheRule": always(
        interruption("images of the other registry can no longer be pulled through this one")
    ),
    "AWS::ECR::RepositoryCreationTemplate": always(access("new repositories are made without these settings")),
}
REPLACED: dict[str, Rule] = {kind: replaced(what) for kind, what in HELD.items()}
ADDED: dict[str, Rule] = {
    **each(always(harmless("it is new and empty, and costs only what it will hold")), *HELD),
    "AWS::ECR::Repository": _repository_added,
    "AWS::ECR::PublicRepository": always(access("images in the repository can be pulled by everybody")),
    "AWS::ECR::ReplicationConfiguration": always(cost("images are copied, and paid for twice")),
    "AWS::ECR::RegistryScanningConfiguration": always(harmless("images are scanned for known weaknesses")),
    "AWS::ECR::PullThroughCacheRule": always(access("images of another registry are taken")),
    "AWS::ECR::RepositoryCreationTemplate": always(harmless("only settings of repositories that do not exist yet")),
}
