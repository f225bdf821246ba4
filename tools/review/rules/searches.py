"""Rules for OpenSearch and Elasticsearch: domains and serverless collections."""

from __future__ import annotations

from tools.review.change import Change, PropertyRules, Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.holders import (
    altered,
    described,
    encrypted,
    groups,
    grown,
    keyed,
    protected,
    removed,
    replaced,
    sized,
)
from tools.review.shapes import always, both, each, listed, number, ordered, present, switch, under


def _upgraded(change: Change) -> Verdict:
    """Without this update policy, CloudFormation makes a new domain for another version.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html
    """
    policy = (change.head or {}).get("UpdatePolicy")
    if isinstance(policy, dict) and str(policy.get("EnableVersionUpgrade")).lower() == "true":
        return interruption("the domain moves to another version, which cannot be taken back")
    return data_loss("a new, empty domain is made for another version, because the update policy allows no upgrade")


def _encrypted_later(change: Change) -> Verdict | None:
    """Domains of older versions are made anew when encryption is switched on."""
    if change.type == "AWS::Elasticsearch::Domain" and change.base is not None:
        return data_loss("a new, empty domain may be made, because older versions cannot switch encryption later")
    return None


SIGN_IN = switch(
    on=access("users can sign in by one more way"), off=interruption("users that signed in by this way are refused")
)
OTHER_USERS = altered(access("other users may sign in, or may do more"))
MACHINE = always(interruption("the domain moves to other machines, which may cost more or carry less"))
NODES: dict[str, Rule] = {
    "ColdStorageOptions.Enabled": switch(
        on=cost("old data can be moved to cold storage"), off=data_loss("data in cold storage has to go first")
    ),
    "DedicatedMasterCount": sized("machines that lead the domain"),
    "DedicatedMasterEnabled": switch(
        on=cost("machines that lead the domain are paid for"),
        off=interruption("no machines lead the domain alone, and load can stop it"),
    ),
    "DedicatedMasterType": MACHINE,
    "InstanceCount": number(
        up=cost("more machines are paid for"),
        down=interruption("less fits on fewer machines, and less load is carried"),
        default=1,
    ),
    "InstanceType": MACHINE,
    "MultiAZWithStandbyEnabled": switch(
        on=cost("a zone stands by"), off=interruption("no zone stands by when one fails")
    ),
    "NodeOptions": MACHINE,
    "WarmCount": sized("machines for older data"),
    "WarmEnabled": switch(
        on=cost("machines for older data are paid for"), off=data_loss("older data has to go from its machines first")
    ),
    "WarmType": MACHINE,
    "ZoneAwarenessEnabled": switch(
        on=harmless("copies are kept in more than one zone"),
        off=interruption("copies are kept in one zone, and stop with it"),
    ),
    "ZoneAwarenessConfig.AvailabilityZoneCount": number(
        up=harmless("copies are kept in more zones"),
        down=interruption("copies are kept in fewer zones, and stop with them"),
        default=2,
    ),
}
DOMAIN: dict[str, Rule] = {
    **under("ClusterConfig", NODES),
    **under("ElasticsearchClusterConfig", NODES),
    "AdvancedOptions": always(interruption("the domain takes or refuses other requests")),
    "AdvancedSecurityOptions.Enabled": switch(
        on=harmless("what each user may do is checked for each index"),
        off=access("what each user may do is no longer checked for each index"),
    ),
    "AdvancedSecurityOptions.AnonymousAuthEnabled": switch(
        on=access("whoever reaches the domain may use it"), off=harmless("users have to prove who they are")
    ),
    "AdvancedSecurityOptions.AnonymousAuthDisableDate": OTHER_USERS,
    "AdvancedSecurityOptions.InternalUserDatabaseEnabled": altered(SIGN_IN),
    **each(
        OTHER_USERS,
        "AdvancedSecurityOptions.IAMFederationOptions",
        "AdvancedSecurityOptions.JWTOptions",
        "AdvancedSecurityOptions.SAMLOptions",
        "AdvancedSecurityOptions.MasterUserOptions",
        "IdentityCenterOptions",
    ),
    "CognitoOptions.Enabled": altered(SIGN_IN),
    **each(OTHER_USERS, "CognitoOptions.IdentityPoolId", "CognitoOptions.RoleArn", "CognitoOptions.UserPoolId"),
    "DomainEndpointOptions.EnforceHTTPS": switch(
        on=harmless("only encrypted requests are taken"), off=access("requests may be unencrypted")
    ),
    "DomainEndpointOptions.TLSSecurityPolicy": ordered(
        (
            "Policy-Min-TLS-1-0-2019-07",
            "Policy-Min-TLS-1-2-2019-07",
            "Policy-Min-TLS-1-2-PFS-2023-10",
            "Policy-Min-TLS-1-2-RFC9151-FIPS-2024-08",
        ),
        up=harmless("only newer encryption is taken"),
        down=access("older and weaker encryption is taken"),
        default="Policy-Min-TLS-1-2-2019-07",
    ),
    "DomainEndpointOptions.CustomEndpointEnabled": switch(
        on=harmless("the domain has one more name"), off=interruption("callers of the domain's own name get errors")
    ),
    "DomainEndpointOptions.CustomEndpoint": always(interruption("callers of the old name get errors")),
    "DomainEndpointOptions.CustomEndpointCertificateArn": always(
        interruption("the name has another certificate, which callers may not trust")
    ),
    "EBSOptions.EBSEnabled": switch(
        on=cost("disks are paid for"), off=data_loss("data has to go from the disks of the machines")
    ),
    **each(
        number(up=cost("faster disks are paid for"), down=interruption("disks get slower")),
        "EBSOptions.Iops",
        "EBSOptions.Throughput",
    ),
    "EBSOptions.VolumeSize": grown("each disk of the domain"),
    "EBSOptions.VolumeType": always(cost("disks of another kind are paid for otherwise")),
    "EncryptionAtRestOptions.Enabled": both(_encrypted_later, encrypted("the domain")),
    "EncryptionAtRestOptions.KmsKeyId": keyed("the domain"),
    **each(_upgraded, "EngineVersion", "ElasticsearchVersion"),
    "EngineMode": always(data_loss("another mode makes a new, empty domain")),
    "IPAddressType": always(interruption("callers may need another kind of address")),
    "LogPublishingOptions": present(
        added=cost("logs are delivered"),
        removed=access("what happens in the domain is no longer logged"),
        changed=access("what happens in the domain may no longer be logged, or elsewhere"),
    ),
    "NodeToNodeEncryptionOptions.Enabled": both(
        _encrypted_later,
        switch(
            on=harmless("traffic between machines of the domain is encrypted"),
            off=access("traffic between machines of the domain is no longer encrypted"),
        ),
    ),
    "SnapshotOptions": always(harmless("only when snapshots are made")),
    "VPCOptions": present(
        added=interruption("the domain is reachable from inside a network only, at another address"),
        removed=access("the domain is reachable from the internet"),
    ),
    "VPCOptions.SecurityGroupIds": groups("the domain"),
    "VPCOptions.SubnetIds": always(interruption("the domain moves to other subnets")),
    "VPCOptions.EgressEnabled": switch(
        on=access("the domain may call out"), off=interruption("what the domain calls is no longer reached")
    ),
    "AIMLOptions": always(cost("search by vectors is paid for otherwise")),
    "DeploymentStrategyOptions": always(harmless("only how updates are rolled out")),
    **described(
        "AutomatedSnapshotPauseOptions.StartTime",
        "OffPeakWindowOptions",
        "SkipShardMigrationWait",
        "SoftwareUpdateOptions",
        "UseCase",
    ),
    "AutomatedSnapshotPauseOptions": always(data_loss("snapshots may pause, so there is nothing to go back to")),
}
COLLECTION: dict[str, Rule] = {
    "DeletionProtection": protected("the collection"),
    "VectorOptions": always(cost("search by vectors is paid for otherwise")),
}
DOMAINS = ("AWS::OpenSearchService::Domain", "AWS::Elasticsearch::Domain")
GUARDS = ("AWS::OpenSearchServerless::AccessPolicy", "AWS::OpenSearchServerless::SecurityPolicy")
PROPERTIES: PropertyRules = {
    **dict.fromkeys(DOMAINS, DOMAIN),
    "AWS::OpenSearchServerless::Collection": COLLECTION,
    "AWS::OpenSearchServerless::CollectionGroup": {
        **each(
            sized("capacity at most"),
            "CapacityLimits.MaxIndexingCapacityInOcu",
            "CapacityLimits.MaxSearchCapacityInOcu",
        ),
        **each(
            number(up=cost("more capacity is always paid for"), down=interruption("sudden load is slower")),
            "CapacityLimits.MinIndexingCapacityInOcu",
            "CapacityLimits.MinSearchCapacityInOcu",
        ),
    },
    **{kind: {"Policy": altered(access("others may reach or read the collections"))} for kind in GUARDS},
    "AWS::OpenSearchServerless::LifecyclePolicy": {
        "Policy": always(data_loss("documents may be deleted earlier than before")),
    },
    "AWS::OpenSearchServerless::SecurityConfig": each(
        OTHER_USERS, "IamFederationOptions", "IamIdentityCenterOptions", "SamlOptions"
    ),
    "AWS::OpenSearchServerless::VpcEndpoint": {
        "SecurityGroupIds": groups("the collections"),
        "SubnetIds": listed(
            added=access("the collections can be reached from one more subnet"),
            removed=interruption("callers in a removed subnet no longer reach the collections"),
        ),
    },
    "AWS::OpenSearchServerless::Index": {
        "Mappings": always(interruption("documents are indexed otherwise")),
        "Settings": always(harmless("only how fast or how well is searched")),
    },
    "AWS::OpenSearchService::Application": {
        "AppConfigs": OTHER_USERS,
        "DataSources": OTHER_USERS,
        "IamIdentityCenterOptions": OTHER_USERS,
    },
}
HELD = (*DOMAINS, "AWS::OpenSearchServerless::Collection", "AWS::OpenSearchServerless::Index")
REMOVED: dict[str, Rule] = {
    **each(removed("the index of documents, with what is in it,"), *HELD),
    **each(
        always(interruption("who reached the collections is refused")),
        *GUARDS,
        "AWS::OpenSearchServerless::SecurityConfig",
    ),
    "AWS::OpenSearchServerless::LifecyclePolicy": always(cost("documents are kept, and paid for, longer")),
    "AWS::OpenSearchServerless::VpcEndpoint": always(
        interruption("callers inside the network no longer reach the collections")
    ),
    "AWS::OpenSearchService::Application": always(interruption("users of the application get errors")),
}
REPLACED: dict[str, Rule] = {
    **each(replaced("the old index of documents, with what is in it,"), *HELD),
    **each(
        always(interruption("who reached the collections is refused meanwhile")),
        *GUARDS,
        "AWS::OpenSearchServerless::SecurityConfig",
    ),
    "AWS::OpenSearchServerless::LifecyclePolicy": always(data_loss("documents may be deleted earlier than before")),
    "AWS::OpenSearchServerless::VpcEndpoint": always(
        interruption("callers inside the network no longer reach the collections")
    ),
}
ADDED: dict[str, Rule] = {
    **each(always(cost("a new domain is paid for by the hour, used or not")), *DOMAINS),
    "AWS::OpenSearchServerless::Collection": always(cost("a new collection is paid for by the hour, used or not")),
    "AWS::OpenSearchServerless::Index": always(harmless("a new, empty index")),
    **each(always(access("somebody may reach the collections")), *GUARDS, "AWS::OpenSearchServerless::SecurityConfig"),
    "AWS::OpenSearchServerless::LifecyclePolicy": always(data_loss("documents are deleted after a time")),
    "AWS::OpenSearchServerless::VpcEndpoint": always(access("the collections can be reached from one more network")),
    "AWS::OpenSearchService::Application": always(access("users may sign in to an application on the documents")),
}
